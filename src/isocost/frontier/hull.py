"""How far points can go along a direction within what reference units span.

A row is what a point has of one quantity: an input as it is, an output negative, so that less is better in
every row. Radial and directional scores, super-efficiency, cost and revenue all ask for such steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.simplex import Programs, solve_again, solve_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.frontier.linear import Solver
    from isocost.frontier.simplex import Solutions

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Points", "Reach", "Technology", "check_technology", "reach"]

Technology = Literal["crs", "vrs", "drs", "irs", "fdh"]
"""Returns to scale: which sums of weights are allowed.

``crs`` any (Charnes, Cooper & Rhodes 1978), ``vrs`` 1 (Banker, Charnes & Cooper 1984), ``drs`` at most 1,
``irs`` at least 1 (Seiford & Thrall 1990), ``fdh`` one unit alone (Deprins, Simar & Tulkens 1984).
"""

_CELLS = 250_000  # of one table: 2 MB, which stays in the cache
_MARGIN = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points that go along directions.

    Parameters
    ----------
    rhs, direction : float arrays, shape (n, rows)
        What they have, and where they go.
    without : int array, shape (n,), or None
        A reference unit that a point may not use; -1 for none.
    start : int array, shape (n,), or None
        A reference unit that each point equals; by default the best single one is sought.
    """

    rhs: FloatArray
    direction: FloatArray
    without: IntArray | None = None
    start: IntArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far points go, and by whose example.

    Parameters
    ----------
    status : object array of {"optimal", "infeasible", "unbounded"}, shape (n,)
    step : float array, shape (n,)
        Along the direction; NaN unless optimal.
    support : int array, shape (n, k)
        Reference units that a point is held against; -1 where there is none.
    weights : float array, shape (n, k)
        Theirs, at least 0.
    slack : float array, shape (n, rows)
        What is left of each row after the step; NaN unless optimal.
    """

    status: np.ndarray[Any, np.dtype[np.object_]]
    step: FloatArray
    support: IntArray
    weights: FloatArray
    slack: FloatArray


def reach(
    rows: FloatArray,
    points: Points,
    technology: Technology,
    *,
    slack_weights: FloatArray | None = None,
    solver: Solver | None = None,
) -> Reach:
    r"""Find the largest :math:`\beta` with :math:`\sum\lambda_j r_j + \beta g \le b` within a technology.

    Parameters
    ----------
    rows : float array, shape (units, rows)
        :math:`r_j` of the reference units, of about unit size.
    points : Points
        Their :math:`b` and :math:`g`.
    technology : {"crs", "vrs", "drs", "irs", "fdh"}
    slack_weights : float array, shape (rows,), optional
        Among equal steps find what leaves most slack, weighted so; by default any. Fdh always does.
    solver : {"highspy", "scipy"}, optional
        Who calls HiGHS where it is needed.

    Returns
    -------
    Reach

    Examples
    --------
    How much less than 4 could the second unit take, for the output 1 of the first, which takes 2?

    >>> rows = np.array([[2.0, -1.0], [4.0, -1.0]])
    >>> reach(rows, Points(rhs=rows, direction=rows * [1.0, 0.0]), "vrs").step.tolist()
    [0.0, 0.5]
    """
    start, scale = points.start, np.ones(len(points.rhs))
    if start is None and points.without is None and np.array_equal(rows, points.rhs):
        start = np.arange(len(rows))
    if technology == "crs" and start is None:
        scale = _one_unit_scale(rows, points)
    points = replace(points, rhs=points.rhs * scale[:, None], direction=points.direction * scale[:, None])
    if technology == "fdh":
        return _single_reach(rows, points)
    if start is None:
        step, unit = _best_single(rows, points)
        start = np.where(np.isfinite(step), unit, -1)
    programs = Programs(
        columns=_columns(rows, technology),
        units=len(rows),
        rhs=np.c_[points.rhs, np.ones(len(start))],
        direction=np.c_[points.direction, np.zeros(len(start))],
        without=points.without,
    )
    found = solve_programs(programs, start, solver=solver)
    last = found if slack_weights is None else _most_slack(programs, found, slack_weights, solver)
    kept = (last.support >= 0) & (last.support < len(rows)) & (last.weights > 0)
    support, weights = np.where(kept, last.support, -1), np.where(kept, last.weights, 0.0)
    return Reach(
        status=found.status,
        step=found.step,
        support=support,
        weights=weights / scale[:, None],
        slack=_slack(rows, points, found.step, support, weights) / scale[:, None],
    )


def check_technology(technology: str) -> None:
    """Refuse a word that names no technology."""
    if technology not in get_args(Technology):
        raise InputError(f"technology is one of {', '.join(get_args(Technology))}; got {technology!r}")


def _columns(rows: FloatArray, technology: Technology) -> FloatArray:
    """Columns of the programs: units, then a slack for each row, then those of the sum of weights."""
    count, size = rows.shape
    last = np.eye(size + 1)[-1:]
    ends = {"vrs": [], "drs": [last], "irs": [-last], "crs": [last, -last]}[technology]
    return np.vstack([np.c_[rows, np.ones(count)], np.eye(size, size + 1), *ends])


def _most_slack(
    programs: Programs, found: Solutions, slack_weights: FloatArray, solver: Solver | None
) -> Solutions:
    """Among equal steps, those with most slack; what has no step stays as it is."""
    cost = np.zeros(len(programs.columns))
    cost[programs.units : programs.units + len(slack_weights)] = slack_weights
    best = np.flatnonzero(found.status == "optimal")
    second = solve_again(programs.only(best), found.only(best), cost, solver=solver)
    support, weights = found.support.copy(), found.weights.copy()
    settled = second.status == "optimal"
    support[best[settled]], weights[best[settled]] = second.support[settled], second.weights[settled]
    return replace(found, support=support, weights=weights)


def _slack(
    rows: FloatArray, points: Points, step: FloatArray, support: IntArray, weights: FloatArray
) -> FloatArray:
    """Tell what the step and the weighted reference units leave of each row."""
    taken = np.einsum("nk,nkr->nr", weights, rows[np.maximum(support, 0)])
    left = points.rhs - step[:, None] * points.direction - taken
    return np.asarray(np.maximum(left, 0.0), dtype=np.float64)


def _single_reach(rows: FloatArray, points: Points) -> Reach:
    """Find the steps within the free disposal hull: one reference unit alone."""
    step, unit = _best_single(rows, points)
    status = np.where(np.isfinite(step), "optimal", "infeasible").astype(object)
    step = np.where(np.isfinite(step), step, np.nan)
    support = np.where(np.isfinite(step), unit, -1)[:, None]
    weights = (support >= 0).astype(np.float64)
    slack = _slack(rows, points, step, support, weights)
    return Reach(status=status, step=step, support=support, weights=weights, slack=slack)


def _best_single(rows: FloatArray, points: Points) -> tuple[FloatArray, IntArray]:
    """Tell how far each point goes beside the best single unit, minus infinity beside none, and which unit.

    Among equal steps it is the unit that takes least of all rows together, which leaves most slack.
    """
    order = np.argsort(rows.sum(axis=1), kind="stable")
    place = np.argsort(order)
    step, unit = np.empty(len(points.rhs)), np.empty(len(points.rhs), dtype=np.intp)
    for part in _parts(len(points.rhs), len(rows)):
        table = _steps(rows[order], points.rhs[part], points.direction[part])
        _bar(table, points.without, part, place, -np.inf)
        unit[part] = table.argmax(axis=1)
        step[part] = table[np.arange(len(table)), unit[part]]
    return step, order[unit]


def _parts(points: int, units: int) -> Iterator[slice]:
    size = max(1, _CELLS // max(1, units))
    return (slice(begin, begin + size) for begin in range(0, points, size))


def _bar(table: FloatArray, without: IntArray | None, part: slice, place: IntArray, value: float) -> None:
    """Write a value where a point may not use a unit."""
    if without is not None:
        barred = np.flatnonzero(without[part] >= 0)
        table[barred, place[without[part][barred]]] = value


def _steps(rows: FloatArray, rhs: FloatArray, direction: FloatArray) -> FloatArray:
    """Tell how far each point can go beside each unit, shape (points, units)."""
    table = np.full((len(rhs), len(rows)), np.inf)
    for column in range(rows.shape[1]):
        room = rhs[:, column, None] - rows[None, :, column]
        along = direction[:, column, None]
        moves = along[:, 0] > 0
        if moves.all():
            np.minimum(table, room / along, out=table)
            continue
        stopped = room < 0
        stopped[moves] = False
        table[stopped] = -np.inf
        table[moves] = np.minimum(table[moves], room[moves] / along[moves])
    return table


def _one_unit_scale(rows: FloatArray, points: Points) -> FloatArray:
    """By what to multiply points so that one unit alone will do: under crs that changes no step.

    Rows along the direction can always give way. Points are shrunk where only outputs are fixed, grown where
    only inputs are.
    """
    fixed = (points.direction == 0).all(axis=0)
    output = np.asarray((rows <= 0).all(axis=0))
    if not fixed.any() or (output[fixed].any() and not output[fixed].all()):
        return np.ones(len(points.rhs))
    shrink = bool(output[fixed].any())
    has, needs = np.abs(rows[:, fixed]), np.abs(points.rhs[:, fixed])
    most = np.empty(len(needs))
    for part in _parts(len(needs), len(rows)):
        table = np.full((len(needs[part]), len(rows)), np.inf)
        for column in range(has.shape[1]):
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = has[:, column] / needs[part, column, None]
            ratio = ratio if shrink else 1 / ratio
            np.minimum(table, np.where(np.isnan(ratio), np.inf, ratio), out=table)
        _bar(table, points.without, part, np.arange(len(rows)), 0.0)
        most[part] = table.max(axis=1)
    found = (most > 0) & np.isfinite(most)
    most = np.where(found, most, 1.0)
    return np.where(found, most * (1 - _MARGIN) if shrink else (1 + _MARGIN) / most, 1.0)
