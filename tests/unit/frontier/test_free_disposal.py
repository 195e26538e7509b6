"""Scores, dominators and improvements by neighbourhoods agree with comparing every pair."""

import numpy as np
import pytest

from isocost.frontier import pareto_mask, radial_scores
from isocost.frontier.dominators import dominators
from isocost.frontier.free_disposal import free_disposal
from isocost.frontier.improvement import bettered
from isocost.frontier.neighbourhoods import neighbourhoods


@pytest.fixture(params=[1, 2])
def technology(request):
    rng = np.random.default_rng(request.param)
    x = rng.uniform(1, 10, (1500, 2)).round(1)
    y = (x.prod(axis=1) ** 0.4 * rng.random(1500))[:, None] * rng.uniform(0.5, 1, (1500, request.param))
    y = y.round(2) + 0.01
    if request.param == 2:
        y[::7, 1] = 0
    return x, y


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_scores_are_those_of_comparing_all_pairs(technology, orientation):
    x, y = technology
    found = free_disposal(x, y, orientation=orientation)
    np.testing.assert_allclose(found.scores, radial_scores(x, y, technology="fdh", orientation=orientation))
    peer_x, peer_y = x[found.peers], y[found.peers]
    theta = found.scores[:, None]
    taken, made = (theta * x, y) if orientation == "input" else (x, theta * y)
    np.testing.assert_allclose(taken - peer_x, found.slacks[:, :2], atol=1e-8)
    np.testing.assert_allclose(peer_y - made, found.slacks[:, 2:], atol=1e-8)


@pytest.mark.parametrize("dominance", ["strict", "weak"])
def test_whoever_is_named_dominates_and_nobody_is_forgotten(technology, dominance):
    gains = np.c_[-technology[0], technology[1]]
    ahead = np.flatnonzero(pareto_mask(gains, ["higher"] * gains.shape[1], dominance))
    for row, named in enumerate(dominators(gains, ahead, dominance=dominance, most=3)):
        rivals = gains[ahead]
        beats = (rivals > gains[row]).all(axis=1)
        if dominance == "strict":
            beats = (rivals >= gains[row]).all(axis=1) & (rivals > gains[row]).any(axis=1)
        assert set(named) <= set(ahead[beats].tolist())
        assert len(named) == min(3, beats.sum())


def test_the_best_with_all_else_as_good_is_found(technology):
    gains = np.c_[-technology[0], technology[1]]
    ahead = np.flatnonzero(pareto_mask(gains, ["higher"] * gains.shape[1]))
    for column in range(gains.shape[1]):
        others = np.arange(gains.shape[1]) != column
        found = dict(bettered(gains, ahead, column))
        for row in range(len(gains)):
            able = ahead[(gains[ahead][:, others] >= gains[row, others]).all(axis=1)]
            best = gains[able, column].max(initial=-np.inf)
            if best > gains[row, column]:
                assert gains[found[row], column] == best
            else:
                assert row not in found


def test_each_unit_is_in_one_neighbourhood_within_its_box():
    values = np.random.default_rng(0).normal(size=(1001, 3))
    groups = list(neighbourhoods(values, 50))
    assert sorted(np.concatenate([group.rows for group in groups]).tolist()) == list(range(1001))
    for group in groups:
        assert len(group.rows) <= 50
        assert (values[group.rows] >= group.least).all()
        assert (values[group.rows] <= group.most).all()


def test_equal_units_end_too():
    groups = list(neighbourhoods(np.ones((600, 2)), 100))
    assert sum(len(group.rows) for group in groups) == 600
