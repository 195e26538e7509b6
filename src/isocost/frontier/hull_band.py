"""How well the hull of mixes is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.mixing import Hull

__all__ = ["HullBand", "hull_band"]

PLACES = 64
REACHED = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class HullBand:
    """The interval of the best quality at each cost.

    Parameters
    ----------
    costs : tuple of float
        Rising, from where nearly every world has a unit that cheap; two at least.
    low, high : tuple of float
        95 % interval of the quality of the best mix at each.
    """

    costs: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def hull_band(
    hull: Hull, worlds: Sequence[Hull], *, bounds: tuple[float, float] = (-np.inf, np.inf)
) -> HullBand | None:
    """Return how well a hull is known, by the hulls of joint draws of the units.

    The hull of noisy numbers lies too high, as it favours the lucky ones, so the interval is the basic one:
    the draws' quantiles are reflected at the hull itself (Davison and Hinkley 1997, section 5.2.1).

    Parameters
    ----------
    hull : Hull
    worlds : sequence of Hull
        One a draw; two at least.
    bounds : tuple of float
        Least and most that the quality can be.

    Returns
    -------
    HullBand or None
        ``None`` where all units of the hull cost the same.

    Examples
    --------
    >>> from isocost.frontier.mixing import mixing_hull
    >>> hull = mixing_hull([1.0, 2.0], [0.5, 0.7])
    >>> worlds = [mixing_hull([1.0, 2.0], [0.5 + e, 0.7 + e]) for e in np.linspace(-0.1, 0.1, 201)]
    >>> band = hull_band(hull, worlds)
    >>> [round(end[0], 3) for end in (band.costs, band.low, band.high)]
    [1.0, 0.405, 0.595]
    """
    first, last = hull.costs[0], hull.most_cost
    if not last > first:
        return None
    spaced = np.geomspace if first > 0 else np.linspace
    costs = np.asarray(spaced(first, last, PLACES))
    costs[0], costs[-1] = first, last
    seen = np.array([_qualities(world, costs) for world in worlds])
    kept = np.isfinite(seen).mean(axis=0) >= REACHED
    if kept.sum() < 2:
        return None
    costs, seen = costs[kept], seen[:, kept]
    own = np.interp(costs, hull.costs, hull.qualities)
    below, above = np.nanquantile(seen, [0.025, 0.975], axis=0)
    low = np.clip(np.minimum(own, 2 * own - above), *bounds)
    high = np.clip(np.maximum(own, 2 * own - below), *bounds)
    return HullBand(costs=tuple(costs.tolist()), low=tuple(low.tolist()), high=tuple(high.tolist()))


def _qualities(hull: Hull, costs: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    found: list[float] = np.interp(costs, hull.costs, hull.qualities, left=np.nan).tolist()
    return found
