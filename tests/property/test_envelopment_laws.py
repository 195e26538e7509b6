"""Laws of data envelopment."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.production_tables import production
from isocost.frontier import (
    Direction,
    cost_efficiencies,
    envelop,
    malmquist,
    pareto_mask,
    radial_scores,
    scale_efficiencies,
)

ORIENTATIONS = st.sampled_from(["input", "output"])
CONVEX = st.sampled_from(["crs", "vrs", "drs", "irs"])
ALL = st.sampled_from(["crs", "vrs", "drs", "irs", "fdh"])
LAW = settings(deadline=None, max_examples=30)
SAME: Any = {"rtol": 1e-8, "atol": 1e-8}


@st.composite
def tables(draw: Callable[..., Any], least: int = 1) -> Any:
    """Small whole numbers, so that ties and copies are frequent, or numbers spread over decades."""
    units = draw(st.integers(least, 12))
    inputs, outputs = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    if draw(st.booleans()):
        numbers, least_output = st.integers(1, 5), st.integers(0, 4)
    else:
        numbers = least_output = st.floats(0.0625, 50)
    x = draw(st.lists(st.lists(numbers, min_size=inputs, max_size=inputs), min_size=units, max_size=units))
    y = draw(
        st.lists(st.lists(least_output, min_size=outputs, max_size=outputs), min_size=units, max_size=units)
    )
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    y[(y == 0).all(axis=1), 0] = 1.0
    return x, y


def factor(scores: Any, orientation: str) -> Any:
    """Farrell's input score, or one over his output score: both at most 1."""
    return scores if orientation == "input" else 1 / scores


@LAW
@given(table=tables(), orientation=ORIENTATIONS)
def test_a_larger_technology_finds_no_more_efficiency(table: Any, orientation: Any) -> None:
    crs, drs, irs, vrs, fdh = (
        factor(radial_scores(*table, technology=each, orientation=orientation), orientation)
        for each in ("crs", "drs", "irs", "vrs", "fdh")
    )
    assert (crs > 0).all()
    for less, more in ((crs, drs), (crs, irs), (drs, vrs), (irs, vrs), (vrs, fdh), (fdh, np.ones_like(fdh))):
        assert (less <= more + 1e-9).all()
    # variable returns are what is common to non-increasing and non-decreasing ones
    np.testing.assert_allclose(vrs, np.maximum(drs, irs), **SAME)


@LAW
@given(table=tables())
def test_under_constant_returns_inputs_and_outputs_say_the_same(table: Any) -> None:
    by_input = radial_scores(*table, technology="crs")
    by_output = radial_scores(*table, technology="crs", orientation="output")
    np.testing.assert_allclose(by_input, 1 / by_output, **SAME)


@LAW
@given(table=tables(), technology=ALL, orientation=ORIENTATIONS, data=st.data())
def test_units_of_measurement_do_not_matter(table: Any, technology: Any, orientation: Any, data: Any) -> None:
    x, y = table
    powers = st.lists(st.integers(-9, 9), min_size=x.shape[1] + y.shape[1], max_size=x.shape[1] + y.shape[1])
    scale = 10.0 ** np.array(data.draw(powers))
    before = envelop(production(x, y), technology=technology, orientation=orientation)
    after = envelop(
        production(x * scale[: x.shape[1]], y * scale[x.shape[1] :]),
        technology=technology,
        orientation=orientation,
    )
    np.testing.assert_allclose(before.scores, after.scores, **SAME)
    # slack is measured in the mean of its axis: its largest sum does not depend on units either
    means = np.r_[x.mean(axis=0), np.maximum(y.mean(axis=0), 1e-9)]
    for one, other in zip(before.units, after.units, strict=True):
        sums = (np.array(one.slacks) / means).sum(), (np.array(other.slacks) / scale / means).sum()
        assert sums[0] == pytest.approx(sums[1], abs=1e-6)


