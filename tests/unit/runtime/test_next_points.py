"""Which point to measure next, against covariances conditioned the long way."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.runtime import RuntimeBelief, candidate_cells, next_points

SIZES = np.array([1.0, 256.0, 512.0, 1024.0])


def belief(covariance, *, measured=None, scatter=None):
    return RuntimeBelief(
        knots=SIZES,
        tile_tokens=None,
        mean=np.array([0.02, 0.05, 0.08, 0.14, 0.02]),
        covariance=covariance,
        measured=measured or {},
        misfit_share=0.005,
        scatter_share=scatter,
        rounding_s=0.0,
        surprise=1.0,
    )


def wide(seed=0):
    root = np.random.default_rng(seed).standard_normal((5, 5)) * 0.004
    return root @ root.T


GRID = [RequestShape(int(p), o) for p in SIZES for o in (1, 16)]
CELLS = candidate_cells([1, 256, 512, 1024], 16)


def long_way(spread, design, times, noise):
    """Mean of E|error| / T of the targets after a measurement, by inverting precisions."""
    found = np.linalg.inv(np.linalg.inv(spread) + np.outer(design, design) / noise)
    sizes = [(shape.input_tokens, shape.output_tokens) for shape in GRID]
    rows = np.array([[*(float(size == p) for size in SIZES), o - 1.0] for p, o in sizes])
    share = np.einsum("ij,jk,ik->i", rows, found, rows) / times(rows) ** 2
    return float(np.mean(np.sqrt(2 / np.pi) * np.sqrt(share + 0.005**2)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_what_a_point_buys_is_what_conditioning_says(seed):
    start = belief(wide(seed))
    found = next_points(start, CELLS, GRID, count=1, repeats=1, warmups=0, least_gain=1e-9)
    (point,) = found.points
    row = np.array([*(float(p == point.input_tokens) for p in SIZES), point.output_tokens - 1.0])
    time = float(row @ start.mean)
    after = long_way(wide(seed), row, lambda rows: rows @ start.mean, (0.005 * time) ** 2)
    assert point.error_after == pytest.approx(after, rel=1e-6)
    assert point.cost.value == pytest.approx(time)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_errors_fall_point_by_point_and_costs_add_up(seed):
    found = next_points(belief(wide(seed)), CELLS, GRID, count=6, repeats=4)
    errors = [found.error.value, *(point.error_after for point in found.points)]
    assert all(before - after >= found.least_gain for before, after in pairwise(errors))
    assert [point.error_before for point in found.points] == pytest.approx(errors[:-1])
    total = sum(point.cost.value for point in found.points)
    assert found.points[-1].total_cost_s == pytest.approx(total)


def test_a_cheap_point_that_buys_as_much_goes_first():
    # all prefill sizes rise and fall together: (1, 1) tells as much of them as (1024, 1), at a seventh
    together = np.zeros((5, 5))
    together[:4, :4] = 0.1**2 * np.outer([0.02, 0.05, 0.08, 0.14], [0.02, 0.05, 0.08, 0.14])
    targets = [RequestShape(int(p), 1) for p in SIZES]
    (point,) = next_points(belief(together), CELLS, targets, count=1, repeats=1).points
    assert (point.input_tokens, point.output_tokens) == (1, 1)


def test_only_what_matters_is_bought():
    alone = np.diag([0.0, 0.0, 0.02**2, 0.02**2, 0.0])
    (point,) = next_points(belief(alone), CELLS, [RequestShape(512, 1)], count=1, repeats=1).points
    assert point.input_tokens == 512


def test_a_measured_cell_is_repeated_where_noise_is_what_is_left():
    noise = 0.08**2 * (0.005**2 + 0.2**2 / 2)
    seen = belief(np.diag([0.0, 0.0, noise, 0.0, 0.0]), measured={(512, 1): 2}, scatter=0.2)
    (point,) = next_points(seen, np.array([[512, 1]]), [RequestShape(512, 1)], count=1, repeats=6).points
    assert point.again
    # 8 requests in place of 2: the flat-prior posterior is that of the noise of 8
    expected = (2 / np.pi) ** 0.5 * (0.005**2 + 0.2**2 / 8 + 0.005**2) ** 0.5
    assert point.error_after == pytest.approx(expected, rel=1e-3)
    steady = replace(seen, scatter_share=0.0)
    assert next_points(steady, np.array([[512, 1]]), [RequestShape(512, 1)], count=1, repeats=6).points == ()


def test_it_ends_where_nothing_is_worth_it():
    found = next_points(belief(np.zeros((5, 5))), CELLS, GRID, count=3, repeats=1)
    assert found.points == ()
    assert found.ended
    assert found.error.value == pytest.approx(0.005 * (2 / np.pi) ** 0.5)


@pytest.mark.parametrize(
    ("name", "value"), [("count", 0), ("repeats", 0), ("warmups", -1), ("least_gain", 0.0)]
)
def test_numbers_out_of_range_are_refused(name, value):
    arguments = {"count": 1, "repeats": 1} | {name: value}
    with pytest.raises(InputError, match="the next points need at least 1 point"):
        next_points(belief(wide()), CELLS, GRID, **arguments)


def test_nothing_to_choose_from_is_refused():
    with pytest.raises(InputError, match="sizes to choose from"):
        next_points(belief(wide()), CELLS[:0], GRID, count=1, repeats=1)


def test_answers_are_timed_over_a_sixteenth_of_the_longest_at_least():
    assert sorted({o for _, o in candidate_cells([1, 8], 100).tolist()}) == [1, 6, 12, 24, 48, 96, 100]
    assert sorted({o for _, o in candidate_cells([1], 2).tolist()}) == [1, 2]
