import importlib.util

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier import linear
from isocost.frontier.linear import solve_linear

SOLVERS = ("highspy", "scipy")


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_most_within_two_limits(solver):
    # 3a + 2b with a + b <= 4, a + 3b <= 6, slacks written out: a = 4 gives 12, the first limit is worth 3
    matrix = np.array([[1.0, 1.0, 1.0, 0.0], [1.0, 3.0, 0.0, 1.0]])
    answer = solve_linear(np.array([3.0, 2.0, 0.0, 0.0]), matrix, np.array([4.0, 6.0]), solver=solver)
    assert answer.status == "optimal"
    assert answer.values == pytest.approx([4, 0, 0, 2])
    assert answer.duals == pytest.approx([3, 0])


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_free_variable_may_be_negative(solver):
    answer = solve_linear(
        np.array([-1.0, 0.0]), np.array([[1.0, -1.0]]), np.array([-3.0]), free=1, solver=solver
    )
    assert answer.values == pytest.approx([-3, 0])


@pytest.mark.parametrize("solver", SOLVERS)
def test_what_cannot_be_or_has_no_end_is_said(solver):
    impossible = solve_linear(np.ones(2), np.ones((1, 2)), np.array([-1.0]), solver=solver)
    endless = solve_linear(np.ones(2), np.array([[1.0, -1.0]]), np.array([1.0]), solver=solver)
    assert (impossible.status, impossible.values) == ("infeasible", None)
    assert (endless.status, endless.values) == ("unbounded", None)


def test_without_highspy_scipy_is_asked(monkeypatch):
    asked = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(linear, "_scipy", lambda *_: asked.append("scipy"))
    solve_linear(np.ones(1), np.ones((1, 1)), np.ones(1))
    assert asked == ["scipy"]


def test_another_solver_is_refused():
    with pytest.raises(InputError) as caught:
        solve_linear(np.ones(1), np.ones((1, 1)), np.ones(1), solver="glpk")
    assert str(caught.value) == "solver is 'highspy' or 'scipy', got 'glpk'"
