"""Who is cheaper over load and price, and where the answer flips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from isocost.economics.alternative import break_even_share, own_cost
from isocost.economics.sides import answer_of, joint, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.economics.sides import Answer, Sides

__all__ = ["Surface", "break_even_surface"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Who is cheaper over load and price.

    Parameters
    ----------
    shares : tuple of float
        Loads, in capacities of one replica; rising.
    factors : tuple of float
        Multiples of the varied price; rising.
    cells : tuple of tuple of Answer
        One row a factor, one cell a share.
    line : tuple of float or None
        The break-even share at each factor, by point estimates; ``None``: never.
    loads : tuple of Estimate or None
        The break-even load of one replica at each factor, with its interval: within it the answer flips. In
        requests per second where those were counted, else output tokens; of a share of hours in shares.
    """

    shares: tuple[float, ...]
    factors: tuple[float, ...]
    cells: tuple[tuple[Answer, ...], ...]
    line: tuple[float | None, ...]
    loads: tuple[Estimate | None, ...]


def break_even_surface(
    sides: Sides, *, shares: Sequence[float], factors: Sequence[float], varied: Literal["own", "other"]
) -> Surface | None:
    """Say who is cheaper over load and price: own, other, or undecided where the answer flips in the draws.

    Parameters
    ----------
    sides : Sides
    shares : sequence of float
        Loads in capacities of one replica, above 0.
    factors : sequence of float
        Multiples of the varied price, above 0.
    varied : {"own", "other"}
        Whose price is varied.

    Returns
    -------
    Surface or None
        ``None`` where no price is known.
    """
    own, other = sides.own, sides.other
    if own is None:
        return None
    rows: list[tuple[Answer, ...]] = []
    line: list[float | None] = []
    loads: list[Estimate | None] = []
    at = [sides.shares(share) for share in shares]
    needs = [own_cost(each.samples, 1.0, 0.0) for each in at]
    for factor in factors:
        mine, theirs = (factor, 1.0) if varied == "own" else (1.0, factor)
        standing, rest = mine * own.standing.samples, mine * own.used.samples - theirs * other.samples
        values = [
            mine * own_cost(each.value, own.standing.value, own.used.value)
            - theirs * other.value * each.value
            for each in at
        ]
        rows.append(
            tuple(
                answer_of(float(value), standing * need + rest * each.samples)[0]
                for value, need, each in zip(values, needs, at, strict=True)
            )
        )
        found = joint(
            lambda k, v, a, m=mine, t=theirs: break_even_share(m * k, m * v, t * a),
            own.standing,
            own.used,
            other,
            unit="1",
        )
        line.append(found.value if np.isfinite(found.value) else None)
        loads.append(
            told(found if sides.by_hours else joint(np.multiply, found, sides.serves, unit=sides.serves.unit))
        )
    return Surface(
        shares=tuple(shares), factors=tuple(factors), cells=tuple(rows), line=tuple(line), loads=tuple(loads)
    )