@LAW
@given(table=tables(), technology=ALL, orientation=ORIENTATIONS, seed=st.integers(0, 99))
def test_order_does_not_matter(table: Any, technology: Any, orientation: Any, seed: int) -> None:
    x, y = table
    order = np.random.default_rng(seed).permutation(len(x))
    scores = radial_scores(x, y, technology=technology, orientation=orientation)
    again = radial_scores(x[order], y[order], technology=technology, orientation=orientation)
    np.testing.assert_allclose(scores[order], again, **SAME)


@LAW
@given(table=tables(), technology=ALL, orientation=ORIENTATIONS, worse=st.floats(1, 3))
def test_a_dominated_unit_more_changes_nothing(
    table: Any, technology: Any, orientation: Any, worse: float
) -> None:
    x, y = table
    scores = radial_scores(x, y, technology=technology, orientation=orientation)
    more = radial_scores(
        np.vstack([x, x[:1] * worse]),
        np.vstack([y, y[:1] / worse]),
        technology=technology,
        orientation=orientation,
    )
    np.testing.assert_allclose(more[:-1], scores, **SAME)
    assert factor(more[-1], orientation) <= factor(more[0], orientation) + 1e-9


@LAW
@given(table=tables(), technology=ALL)
def test_directions_of_own_values_are_radial(table: Any, technology: Any) -> None:
    problem = production(*table)
    inward = envelop(
        problem,
        technology=technology,
        orientation="directional",
        direction=Direction(inputs="own", outputs=None),
    )
    outward = envelop(
        problem,
        technology=technology,
        orientation="directional",
        direction=Direction(inputs=None, outputs="own"),
    )
    np.testing.assert_allclose(1 - inward.scores, radial_scores(*table, technology=technology), **SAME)
    np.testing.assert_allclose(
        1 + outward.scores, radial_scores(*table, technology=technology, orientation="output"), **SAME
    )


@LAW
@given(table=tables())
def test_both_ways_at_once_under_constant_returns(table: Any) -> None:
    # Chambers, Chung & Färe 1998: with g = (x, y), beta = (1 - theta) / (1 + theta)
    theta = radial_scores(*table, technology="crs")
    found = envelop(production(*table), technology="crs", orientation="directional")
    np.testing.assert_allclose(found.scores, (1 - theta) / (1 + theta), **SAME)


@LAW
@given(table=tables(), technology=CONVEX, orientation=ORIENTATIONS)
def test_the_target_is_reached_by_the_peers_and_leaves_nothing(
    table: Any, technology: Any, orientation: Any
) -> None:
    x, y = table
    problem = production(x, y)
    found = envelop(problem, technology=technology, orientation=orientation)
    targets = np.array([unit.targets for unit in found.units])
    for unit, target in zip(found.units, targets, strict=True):
        assert min(unit.slacks) >= 0
        mixed = sum(peer.weight * np.r_[x[int(peer.name)], y[int(peer.name)]] for peer in unit.peers)
        np.testing.assert_allclose(mixed, target, rtol=1e-6, atol=1e-6)
    reached = targets[:, : x.shape[1]], np.maximum(targets[:, x.shape[1] :], 0)
    again = envelop(
        production(np.vstack([x, reached[0]]), np.vstack([y, reached[1]])),
        technology=technology,
        orientation=orientation,
    )
    for unit in again.units[len(x) :]:
        assert factor(unit.score, orientation) == pytest.approx(1, abs=1e-6)
        assert sum(unit.slacks) == pytest.approx(0, abs=1e-4)


@LAW
@given(table=tables(), technology=ALL, orientation=ORIENTATIONS)
def test_peers_are_efficient_themselves(table: Any, technology: Any, orientation: Any) -> None:
    found = envelop(production(*table), technology=technology, orientation=orientation)
    units = {unit.name: unit for unit in found.units}
    for unit in found.units:
        for peer in unit.peers:
            assert units[peer.name].efficient


