"""How productivity changed between two dates: catching up, and the frontier's own move."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.production import check_scalable
from isocost.frontier.radial import check_orientation, radial_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.hull import Technology
    from isocost.frontier.production import EnvelopmentProblem
    from isocost.frontier.radial import Orientation

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["ProductivityChange", "malmquist", "mean_change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductivityChange:
    r"""Factors by which a unit changed between two dates; above 1 is better.

    Parameters
    ----------
    name : str
    total : float
        Change of total factor productivity, ``efficiency * technical``.
    efficiency : float
        Catching up with the frontier, ``pure * scale``.
    technical : float
        The frontier's own move, as seen from the unit.
    pure, scale : float
        Catching up under variable returns, and by size.
    before, after : float
        Shephard output distances (input: Farrell scores) under constant returns, each at its own date; at
        most 1.
    before_by_later, after_by_earlier : float
        The unit before, held against the later frontier; the unit after, against the earlier one.
    """

    name: str
    total: float
    efficiency: float
    technical: float
    pure: float
    scale: float
    before: float
    after: float
    before_by_later: float
    after_by_earlier: float


def malmquist(
    earlier: EnvelopmentProblem, later: EnvelopmentProblem, *, orientation: Orientation = "output"
) -> tuple[ProductivityChange, ...]:
    r"""Split each unit's change of productivity (Färe, Grosskopf, Norris & Zhang 1994, AER 84(1), 66-83).

    With :math:`D^s(t)` the distance of date t's unit to date s's frontier under constant returns,
    :math:`M = \frac{D^2(2)}{D^1(1)} \sqrt{\frac{D^1(2)}{D^2(2)} \frac{D^1(1)}{D^2(1)}}`: catching up times
    the frontier's move. The first is split by the same ratio under variable returns.

    Parameters
    ----------
    earlier, later : EnvelopmentProblem
        The same units and axes at two dates, in any order; without ratios and bad outputs.
    orientation : {"output", "input"}
        Only `pure` and `scale` depend on it.

    Returns
    -------
    tuple of ProductivityChange
        In the earlier order.

    Raises
    ------
    InputError
        If units or axes differ, an axis is a ratio or a bad output, or a word is not known.

    Examples
    --------
    >>> from isocost.frontier.dominance import Axis
    >>> from isocost.frontier.production import EnvelopmentProblem
    >>> def at(speeds):
    ...     return EnvelopmentProblem(
    ...         names=("a", "b"),
    ...         input_axes=(Axis(name="GPUs", unit="", better="lower"),),
    ...         output_axes=(Axis(name="speed", unit="tok/s", better="higher"),),
    ...         inputs=np.array([[2.0], [2.0]]),
    ...         outputs=np.array(speeds),
    ...     )
    >>> change = malmquist(at([[50.0], [100.0]]), at([[150.0], [150.0]]))[0]
    >>> round(change.total, 9), round(change.efficiency, 9), round(change.technical, 9)
    (3.0, 2.0, 1.5)
    """
    check_orientation(orientation)
    later = _matched(earlier, later)
    before = _distances(earlier, earlier, "crs", orientation)
    after = _distances(later, later, "crs", orientation)
    by_later = _distances(earlier, later, "crs", orientation)
    by_earlier = _distances(later, earlier, "crs", orientation)
    pure = _distances(later, later, "vrs", orientation) / _distances(earlier, earlier, "vrs", orientation)
    catching = after / before
    technical = np.sqrt(by_earlier / after * before / by_later)
    columns = {
        "total": catching * technical,
        "efficiency": catching,
        "technical": technical,
        "pure": pure,
        "scale": catching / pure,
        "before": before,
        "after": after,
        "before_by_later": by_later,
        "after_by_earlier": by_earlier,
    }
    return tuple(
        ProductivityChange(name=name, **{key: float(column[i]) for key, column in columns.items()})
        for i, name in enumerate(earlier.names)
    )


def mean_change(changes: Sequence[ProductivityChange]) -> ProductivityChange:
    """Return the geometric mean of changes.

    Parameters
    ----------
    changes : sequence of ProductivityChange
        At least one.

    Returns
    -------
    ProductivityChange
        Named ``"geometric mean"``.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> halved, doubled = (
    ...     ProductivityChange(name="x", total=each, efficiency=each, technical=1.0, pure=each, scale=1.0,
    ...                        before=1.0, after=1.0, before_by_later=1.0, after_by_earlier=1.0)
    ...     for each in (0.5, 2.0)
    ... )
    >>> mean_change([halved, doubled]).total
    1.0
    """
    if not changes:
        raise InputError("a mean needs at least one change, got none")
    return ProductivityChange(
        name="geometric mean",
        **{
            key: math.exp(math.fsum(math.log(getattr(each, key)) for each in changes) / len(changes))
            for key in ProductivityChange.__dataclass_fields__
            if key != "name"
        },
    )


def _matched(earlier: EnvelopmentProblem, later: EnvelopmentProblem) -> EnvelopmentProblem:
    """Put the later units into the earlier order."""
    check_scalable(earlier, None, "a Malmquist index")
    if earlier.bads is not None or later.bads is not None:
        raise InputError("a Malmquist index knows no bad outputs; leave them out, or make them inputs")
    if earlier.axes != later.axes:
        raise InputError("a Malmquist index needs the same inputs and outputs at both dates")
    alone = sorted(set(earlier.names) ^ set(later.names))
    if alone:
        raise InputError(
            f"a Malmquist index needs the same units at both dates; {alone[0]!r} is there at one only"
        )
    new = (earlier.outputs > 0).any(axis=0) != (later.outputs > 0).any(axis=0)
    if new.any():
        raise InputError(
            f"{earlier.output_axes[int(new.argmax())].name!r} is made by no unit at one of the dates; "
            "leave that output out"
        )
    order = [later.names.index(name) for name in earlier.names]
    return replace(later, names=earlier.names, inputs=later.inputs[order], outputs=later.outputs[order])


def _distances(
    units: EnvelopmentProblem, frontier: EnvelopmentProblem, technology: Technology, orientation: Orientation
) -> FloatArray:
    """Shephard output distances, or Farrell input scores: at most 1 within the frontier."""
    scores = radial_scores(
        units.inputs,
        units.outputs,
        reference_inputs=frontier.inputs,
        reference_outputs=frontier.outputs,
        technology=technology,
        orientation=orientation,
    )
    return scores if orientation == "input" else 1 / scores
