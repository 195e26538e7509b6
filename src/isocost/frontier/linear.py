"""One linear program, solved by HiGHS: through highspy, or through scipy where highspy is absent."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import EstimationError, InputError

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["LinearAnswer", "Solver", "Status", "solve_linear"]

Solver = Literal["highspy", "scipy"]
Status = Literal["optimal", "infeasible", "unbounded"]

_TOLERANCES = (1e-10, 1e-7)
"""Of feasibility and of optimality: the least that HiGHS takes, then its own where it finds no verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearAnswer:
    """What a linear program came to.

    Parameters
    ----------
    status : {"optimal", "infeasible", "unbounded"}
    values : float array, shape (columns,), or None
        The variables; ``None`` unless optimal.
    duals : float array, shape (rows,), or None
        What one unit more on the right-hand side adds to the objective; ``None`` unless optimal.
    """

    status: Status
    values: FloatArray | None = None
    duals: FloatArray | None = None


def solve_linear(
    cost: FloatArray, matrix: FloatArray, rhs: FloatArray, *, free: int = 0, solver: Solver | None = None
) -> LinearAnswer:
    r"""Maximise :math:`c'x` subject to :math:`Ax = b`, the first `free` variables of any sign, the rest >= 0.

    Parameters
    ----------
    cost : float array, shape (columns,)
    matrix : float array, shape (rows, columns)
    rhs : float array, shape (rows,)
    free : int
        How many of the first variables may be negative.
    solver : {"highspy", "scipy"}, optional
        Both call HiGHS (Huangfu & Hall 2018, doi:10.1007/s12532-017-0130-5); by default highspy, and scipy
        where highspy is absent.

    Returns
    -------
    LinearAnswer

    Raises
    ------
    InputError
        If `solver` is no word above.
    EstimationError
        If HiGHS ends without a verdict.

    Examples
    --------
    The most of x + 2y where x + y + slack = 3:

    >>> answer = solve_linear(np.array([1.0, 2.0, 0.0]), np.ones((1, 3)), np.array([3.0]))
    >>> answer.status, answer.values.tolist(), answer.duals.tolist()
    ('optimal', [0.0, 3.0, 0.0], [2.0])
    """
    chosen = solver or ("highspy" if importlib.util.find_spec("highspy") else "scipy")
    if chosen not in get_args(Solver):
        raise InputError(f"solver is 'highspy' or 'scipy', got {solver!r}")
    return (_highspy if chosen == "highspy" else _scipy)(cost, matrix, rhs, free)


def _highspy(cost: FloatArray, matrix: FloatArray, rhs: FloatArray, free: int) -> LinearAnswer:
    import highspy

    rows, columns = matrix.shape
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = rows, columns
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = cost
    program.col_lower_ = np.where(np.arange(columns) < free, -highspy.kHighsInf, 0.0)
    program.col_upper_ = np.full(columns, highspy.kHighsInf)
    program.row_lower_ = program.row_upper_ = rhs
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.arange(columns + 1) * rows
    program.a_matrix_.index_ = np.tile(np.arange(rows), columns)
    program.a_matrix_.value_ = np.ascontiguousarray(matrix.T).ravel()
    known: dict[Any, Status] = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnbounded: "unbounded",
    }
    for tolerance in _TOLERANCES:
        highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # the library is not typed
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off")):
            highs.setOptionValue(option, value)
        for which in ("primal", "dual"):
            highs.setOptionValue(f"{which}_feasibility_tolerance", tolerance)
        highs.passModel(program)
        highs.run()
        found = highs.getModelStatus()
        if found in known:
            break
    else:
        raise EstimationError(f"HiGHS ended without a verdict: {highs.modelStatusToString(found)}")
    if known[found] != "optimal":
        return LinearAnswer(status=known[found])
    solution = highs.getSolution()
    return LinearAnswer(
        status="optimal", values=np.array(solution.col_value), duals=np.array(solution.row_dual)
    )


def _scipy(cost: FloatArray, matrix: FloatArray, rhs: FloatArray, free: int) -> LinearAnswer:
    from scipy.optimize import linprog

    bounds = [(None if place < free else 0.0, None) for place in range(matrix.shape[1])]
    known: dict[int, Status] = {0: "optimal", 2: "infeasible", 3: "unbounded"}
    for tolerance in _TOLERANCES:
        found = linprog(
            -cost,
            A_eq=matrix,
            b_eq=rhs,
            bounds=bounds,
            options={
                "presolve": False,
                "primal_feasibility_tolerance": tolerance,
                "dual_feasibility_tolerance": tolerance,
            },
        )
        if found.status in known:
            break
    else:
        raise EstimationError(f"HiGHS ended without a verdict: {found.message}")
    if found.status != 0:
        return LinearAnswer(status=known[found.status])
    return LinearAnswer(status="optimal", values=found.x, duals=-found.eqlin.marginals)
