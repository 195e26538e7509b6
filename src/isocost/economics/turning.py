"""Which single number, within its range, changes the deployment that is recommended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.economics.service import best_if_seen, latency_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from isocost.core.assumed import Assumed
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.curve import CostCurve, CostLevel

    Values = Mapping[str, Any]

__all__ = ["Turn", "service_turns", "turning_points"]

_HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A number that alone, within its range, changes which deployment is recommended.

    Parameters
    ----------
    name : str
    low, high : float
        Its range, in `unit`.
    unit : str
    at : float
        From where on, toward one end, another deployment is the best.
    upward : bool
        Whether that is toward the upper end.
    instead : str or None
        The deployment that is then the best; ``None``: none qualifies.
    """

    name: str
    low: float
    high: float
    unit: str
    at: float
    upward: bool
    instead: str | None


def turning_points(
    costs: Mapping[str, Callable[[Values], float]], assumed: Mapping[str, Assumed]
) -> tuple[Turn, ...]:
    """Find the numbers that alone, within their ranges, change which of several deployments costs least.

    Parameters
    ----------
    costs : mapping of str to callable
        The cost of each deployment from values by name; at least one.
    assumed : mapping of str to Assumed
        All numbers; those without a range change nothing.

    Returns
    -------
    tuple of Turn
        In the order of `assumed`; costs are taken to change steadily with each number, so that there is one
        turning point on either side of its value.

    Examples
    --------
    Throughput of b of 90 to 110 tokens/s against 105 for a: at 105 b overtakes.

    >>> from isocost.core.assumed import Assumed
    >>> def number(value, low=None, high=None):
    ...     return Assumed(value=value, low=low, high=high, unit="tokens/s", source="example", date="")
    >>> found = turning_points(
    ...     {"a": lambda v: 1 / v["X of a"], "b": lambda v: 1 / v["X of b"]},
    ...     {"X of a": number(105.0), "X of b": number(100.0, 90.0, 110.0)},
    ... )
    >>> [(each.name, round(each.at, 3), each.upward, each.instead) for each in found]
    [('X of b', 105.0, True, 'b')]
    """
    values = {name: each.value for name, each in assumed.items()}
    chosen = _least(costs, values)
    found = []
    for name, each in assumed.items():
        for upward, end in zip((False, True), each.ends, strict=True):
            instead = _least(costs, {**values, name: end})
            if instead != chosen:
                at = _turn(costs, values, (name, end), chosen)
                found.append(
                    Turn(
                        name=name,
                        low=each.ends[0],
                        high=each.ends[1],
                        unit=each.unit,
                        at=at,
                        upward=upward,
                        instead=_least(costs, {**values, name: at}),
                    )
                )
    return tuple(found)


def _least(costs: Mapping[str, Callable[[Values], float]], values: Values) -> str:
    return min(costs, key=lambda name: float(costs[name](values)))


def _turn(
    costs: Mapping[str, Callable[[Values], float]], values: Values, moved: tuple[str, float], chosen: str
) -> float:
    """Halve the way from a number's value to its end until the place is found where the choice turns."""
    name, far = moved
    near = float(values[name])
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        if _least(costs, {**values, name: middle}) == chosen:
            near = middle
        else:
            far = middle
    return far


def service_turns(
    curves: Sequence[CostCurve], chosen: str, promises: Sequence[ServiceLevel]
) -> tuple[Turn, ...]:
    """Find the latencies that alone, at an end of their interval, change which deployment is recommended.

    Parameters
    ----------
    curves : sequence of CostCurve
        All that compete, those without a level that qualifies too.
    chosen : str
        The deployment recommended now.
    promises : sequence of ServiceLevel

    Returns
    -------
    tuple of Turn
    """
    now = {
        curve.deployment: curve.level_at(curve.zone.best) for curve in curves if curve.zone.best is not None
    }
    found = []
    for curve in curves:
        for promise in promises:
            for better in (True, False):
                turn = _service_turn(curve, promise, now, chosen, better=better)
                if turn is not None:
                    found.append(turn)
    return tuple(found)


def _service_turn(
    curve: CostCurve, promise: ServiceLevel, now: Mapping[str, CostLevel], chosen: str, *, better: bool
) -> Turn | None:
    moved = best_if_seen(curve, promise, better=better)
    others = {name: level for name, level in now.items() if name != curve.deployment}
    if moved is not None:
        others[curve.deployment] = curve.level_at(moved[0])
    instead = min(others, key=lambda name: others[name].full_cost, default=None)
    if instead == chosen:
        return None
    level = now.get(curve.deployment) or (None if moved is None else curve.level_at(moved[0]))
    seen = None if level is None else level.latency.get(latency_key(promise))
    if seen is None or seen.low is None or seen.high is None:
        return None
    return Turn(
        name=f"{promise.label.split(' <= ')[0].split(' >= ')[0]} of {curve.deployment}",
        low=seen.low,
        high=seen.high,
        unit=seen.unit,
        at=promise.bound,
        upward=promise.at_least == better,
        instead=instead,
    )
