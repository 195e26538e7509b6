"""Many small linear programs that share their columns, solved side by side, each with a certificate.

Envelopment solves one program a unit, all over the same reference units. Here the revised simplex method
walks all of them at once: each keeps a basis of its own, and one matrix product prices the columns for all.
Columns are priced in two sets, a small one of candidates first and then all that may still be efficient
(after Barr & Durchholz 1997, Annals of Operations Research 73, 339), so most reference units are looked at
only a few times. An answer counts only if its basis, solved anew, is feasible and no such column improves on
it; a program without that certificate goes to HiGHS.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.frontier.linear import solve_linear

if TYPE_CHECKING:
    from isocost.frontier.linear import Solver

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Programs", "Solutions", "solve_again", "solve_programs"]

_DIRECTION = -1  # stands in a basis for the step along the direction, always in the first place
_NONE = -2  # stands in a basis where nothing is: of a program without a start or without a solution
_FEASIBLE = 1e-10
_PIVOT = 1e-9
_INSIDE = 1e-6  # from which step on a unit is inside for sure
_PERTURBED = 1e-8
_ROUNDS = 60
_STEPS = 400
_CELLS = 4_000_000  # numbers of one price table: 32 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    r"""Programs: maximise :math:`\gamma\beta + c'z` where :math:`A'z + \beta g_i = b_i`, :math:`z \ge 0`.

    Parameters
    ----------
    columns : float array, shape (columns, rows)
        :math:`A`, the same for all programs; of about unit size: first the units, then a slack for each row
        but the last, then others.
    units : int
        How many columns are units.
    rhs, direction : float array, shape (n, rows)
        :math:`b_i` and :math:`g_i`, one row a program.
    gain : float
        :math:`\gamma`: 1 to go as far as can be along the direction.
    cost : float array, shape (columns,), or None
        :math:`c`; by default 0.
    without : int array, shape (n,), or None
        A column that a program may not use; -1 for none.
    face : float array, shape (n, rows), or None
        Duals of an earlier objective: only columns that it prices at 0 may be used, so its optimum is kept.
    """

    columns: FloatArray
    units: int
    rhs: FloatArray
    direction: FloatArray
    gain: float = 1.0
    cost: FloatArray | None = None
    without: IntArray | None = None
    face: FloatArray | None = None

    @property
    def costs(self) -> FloatArray:
        """The objective's coefficients of the shared columns."""
        return np.zeros(len(self.columns)) if self.cost is None else self.cost

    def only(self, rows: IntArray) -> Programs:
        """Take some of the programs."""
        return replace(
            self,
            rhs=self.rhs[rows],
            direction=self.direction[rows],
            without=None if self.without is None else self.without[rows],
            face=None if self.face is None else self.face[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Solutions:
    """Optimal bases of programs.

    Parameters
    ----------
    status : object array of {"optimal", "infeasible", "unbounded"}, shape (n,)
    step : float array, shape (n,)
        The step along the direction; NaN unless optimal.
    support : int array, shape (n, rows)
        Columns that may be above 0; below 0 where there is none.
    weights : float array, shape (n, rows)
        What they are, at least 0.
    duals : float array, shape (n, rows)
        What one unit more on each right-hand side adds to the objective.
    certified : bool array, shape (n,)
        Whether the side-by-side simplex proved it; otherwise HiGHS did.
    """

    status: np.ndarray[Any, np.dtype[np.object_]]
    step: FloatArray
    support: IntArray
    weights: FloatArray
    duals: FloatArray
    certified: BoolArray

    def only(self, rows: IntArray) -> Solutions:
        """Take some of the solutions."""
        return Solutions(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def solve_programs(programs: Programs, start: IntArray, *, solver: Solver | None = None) -> Solutions:
    """Solve all programs, each from one unit that will do.

    Parameters
    ----------
    programs : Programs
    start : int array, shape (n,)
        A unit that with weight 1 and some step is feasible; below 0 sends the program to HiGHS.
    solver : {"highspy", "scipy"}, optional
        Who calls HiGHS for programs without a certificate.

    Returns
    -------
    Solutions

    Examples
    --------
    How much can 4 be cut, if the column (2, 1) may be used once?

    >>> programs = Programs(columns=np.array([[2.0, 1.0], [1.0, 0.0]]), units=1, rhs=np.array([[4.0, 1.0]]),
    ...                     direction=np.array([[4.0, 0.0]]))
    >>> found = solve_programs(programs, np.array([0]))
    >>> found.step.tolist(), found.weights.tolist()
    ([0.5], [[0.0, 1.0]])
    """
    return _solve(programs, _first_bases(programs, start), solver)


def solve_again(
    programs: Programs, before: Solutions, cost: FloatArray, *, solver: Solver | None = None
) -> Solutions:
    """Solve programs for a second objective among the optima of the first.

    Parameters
    ----------
    programs : Programs
    before : Solutions
        Of these programs, all optimal.
    cost : float array, shape (columns,)
        The second objective, to be maximised.
    solver : {"highspy", "scipy"}, optional

    Returns
    -------
    Solutions
        With the steps of the first objective.
    """
    second = replace(programs, gain=0.0, cost=cost, face=before.duals)
    start = np.where(before.certified[:, None], before.support, _NONE)
    return _solve(second, start, solver)


def _solve(programs: Programs, start: IntArray, solver: Solver | None) -> Solutions:
    basis = start.copy()
    candidates = _first_candidates(programs, basis)
    needed = np.ones(len(programs.columns), dtype=np.bool_)
    shrinks = _shrinks(programs)
    live = np.flatnonzero(start[:, 0] == _DIRECTION)
    done = np.zeros(len(basis), dtype=np.bool_)
    for _ in range(_ROUNDS):
        if not live.size:
            break
        few = programs.only(live)
        basis[live] = _walk(few, basis[live], np.flatnonzero(candidates & needed))
        duals = _duals(few, basis[live], _inverse(_matrix(few, basis[live])))
        if shrinks:
            needed[live[(duals * few.rhs).sum(axis=1) > _INSIDE]] = False
        worst, column, allowed = _violations(few, duals, np.flatnonzero(needed))
        done[live] = worst <= allowed
        candidates[column[worst > allowed]] = True
        live = live[worst > allowed]
    return _gather(programs, basis, done, solver)


def _shrinks(programs: Programs) -> bool:
    """Tell whether the programs are of the units themselves, so that a unit that can go is not needed.

    A unit that can go a step beside others is dominated by a combination of these: no optimum needs it.
    """
    return (
        programs.units == len(programs.rhs)
        and programs.face is None
        and programs.without is None
        and bool((programs.direction >= 0).all())
        and np.array_equal(programs.rhs, programs.columns[: programs.units])
    )


def _first_bases(programs: Programs, unit: IntArray) -> IntArray:
    """Make bases of the step, one unit, and the slacks of all rows but the one that stops the step first."""
    each, rows = np.arange(len(unit)), programs.rhs.shape[1] - 1
    room = (_perturbed(programs.rhs) - programs.columns[np.maximum(unit, 0)])[:, :rows]
    along = programs.direction[:, :rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        stop = np.where(along > 0, room / along, np.inf).argmin(axis=1)
    basis = np.empty((len(unit), rows + 1), dtype=np.intp)
    basis[:, :rows] = programs.units + np.arange(rows)
    basis[each, stop] = basis[:, 0]
    basis[:, 0] = _DIRECTION
    basis[:, rows] = unit
    basis[unit < 0] = _NONE
    return basis


def _first_candidates(programs: Programs, basis: IntArray) -> BoolArray:
    """Mark columns that start most often, units that take least of all rows together, and what is no unit."""
    size = 16 * programs.rhs.shape[1]
    counts = np.bincount(basis[basis >= 0], minlength=len(programs.columns))
    mask = counts >= max(2, np.sort(counts)[-min(size, len(counts))])
    mask[np.argsort(programs.columns[: programs.units].sum(axis=1), kind="stable")[:size]] = True
    mask[programs.units :] = True
    return np.asarray(mask, dtype=np.bool_)


def _matrix(programs: Programs, basis: IntArray) -> FloatArray:
    """Basis matrices, shape (n, rows, rows), one column a basic variable."""
    gathered = programs.columns[np.maximum(basis, 0)]
    gathered[:, 0] = programs.direction
    return np.asarray(gathered.transpose(0, 2, 1), dtype=np.float64)


def _inverse(matrix: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _duals(programs: Programs, basis: IntArray, inverse: FloatArray) -> FloatArray:
    earned = programs.costs[np.maximum(basis, 0)]
    earned[:, 0] = programs.gain
    return np.asarray(np.einsum("ni,nij->nj", earned, inverse), dtype=np.float64)


def _perturbed(rhs: FloatArray) -> FloatArray:
    """Loosen each inequality by a little of its own, so that ties between bases are broken."""
    rows = np.arange(rhs.shape[1])
    size = _PERTURBED * (1 + np.modf(np.sqrt(2.0) * (rows + 1))[0])
    loosened = rhs + size * np.maximum(np.abs(rhs), 1e-3)
    loosened[:, -1] = rhs[:, -1]
    return np.asarray(loosened, dtype=np.float64)


def _gains(programs: Programs, duals: FloatArray, pool: IntArray) -> FloatArray:
    """Tell what each column of a pool would add to the objective, (n, pool); -inf where it is barred."""
    table = programs.columns[pool].T
    gains = programs.costs[pool] - duals @ table
    if programs.face is not None:
        worth = programs.face @ table
        gains[np.abs(worth) > 1e2 * _allowed(programs.face)[:, None]] = -np.inf
    if programs.without is not None:
        place = np.full(len(programs.columns) + 1, -1)
        place[pool] = np.arange(len(pool))
        where = place[programs.without]
        barred = np.flatnonzero((programs.without >= 0) & (where >= 0))
        gains[barred, where[barred]] = -np.inf
    return np.asarray(gains, dtype=np.float64)


def _allowed(duals: FloatArray) -> FloatArray:
    """Up to what a gain is rounding."""
    return np.asarray(1e-12 + 1e-14 * np.abs(duals).max(axis=1), dtype=np.float64)


def _walk(programs: Programs, basis: IntArray, pool: IntArray) -> IntArray:
    """Pivot each program until no column of the pool improves it."""
    found = basis.copy()
    live = np.arange(len(basis))
    inverse = _inverse(_matrix(programs, basis))
    values = np.einsum("nij,nj->ni", inverse, _perturbed(programs.rhs))
    for _ in range(_STEPS):
        duals = _duals(programs, basis, inverse)
        gains = _gains(programs, duals, pool)
        entering = gains.argmax(axis=1)
        better = gains[np.arange(len(basis)), entering] > _allowed(duals)
        entering = pool[entering]
        slope = np.einsum("nij,nj->ni", inverse, programs.columns[entering])
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(slope > _PIVOT, np.maximum(values, 0) / slope, np.inf)
        ratios[:, 0] = np.inf  # the step along the direction may have any sign: it stays
        leaving = ratios.argmin(axis=1)
        better &= np.isfinite(ratios[np.arange(len(basis)), leaving])
        found[live[~better]] = basis[~better]
        if not better.any():
            break
        kept = np.flatnonzero(better)
        if len(kept) < len(basis):
            live, basis, inverse, values = live[kept], basis[kept], inverse[kept], values[kept]
            programs, entering, leaving, slope = (
                programs.only(kept), entering[kept], leaving[kept], slope[kept],
            )  # fmt: skip
        basis, inverse, values = _pivot(basis, inverse, values, entering, leaving, slope)
    else:
        found[live] = basis
    return found


def _pivot(
    basis: IntArray,
    inverse: FloatArray,
    values: FloatArray,
    entering: IntArray,
    leaving: IntArray,
    slope: FloatArray,
) -> tuple[IntArray, FloatArray, FloatArray]:
    each = np.arange(len(basis))
    size = slope[each, leaving]
    line = inverse[each, leaving] / size[:, None]
    length = values[each, leaving] / size
    inverse = inverse - slope[:, :, None] * line[:, None, :]
    values = values - slope * length[:, None]
    basis = basis.copy()
    inverse[each, leaving], values[each, leaving], basis[each, leaving] = line, length, entering
    return basis, inverse, values


def _violations(
    programs: Programs, duals: FloatArray, pool: IntArray
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Largest gain over a pool of columns, which column offers it, and how much of it is rounding."""
    worst, column = np.empty(len(duals)), np.empty(len(duals), dtype=np.intp)
    size = max(1, _CELLS // len(pool))
    for begin in range(0, len(duals), size):
        part = np.arange(begin, min(begin + size, len(duals)))
        gains = _gains(programs.only(part), duals[part], pool)
        place = gains.argmax(axis=1)
        column[part], worst[part] = pool[place], gains[np.arange(len(part)), place]
    return worst, column, _allowed(duals)


def _gather(programs: Programs, basis: IntArray, done: BoolArray, solver: Solver | None) -> Solutions:
    """Solve the final bases anew; hand to HiGHS what is not proved."""
    count, rows = basis.shape
    status = np.full(count, "optimal", dtype=object)
    values, duals = np.full((count, rows), np.nan), np.full((count, rows), np.nan)
    proved = np.flatnonzero(done)
    few = programs.only(proved)
    matrix = _matrix(few, basis[proved])
    values[proved] = np.linalg.solve(matrix, few.rhs[:, :, None])[:, :, 0]
    duals[proved] = _duals(few, basis[proved], _inverse(matrix))
    certified = done & (values[:, 1:].min(axis=1, initial=np.inf) >= -_FEASIBLE)
    step, weights = values[:, 0].copy(), np.maximum(values, 0.0)
    support = basis.copy()
    weights[:, 0] = 0.0
    for place in np.flatnonzero(~certified):
        status[place], step[place], support[place], weights[place], duals[place] = _one(
            programs.only(np.array([place])), solver
        )
    return Solutions(
        status=status, step=step, support=support, weights=weights, duals=duals, certified=certified
    )


def _one(program: Programs, solver: Solver | None) -> tuple[str, float, IntArray, FloatArray, FloatArray]:
    """Solve one program by HiGHS, its rows scaled to right-hand sides of size 1."""
    rows = program.rhs.shape[1]
    nothing = np.full(rows, _NONE), np.zeros(rows), np.full(rows, np.nan)
    every = np.arange(len(program.columns))
    open_to = np.isfinite(_gains(program, np.zeros((1, rows)), every)[0])
    pool = every[open_to]
    scale = 1 / np.where(program.rhs[0] == 0, 1.0, np.abs(program.rhs[0]))
    matrix = np.vstack([program.direction, program.columns[pool]]).T * scale[:, None]
    cost = np.r_[program.gain, program.costs[pool]]
    answer = solve_linear(cost, matrix, program.rhs[0] * scale, free=1, solver=solver)
    if answer.values is None or answer.duals is None:
        return answer.status, np.nan, *nothing
    support, weights, _ = nothing
    used = np.argsort(-answer.values[1:], kind="stable")[:rows]
    support[: len(used)] = pool[used]
    weights[: len(used)] = np.maximum(answer.values[1:][used], 0.0)
    return answer.status, float(answer.values[0]), support, weights, answer.duals * scale
