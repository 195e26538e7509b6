"""Which assumption a figure hangs on: one at a time, and all together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.ranges import quantiles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isocost.core.assumed import Assumed

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Influence", "Sensitivity", "sensitivity"]

SOBOL_POINTS = 2**12
"""Points of the Sobol sequence; with d assumptions the figure is computed (d + 2) times as often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """What one assumption does to a figure.

    Parameters
    ----------
    name : str
    assumed : Assumed
        Its value and range.
    at_low, at_high : float
        The figure with this assumption at either end, all others at their values.
    first_order : float
        Share of the variance that knowing it would take away (Sobol's first order).
    total_order : float
        Share of the variance that would be left if all but it were known: with what it does together with
        others (Sobol's total order).
    """

    name: str
    assumed: Assumed
    at_low: float
    at_high: float
    first_order: float
    total_order: float

    @property
    def swing(self) -> float:
        """How far the figure moves between both ends."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Which assumptions a figure hangs on.

    Parameters
    ----------
    value : float
        The figure with all assumptions at their values.
    influences : tuple of Influence
        Of assumptions with a range, the one with the largest total index first.
    """

    value: float
    influences: tuple[Influence, ...]

    @property
    def first_question(self) -> Influence | None:
        """The assumption to question first; ``None`` when all are exact."""
        return self.influences[0] if self.influences else None


def sensitivity(
    function: Callable[[Mapping[str, Any]], Any],
    assumed: Mapping[str, Assumed],
    *,
    seed: int = 0,
    points: int = SOBOL_POINTS,
) -> Sensitivity:
    """Tell what each assumption does to a figure: tornado and Sobol indices over the stated ranges.

    Parameters
    ----------
    function : callable
        From values by name, numbers or arrays of one shape, to the figure, of the same shape.
    assumed : mapping of str to Assumed
        All assumptions; exact ones are held.
    seed : int
        Scrambles the Sobol sequence.
    points : int
        A power of 2.

    Returns
    -------
    Sensitivity
        The ranges decide: an assumption with a range too narrow looks harmless.

    Raises
    ------
    InputError
        If `points` is no power of 2.

    Examples
    --------
    >>> from isocost.core.assumed import Assumed
    >>> def number(low, high):
    ...     return Assumed(value=(low + high) / 2, low=low, high=high, unit="1", source="example", date="",
    ...                    shape="uniform")
    >>> found = sensitivity(lambda v: v["a"] + v["b"], {"a": number(0, 1), "b": number(0, 3)})
    >>> [(each.name, round(each.first_order, 2), each.swing) for each in found.influences]
    [('b', 0.9, 3.0), ('a', 0.1, 1.0)]
    """
    if points < 2 or points & (points - 1):
        raise InputError(f"points must be a power of 2, such as 4096, got {points!r}")
    values = {name: each.value for name, each in assumed.items()}
    varied = [name for name, each in assumed.items() if not each.is_exact]
    orders = _sobol(function, assumed, values, varied, seed, points) if varied else []
    influences = [
        Influence(
            name=name,
            assumed=assumed[name],
            at_low=float(function({**values, name: assumed[name].ends[0]})),
            at_high=float(function({**values, name: assumed[name].ends[1]})),
            first_order=first,
            total_order=total,
        )
        for name, (first, total) in zip(varied, orders, strict=True)
    ]
    influences.sort(key=lambda each: -each.total_order)
    return Sensitivity(value=float(function(values)), influences=tuple(influences))


@dataclass(frozen=True, slots=True)
class _Range:
    """An assumption as scipy wants a distribution."""

    assumed: Assumed

    def ppf(self, shares: Any) -> Any:  # noqa: ANN401 - scipy's protocol
        return quantiles_of(self.assumed, np.asarray(shares))


def _sobol(
    function: Callable[[Mapping[str, Any]], Any],
    assumed: Mapping[str, Assumed],
    values: Mapping[str, float],
    varied: list[str],
    seed: int,
    points: int,
) -> list[tuple[float, float]]:
    """Return first and total order of each of `varied`.

    scipy subtracts in place, so it gets a copy; it cannot take one assumption alone, which bears all.
    """
    from scipy.stats import sobol_indices

    if len(varied) == 1:
        drawn = quantiles_of(assumed[varied[0]], np.linspace(0, 1, points))
        share = float(np.ptp(np.asarray(function({**values, varied[0]: drawn}))) > 0)
        return [(share, share)]

    def figure(drawn: FloatArray) -> FloatArray:
        found = function({**values, **dict(zip(varied, drawn, strict=True))})
        return np.array(np.broadcast_to(np.asarray(found), drawn.shape[1:]))[np.newaxis]

    found = sobol_indices(
        func=figure,
        n=points,
        dists=[_Range(assumed[name]) for name in varied],
        random_state=np.random.default_rng(seed),
    )
    return list(zip(found.first_order.ravel().tolist(), found.total_order.ravel().tolist(), strict=True))
