"""Options of an open loop, and how their text becomes a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.journal import OpenLoopSpec

__all__ = [
    "DEFAULT_LEVELS",
    "Arrivals",
    "Burstiness",
    "MaxInFlight",
    "OpenLoopOptions",
    "Ramp",
    "RequestRate",
    "Steps",
]

DEFAULT_LEVELS = "1,2,4,8,16"
RequestRate = Annotated[
    str | None,
    typer.Option(
        "--request-rate",
        help="Open loop instead: requests per second of each run, such as 1,2,4.",
        metavar="RATES",
    ),
]
Ramp = Annotated[
    str | None,
    typer.Option(
        "--ramp",
        help="Open loop in one run: the rate changes evenly, such as 1-16:120.",
        metavar="FROM-TO:SECONDS",
    ),
]
Steps = Annotated[
    str | None,
    typer.Option(
        "--steps",
        help="Open loop in one run: rates one after another, such as 1x30,4x30.",
        metavar="RATExSECONDS,...",
    ),
]
Arrivals = Annotated[
    str | None,
    typer.Option("--arrivals", help="Of an open loop: poisson (if left out) or constant.", metavar="KIND"),
]
Burstiness = Annotated[
    float | None,
    typer.Option(
        "--burstiness", help="Of an open loop: shape of gamma gaps; 1 is Poisson, below 1 burstier."
    ),
]
MaxInFlight = Annotated[
    int | None,
    typer.Option("--max-in-flight", help="Of an open loop: requests in flight at most; 1024 if left out."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoopOptions:
    """Options of an open loop; ``None`` where they were not given."""

    request_rate: str | None = None
    ramp: str | None = None
    steps: str | None = None
    arrivals: str | None = None
    burstiness: float | None = None
    max_in_flight: int | None = None

    def record(self, concurrency: str | None) -> OpenLoopSpec | None:
        """Return what was asked for; ``None``: a closed loop.

        Raises
        ------
        InputError
            If it is more than one kind of load, or a text is no good.
        """
        from isocost.journal import OpenLoopSpec

        kinds = {
            "--concurrency": concurrency,
            "--request-rate": self.request_rate,
            "--ramp": self.ramp,
            "--steps": self.steps,
        }
        given = [f"{name} {text}" for name, text in kinds.items() if text is not None]
        if len(given) > 1:
            raise InputError(
                f"{given[0]} and {given[1]} exclude one another: --concurrency keeps so many requests in "
                "flight (closed loop), --request-rate, --ramp and --steps send by the clock (open loop); "
                "give one of them"
            )
        if not given or concurrency is not None:
            self._refuse_rest()
            return None
        schedule = [self.ramp] if self.ramp is not None else (self.steps.split(",") if self.steps else [])
        rest: dict[str, Any] = {
            name: value
            for name in ("arrivals", "burstiness", "max_in_flight")
            if (value := getattr(self, name)) is not None
        }
        if rest.get("arrivals") not in (None, "poisson", "constant"):
            gamma = "; gamma gaps are --burstiness SHAPE" if self.arrivals == "gamma" else ""
            raise InputError(f"--arrivals must be poisson or constant, got {self.arrivals!r}{gamma}")
        return OpenLoopSpec(
            request_rates=() if self.request_rate is None else _rates(self.request_rate),
            schedule=tuple(schedule),
            **rest,
        )

    def _refuse_rest(self) -> None:
        for name in ("arrivals", "burstiness", "max_in_flight"):
            if getattr(self, name) is not None:
                raise InputError(
                    f"--{name.replace('_', '-')} belongs to an open loop; "
                    "give --request-rate, --ramp or --steps too"
                )


def _rates(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"--request-rate {text}: write requests per second with commas between, such as 0.5,1,2"
        ) from None