@LAW
@given(table=tables(), orientation=ORIENTATIONS)
def test_an_fdh_unit_without_slack_is_undominated(table: Any, orientation: Any) -> None:
    x, y = table
    found = envelop(production(x, y), technology="fdh", orientation=orientation)
    alone = [bool(unit.efficient and not unit.leaves_slack) for unit in found.units]
    ways: Any = ["lower"] * x.shape[1] + ["higher"] * y.shape[1]
    assert alone == pareto_mask(np.c_[x, y], ways).tolist()


@LAW
@given(table=tables(least=2), technology=ALL, orientation=ORIENTATIONS)
def test_super_efficiency_is_the_score_of_the_inefficient(
    table: Any, technology: Any, orientation: Any
) -> None:
    plain = envelop(production(*table), technology=technology, orientation=orientation)
    left_out = envelop(
        production(*table), technology=technology, orientation=orientation, super_efficiency=True
    )
    for one, other in zip(plain.units, left_out.units, strict=True):
        assert one.name not in {peer.name for peer in other.peers}
        if not one.efficient:
            assert other.score == pytest.approx(one.score, rel=1e-7)
        elif other.score is not None:
            assert factor(other.score, orientation) >= 1 - 1e-9
        else:
            assert other.status in ("infeasible", "unbounded")


@LAW
@given(table=tables(), orientation=ORIENTATIONS)
def test_scale_explains_what_technology_does_not(table: Any, orientation: Any) -> None:
    for unit in scale_efficiencies(production(*table), orientation=orientation):
        assert 0 < unit.scale <= 1
        crs, vrs = factor(unit.crs, orientation), factor(unit.vrs, orientation)
        assert vrs * unit.scale == pytest.approx(crs, rel=1e-7)
        assert (unit.returns == "crs") == (unit.scale > 1 - 1e-7)


@LAW
@given(table=tables(), technology=ALL, data=st.data())
def test_cost_is_at_most_as_efficient_as_inputs(table: Any, technology: Any, data: Any) -> None:
    x, y = table
    prices = np.array(data.draw(st.lists(st.floats(0.1, 9), min_size=x.shape[1], max_size=x.shape[1])))
    for unit in cost_efficiencies(production(x, y), prices, technology=technology):
        assert unit.overall is not None
        assert unit.technical is not None
        assert 0 < unit.overall <= unit.technical + 1e-9
        assert unit.best_money == pytest.approx(float(np.dot(unit.best_mix, prices)), rel=1e-7)


@LAW
@given(table=tables(), growth=st.floats(0.25, 4))
def test_if_all_grow_alike_the_frontier_moves_and_nobody_catches_up(table: Any, growth: float) -> None:
    x, y = table
    for change in malmquist(production(x, y), production(x, y * growth)):
        assert change.efficiency == pytest.approx(1, rel=1e-7)
        assert change.technical == pytest.approx(growth, rel=1e-7)
        assert change.total == pytest.approx(growth, rel=1e-7)


@LAW
@given(table=tables(), technology=CONVEX, data=st.data())
def test_weakly_disposable_bads_leave_less_room(table: Any, technology: Any, data: Any) -> None:
    x, y = table
    bads = np.array(data.draw(st.lists(st.integers(1, 5), min_size=len(x), max_size=len(x))), dtype=float)
    problem = production(x, y, bads[:, None])
    strong, weak = (
        envelop(problem, technology=technology, orientation="directional", disposability=each)
        for each in ("strong", "weak")
    )
    assert (weak.scores >= -1e-9).all()
    # with outputs cut to nothing a unit weighs something and makes nothing: as in sums of weights below 1
    wider: Any = {"crs": "crs", "drs": "drs", "vrs": "drs", "irs": "crs"}[technology]
    most = envelop(problem, technology=wider, orientation="directional", disposability="strong")
    assert (weak.scores <= most.scores + 1e-8).all()
    # freely cut, a bad output is an input
    as_input = envelop(production(np.c_[x, bads], y), technology=technology, orientation="directional")
    np.testing.assert_allclose(strong.scores, as_input.scores, **SAME)
