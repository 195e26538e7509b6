"""Cost, revenue and allocative efficiency: what prices add to envelopment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.hull import Points, check_technology, reach
from isocost.frontier.production import check_scalable
from isocost.frontier.radial import column_scale, radial_direction, radial_scores

if TYPE_CHECKING:
    from isocost.frontier.hull import Technology
    from isocost.frontier.production import EnvelopmentProblem
    from isocost.frontier.radial import Orientation

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["PricedEfficiency", "cost_efficiencies", "revenue_efficiencies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedEfficiency:
    """How much of a unit's cost, or of the revenue within reach, is explained by what.

    Parameters
    ----------
    name : str
    overall : float or None
        Cost: least cost over its own; revenue: its own over the largest. In (0, 1], 1 is efficient; ``None``
        where no combination does what the unit does.
    technical : float or None
        Within overall, what comes of taking too much, or making too little: Farrell's input score, or one
        over his output score.
    allocative : float or None
        The rest, what comes of a mix that does not fit the prices; ``overall = technical * allocative``.
    money : float
        Its own cost or revenue, in the currency of the prices.
    best_money : float or None
        The least cost or largest revenue.
    best_mix : tuple of float
        Inputs of least cost, or outputs of largest revenue.
    """

    name: str
    overall: float | None
    technical: float | None
    allocative: float | None
    money: float
    best_money: float | None
    best_mix: tuple[float, ...]


def cost_efficiencies(
    problem: EnvelopmentProblem, prices: FloatArray, *, technology: Technology = "vrs"
) -> tuple[PricedEfficiency, ...]:
    r"""Compare each unit's cost with the least for which its outputs can be had at its prices.

    Least cost is :math:`\min w'x` over :math:`\sum\lambda_j x_j \le x`, :math:`\sum\lambda_j y_j \ge y`
    (Färe, Grosskopf & Lovell 1985): the input-oriented score with cost as the single input.

    Parameters
    ----------
    problem : EnvelopmentProblem
        Without bad outputs.
    prices : float array, shape (inputs,) or (n, inputs)
        Of one unit of each input, the same for all or each unit's own; at least 0, not all 0.
    technology : {"vrs", "crs", "drs", "irs", "fdh"}

    Returns
    -------
    tuple of PricedEfficiency
        In the order given.

    Raises
    ------
    InputError
        If prices do not fit, an axis is a ratio and would be scaled, or there are bad outputs.

    Examples
    --------
    Coelli's five firms (A Guide to DEAP 2.1, example 3):

    >>> from isocost.frontier.dominance import Axis
    >>> from isocost.frontier.production import EnvelopmentProblem
    >>> problem = EnvelopmentProblem(
    ...     names=tuple("12345"),
    ...     input_axes=tuple(Axis(name=name, unit="", better="lower") for name in ("x1", "x2")),
    ...     output_axes=(Axis(name="y", unit="", better="higher"),),
    ...     inputs=np.array([[2.0, 5.0], [2.0, 4.0], [6.0, 6.0], [3.0, 2.0], [6.0, 2.0]]),
    ...     outputs=np.array([[1.0], [2.0], [3.0], [1.0], [2.0]]),
    ... )
    >>> found = cost_efficiencies(problem, np.array([1.0, 3.0]), technology="crs")
    >>> [round(unit.overall, 3) for unit in found]
    [0.353, 0.857, 0.75, 0.667, 1.0]
    """
    return _priced(problem, prices, technology, "input")


def revenue_efficiencies(
    problem: EnvelopmentProblem, prices: FloatArray, *, technology: Technology = "vrs"
) -> tuple[PricedEfficiency, ...]:
    r"""Compare each unit's revenue with the largest that its inputs allow at its prices.

    Largest revenue is :math:`\max p'y` over :math:`\sum\lambda_j x_j \le x`,
    :math:`\sum\lambda_j y_j \ge y`: the output-oriented score with revenue as the single output.

    Parameters
    ----------
    problem : EnvelopmentProblem
        Without bad outputs.
    prices : float array, shape (outputs,) or (n, outputs)
        Of one unit of each output, the same for all or each unit's own; at least 0, not all 0.
    technology : {"vrs", "crs", "drs", "irs", "fdh"}

    Returns
    -------
    tuple of PricedEfficiency
        In the order given.

    Raises
    ------
    InputError
        If prices do not fit, a unit earns nothing, an axis is a ratio and would be scaled, or there are bad
        outputs.

    Examples
    --------
    Both take 1; at prices 1 and 3 the first earns 5, the second 7:

    >>> from isocost.frontier.dominance import Axis
    >>> from isocost.frontier.production import EnvelopmentProblem
    >>> problem = EnvelopmentProblem(
    ...     names=("a", "b"),
    ...     input_axes=(Axis(name="GPUs", unit="", better="lower"),),
    ...     output_axes=tuple(Axis(name=name, unit="", better="higher") for name in ("chat", "code")),
    ...     inputs=np.array([[1.0], [1.0]]),
    ...     outputs=np.array([[2.0, 1.0], [1.0, 2.0]]),
    ... )
    >>> found = revenue_efficiencies(problem, np.array([1.0, 3.0]))
    >>> round(found[0].overall, 4), found[0].technical, found[0].best_mix
    (0.7143, 1.0, (1.0, 2.0))
    """
    return _priced(problem, prices, technology, "output")


def _priced(
    problem: EnvelopmentProblem, prices: FloatArray, technology: Technology, orientation: Orientation
) -> tuple[PricedEfficiency, ...]:
    check_technology(technology)
    check_scalable(problem, technology, f"{technology} envelopment")
    priced = problem.inputs if orientation == "input" else problem.outputs
    each = _checked_prices(problem, priced, prices, orientation)
    technical = radial_scores(problem.inputs, problem.outputs, technology=technology, orientation=orientation)
    technical = technical if orientation == "input" else 1 / technical
    overall, mix = np.empty(problem.units), np.empty_like(priced)
    for price in np.unique(each, axis=0):
        alike = np.flatnonzero((each == price).all(axis=1))
        overall[alike], mix[alike] = _at_price(problem, price, alike, technology, orientation)
    money = (priced * each).sum(axis=1)
    best = overall * money if orientation == "input" else money / overall
    return tuple(
        PricedEfficiency(
            name=name,
            overall=_known(overall[i]),
            technical=_known(technical[i]),
            allocative=_known(overall[i] / technical[i]),
            money=float(money[i]),
            best_money=_known(best[i]),
            best_mix=tuple(mix[i].tolist()) if np.isfinite(overall[i]) else (),
        )
        for i, name in enumerate(problem.names)
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _checked_prices(
    problem: EnvelopmentProblem, priced: FloatArray, prices: FloatArray, orientation: Orientation
) -> FloatArray:
    """Prices of each unit, shape (n, priced columns)."""
    if problem.bads is not None:
        raise InputError(
            "cost and revenue efficiency know no bad outputs; leave them out, or make them inputs"
        )
    given = np.asarray(prices, dtype=np.float64)
    if given.shape not in (priced.shape, priced.shape[1:]):
        raise InputError(
            f"prices need shape {priced.shape[1:]} or {priced.shape}, one for each {orientation}; "
            f"got {given.shape}"
        )
    bad = given[~(np.isfinite(given) & (given >= 0))]
    if bad.size:
        raise InputError(f"a price must be finite and at least 0, got {bad[0]:g}")
    each = np.broadcast_to(given, priced.shape)
    worthless = np.flatnonzero((priced * each).sum(axis=1) == 0)
    if worthless.size:
        name = problem.names[worthless[0]]
        raise InputError(
            f"at these prices the {orientation}s of {name!r} are worth nothing; give prices above 0"
        )
    return each


def _at_price(
    problem: EnvelopmentProblem,
    price: FloatArray,
    chosen: IntArray,
    technology: Technology,
    orientation: Orientation,
) -> tuple[FloatArray, FloatArray]:
    """Overall efficiency and best mix of units that share a price."""
    takes, makes = problem.inputs, problem.outputs
    if orientation == "input":
        takes = (takes @ price)[:, None]
    else:
        makes = (makes @ price)[:, None]
    rows = np.c_[takes, -makes] / column_scale(takes, makes)
    points = Points(rhs=rows[chosen], direction=radial_direction(rows[chosen], takes.shape[1], orientation))
    found = reach(rows, points, technology)
    priced = problem.inputs if orientation == "input" else problem.outputs
    mix = np.einsum("nk,nkr->nr", found.weights, priced[np.maximum(found.support, 0)])
    return (1 - found.step if orientation == "input" else 1 / (1 + found.step)), mix
