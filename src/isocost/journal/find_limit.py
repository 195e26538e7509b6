"""What a load stage asks for when the highest rate under service levels is to be found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from isocost.core.errors import InputError
from isocost.core.service_level import ServiceLevel, parse_service_level

__all__ = ["FindLimitSpec"]

_USUAL_REQUESTS = 4000
_CHANCE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FindLimitSpec:
    """A search for the highest rate under service levels, by probes that end as soon as they can be told.

    Parameters
    ----------
    service_levels : tuple of str
        Such as ``"ttft.p95=1s"``; at least one.
    resolution : float
        Relative step between the highest rate that passes and the lowest that fails, in (0, 1].
    max_rate : float or None
        No rate above it is probed, requests per second.
    longest_s : float
        Seconds of sending after which a probe ends that cannot be told.
    most_requests : int or None
        Requests after which it ends, at least 40; ``None``: 4,000, or as many as `least_s` takes.
    arrivals : {"poisson", "constant"}
    burstiness : float
        As in `OpenLoopSpec`.
    max_in_flight : int or None
        As in `OpenLoopSpec`.

    Examples
    --------
    >>> FindLimitSpec(service_levels=("ttft.p95=1s",)).levels[0].label
    'TTFT p95 <= 1 s'
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "strict": False}

    service_levels: tuple[str, ...]
    resolution: float = 0.05
    max_rate: float | None = None
    longest_s: float = 300.0
    most_requests: int | None = None
    arrivals: Literal["poisson", "constant"] = "poisson"
    burstiness: float = 1.0
    max_in_flight: int | None = None

    def __post_init__(self) -> None:
        """Refuse a search that has nothing to hold, or no end."""
        if not self.service_levels:
            raise InputError(
                "finding the limit needs at least one service level to hold, such as ttft.p95=1s"
            )
        for text in self.service_levels:
            parse_service_level(text)
        if not 0 < self.resolution <= 1:
            raise InputError(f"the resolution must be above 0 and at most 1, got {self.resolution!r}")
        for name, value in (("highest rate", self.max_rate), ("longest probe", self.longest_s)):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InputError(f"the {name} must be above 0, got {value!r}")
        if self.most_requests is not None and self.most_requests < 40:
            raise InputError(f"a probe needs at least 40 requests to be told, got {self.most_requests}")
        if not (math.isfinite(self.burstiness) and self.burstiness > 0):
            raise InputError(f"burstiness must be above 0 (1 is Poisson), got {self.burstiness!r}")
        if self.max_in_flight is not None and self.max_in_flight < 1:
            raise InputError(f"at least 1 request must be allowed in flight, got {self.max_in_flight}")

    @property
    def levels(self) -> tuple[ServiceLevel, ...]:
        """The service levels, read."""
        return tuple(parse_service_level(text) for text in self.service_levels)

    @property
    def least_s(self) -> float:
        """Seconds that a probe must last to pass.

        At a rate by the resolution above the capacity the wait grows by that part of each second, so it
        reaches the bound after the bound over the resolution; half of that is added for chance.
        """
        waits = [level.bound for level in self.levels if level.metric in ("ttft", "e2e")]
        return _CHANCE * max(waits, default=0.0) / self.resolution

    def requests_at(self, rate_per_s: float) -> int:
        """Return after how many requests a probe at that rate ends that cannot be told.

        Examples
        --------
        >>> spec = FindLimitSpec(service_levels=("ttft.p95=1s",))
        >>> spec.requests_at(2.0), spec.requests_at(50.0), spec.requests_at(1000.0)
        (600, 4000, 30600)
        """
        usual = max(_USUAL_REQUESTS, math.ceil(rate_per_s * self.least_s * 1.02))
        most = usual if self.most_requests is None else self.most_requests
        return max(min(math.ceil(rate_per_s * self.longest_s), most), 1)

    @property
    def shape(self) -> float:
        """Shape of the gaps between arrivals; infinite where they are constant."""
        return math.inf if self.arrivals == "constant" else self.burstiness
