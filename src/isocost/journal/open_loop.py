"""What a load stage asks for when requests arrive by themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from isocost.core.errors import InputError
from isocost.core.load import RatePiece

__all__ = ["OpenLoopSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoopSpec:
    """An open loop: rates, each a run of its own, or a schedule of rates in one run.

    Parameters
    ----------
    request_rates : tuple of float
        Requests per second of each run, above 0.
    schedule : tuple of str
        Rates one after another in one run: ``"4x30"`` is 4 per second for 30 s, ``"1-16:120"`` a ramp from 1
        to 16 per second within 120 s. Exactly one of the two is given.
    arrivals : {"poisson", "constant"}
    burstiness : float
        Shape of the gamma distribution of gaps, above 0, as in vLLM: 1 is Poisson, below 1 burstier.
    max_in_flight : int or None
        Requests in flight at most, at least 1; ``None``: as many as the target allows by itself.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "strict": False}

    request_rates: tuple[float, ...] = ()
    schedule: tuple[str, ...] = ()
    arrivals: Literal["poisson", "constant"] = "poisson"
    burstiness: float = 1.0
    max_in_flight: int | None = None

    def __post_init__(self) -> None:
        """Refuse a loop that offers nothing, or in two ways."""
        if bool(self.request_rates) == bool(self.schedule):
            raise InputError("an open loop needs either rates or a schedule of rates, not both")
        for rate in self.request_rates:
            if rate == math.inf:
                raise InputError(
                    "request rates must be finite, got inf; to have many requests in flight at once, give "
                    "--concurrency N"
                )
            if not rate > 0:
                raise InputError(f"request rates must be above 0 per second, got {rate:g}")
        if len(set(self.request_rates)) < len(self.request_rates):
            raise InputError(f"request rates must differ, got {list(self.request_rates)}")
        if not (math.isfinite(self.burstiness) and self.burstiness > 0):
            raise InputError(f"burstiness must be above 0 (1 is Poisson), got {self.burstiness!r}")
        if self.arrivals == "constant" and self.burstiness != 1.0:
            raise InputError(
                f"constant arrivals are never bursty, got a burstiness of {self.burstiness:g}; "
                "leave out one of them"
            )
        if self.max_in_flight is not None and self.max_in_flight < 1:
            raise InputError(f"--max-in-flight must be at least 1, got {self.max_in_flight}")
        self.pieces()

    def pieces(self) -> tuple[RatePiece, ...]:
        """Return the schedule as pieces; empty without one."""
        return tuple(RatePiece.parse(text) for text in self.schedule)

    @property
    def shape(self) -> float:
        """Shape of the gaps; infinite where they are constant."""
        return math.inf if self.arrivals == "constant" else self.burstiness
