"""How many replicas a load takes: what one carries, the reserve for failures, whole steps."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.long_run import highest_rate, replicas
from isocost.statistics.draws import DRAWS, Draws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.economics.curve import CostLevel

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "ReplicaCapacity",
    "Reserve",
    "parse_reserve",
    "replica_capacity",
    "replicas_needed",
    "shares_of_counts",
]

_WHOLE = 1e-9
_COUNT = re.compile(r"(?:[nN]\s*\+\s*)?(?P<replicas>\d{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Replicas that run beside those that carry the load, so that some may fail.

    Parameters
    ----------
    replicas : int
        So many, at least 0 (N+1, N+2, …).
    share : float
        Of those that carry the load, rounded up to whole ones; at least 0.

    Examples
    --------
    >>> [float(Reserve(replicas=1).beside(n)) for n in (0, 3)], float(Reserve(share=0.2).beside(6))
    ([0.0, 1.0], 2.0)
    """

    replicas: int = 0
    share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no reserve."""
        if self.replicas < 0 or not (math.isfinite(self.share) and self.share >= 0):
            raise InputError(
                f"a reserve is at least 0 replicas or a share of at least 0, got {self.replicas!r} and "
                f"{self.share!r}"
            )

    def beside(self, carrying: Any) -> Any:  # noqa: ANN401 - number or array
        """Return how many run in reserve beside `carrying` replicas; none beside none."""
        extra = self.replicas + np.ceil(self.share * np.asarray(carrying) - _WHOLE).clip(0.0)
        return np.where(np.asarray(carrying) > 0, extra, 0.0)[()]


def parse_reserve(text: str) -> Reserve:
    """Read a reserve: ``1`` or ``N+1`` replicas, ``0.2`` or ``20%`` of those that carry the load.

    Raises
    ------
    InputError
        If it is neither.

    Examples
    --------
    >>> parse_reserve("N+1"), parse_reserve("20%")
    (Reserve(replicas=1, share=0.0), Reserve(replicas=0, share=0.2))
    """
    counted = _COUNT.fullmatch(text.strip())
    if counted is not None:
        return Reserve(replicas=int(counted["replicas"]))
    body = text.strip()
    scale = 0.01 if body.endswith("%") else 1.0
    try:
        share = float(body.removesuffix("%")) * scale
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise InputError(
            f"--reserve must be a number of replicas, such as 1 or N+1, or a share of them, such as 0.2 or "
            f"20%, got {text!r}"
        )
    return Reserve(share=share)


def replicas_needed(
    requests_per_second: Any,  # noqa: ANN401 - number or array
    capacity_per_s: Any,  # noqa: ANN401
    *,
    reserve: Reserve | None = None,
    least: int = 1,
) -> Any:  # noqa: ANN401
    """Return the replicas that a load takes: max(ceil(L / q), least), and the reserve beside them.

    Parameters
    ----------
    requests_per_second : float or float array
        L, at least 0.
    capacity_per_s : float or float array
        q, the highest steady rate of one replica within the service levels; above 0.
    reserve : Reserve, optional
        None if left out.
    least : int
        Carrying replicas that run even where nobody asks: whoever comes first must be served.

    Raises
    ------
    InputError
        If a rate or a capacity is out of range.

    Examples
    --------
    >>> [int(replicas_needed(rate, 2.5, reserve=Reserve(replicas=1))) for rate in (0.0, 2.5, 2.6)]
    [2, 2, 3]
    """
    carrying = np.maximum(replicas(requests_per_second, capacity_per_s), float(least))
    return carrying + (reserve or Reserve()).beside(carrying)


def shares_of_counts(counts: FloatArray) -> tuple[tuple[int, float], ...]:
    """Return how often each whole number comes among draws, the most frequent first.

    Examples
    --------
    >>> shares_of_counts(np.array([3.0, 3.0, 3.0, 4.0]))
    ((3, 0.75), (4, 0.25))
    """
    values, seen = np.unique(counts, return_counts=True)
    order = np.argsort(-seen, kind="stable")
    return tuple((int(values[i]), float(seen[i] / counts.size)) for i in order)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaCapacity:
    """What one replica carries.

    Parameters
    ----------
    level : CostLevel
        The measured level with the highest rate of requests within the service levels.
    rate : Draws
        q at that level, requests per second; samples are NaN where the data allow no interval.
    input_tokens, output_tokens : float or None
        Mean sizes of a request there; ``None`` where nobody counted.
    """

    level: CostLevel
    rate: Draws
    input_tokens: float | None
    output_tokens: float | None


def replica_capacity(
    levels: Sequence[CostLevel], *, tokens: tuple[float | None, float] | None = None
) -> ReplicaCapacity | None:
    """Return the highest steady rate of one replica within the service levels, as draws.

    The rate is that of `highest_rate`; where a level did not count requests, its output tokens per second
    over the output tokens of a request, else the rate that was offered to it. Its draws are those of the
    level's throughput, so that they belong to the same worlds as its cost.

    Parameters
    ----------
    levels : sequence of CostLevel
    tokens : tuple of (float or None, float), optional
        Input and output tokens of a request, in place of what was measured.

    Returns
    -------
    ReplicaCapacity or None
        ``None`` when no level qualifies, or none of them tells a rate of requests.

    Raises
    ------
    InputError
        If a given size is not above 0.
    """
    if tokens is not None and not all(size is None or (math.isfinite(size) and size > 0) for size in tokens):
        raise InputError(f"tokens of a request must be above 0, got {tokens[0]!r} and {tokens[1]!r}")
    told = [
        (level, _rate(level, tokens))
        for level in levels
        if not level.unmet and _rate(level, tokens) is not None
    ]
    if not told:
        return None
    level, rate = max(told, key=lambda each: each[1] or 0.0)
    counted = tokens or (_per_request(level, "input", rate), _per_request(level, "output", rate))
    return ReplicaCapacity(
        level=level, rate=_draws(level, rate or 0.0), input_tokens=counted[0], output_tokens=counted[1]
    )


def _rate(level: CostLevel, tokens: tuple[float | None, float] | None) -> float | None:
    """Return the requests per second of a level; a size that was given goes before what was counted."""
    speed = level.output_tokens_per_second.value
    if tokens is not None:
        return speed / tokens[1]
    counted = highest_rate([level])
    if counted is not None:
        return counted.value
    size = _size(level, "output")
    return level.load.rate_per_s if size is None else speed / size


def _size(level: CostLevel, side: str) -> float | None:
    means = [getattr(point, f"{side}_tokens_per_request") for point in level.points]
    known = [mean.value for mean in means if mean is not None and mean.value > 0]
    return float(np.mean(known)) if len(known) == len(means) else None


def _per_request(level: CostLevel, side: str, rate: float | None) -> float | None:
    """Return the mean tokens of a request: as measured, else tokens per second over requests per second."""
    size = _size(level, side)
    if size is not None:
        return size
    pairs = [
        (getattr(point, f"{side}_tokens_per_second"), point.requests_per_second) for point in level.points
    ]
    sizes = [
        speed.value / (rate if requests is None else requests.value)
        for speed, requests in pairs
        if speed is not None and rate
    ]
    return float(np.mean(sizes)) if len(sizes) == len(pairs) else None


def _draws(level: CostLevel, rate: float) -> Draws:
    seconds = level.draws
    samples = np.full(DRAWS, np.nan) if seconds is None else rate * seconds.value / seconds.samples
    return Draws(
        value=rate,
        samples=samples,
        unit="requests/s",
        kind=level.output_tokens_per_second.kind,
        method=f"requests of one replica at {level.load.label}; {level.output_tokens_per_second.method}",
        n=len(level.points),
        basis="requests that ended well",
        source=level.points[0].provenance.source,
    )
