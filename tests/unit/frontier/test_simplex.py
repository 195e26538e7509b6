import numpy as np
import pytest

from isocost.frontier import simplex
from isocost.frontier.simplex import Programs, solve_again, solve_programs

NOWHERE = -1


def vrs_input(x, y):
    """Rows of the textbook program: inputs, outputs negative, sum of weights; slacks after the units."""
    units, rows = len(x), x.shape[1] + y.shape[1]
    columns = np.vstack([np.c_[x, -y, np.ones(units)], np.eye(rows, rows + 1)])
    return Programs(
        columns=columns,
        units=units,
        rhs=columns[:units],
        direction=np.c_[x, 0 * y, np.zeros(units)],
    )


@pytest.fixture
def tables():
    rng = np.random.default_rng(11)
    return rng.uniform(1, 9, (60, 3)), rng.uniform(0, 5, (60, 2))


@pytest.mark.parametrize("solver", ["highspy", "scipy"])
def test_side_by_side_finds_what_highs_finds(tables, solver):
    programs = vrs_input(*tables)
    ours = solve_programs(programs, np.arange(60))
    theirs = solve_programs(programs, np.full(60, NOWHERE), solver=solver)
    assert ours.certified.all()
    assert not theirs.certified.any()
    np.testing.assert_allclose(ours.step, theirs.step, rtol=0, atol=1e-10)


def test_duals_prove_the_optimum(tables):
    # weak duality: what prices no column above its cost bounds the step; equality of both sides proves it
    programs = vrs_input(*tables)
    for start in (np.arange(60), np.full(60, NOWHERE)):
        found = solve_programs(programs, start)
        assert (found.duals @ programs.columns.T >= -1e-9).all()
        np.testing.assert_allclose((found.duals * programs.direction).sum(axis=1), 1, atol=1e-9)
        np.testing.assert_allclose((found.duals * programs.rhs).sum(axis=1), found.step, atol=1e-9)


@pytest.mark.parametrize("solver", ["highspy", "scipy"])
def test_the_second_objective_keeps_the_first(tables, solver):
    programs = vrs_input(*tables)
    cost = np.zeros(len(programs.columns))
    cost[60:] = 1.0
    sums = []
    for start in (np.arange(60), np.full(60, NOWHERE)):
        first = solve_programs(programs, start, solver=solver)
        second = solve_again(programs, first, cost, solver=solver)
        np.testing.assert_allclose(second.step, first.step, rtol=0, atol=1e-9)
        slack = np.where(second.support >= 60, second.weights, 0).sum(axis=1)
        assert (slack >= np.where(first.support >= 60, first.weights, 0).sum(axis=1) - 1e-9).all()
        sums.append(slack)
    np.testing.assert_allclose(sums[0], sums[1], rtol=0, atol=1e-8)


def test_without_a_certificate_highs_decides(tables, monkeypatch):
    programs = vrs_input(*tables)
    known = solve_programs(programs, np.arange(60)).step
    monkeypatch.setattr(simplex, "_STEPS", 1)
    monkeypatch.setattr(simplex, "_ROUNDS", 1)
    hurried = solve_programs(programs, np.arange(60))
    assert 0 < hurried.certified.sum() < 60
    np.testing.assert_allclose(hurried.step, known, rtol=0, atol=1e-10)


def test_a_column_that_may_not_be_used(tables):
    programs = vrs_input(*tables)
    alone = Programs(
        columns=programs.columns,
        units=60,
        rhs=programs.rhs,
        direction=programs.direction,
        without=np.arange(60),
    )
    found = solve_programs(alone, np.full(60, NOWHERE))
    assert not ((found.support == np.arange(60)[:, None]) & (found.weights > 0)).any()
    assert set(found.status) == {"optimal", "infeasible"}
    assert np.isnan(found.step[found.status == "infeasible"]).all()
