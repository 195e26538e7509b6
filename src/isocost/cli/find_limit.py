"""Options of a search for the limit, and how their text becomes a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isocost.journal import FindLimitSpec

__all__ = ["FindLimit", "FindLimitOptions", "MaxRate", "Resolution", "Slo", "tell_limit"]

_LONGEST_S = 300.0
FindLimit = Annotated[
    bool,
    typer.Option("--find-limit", help="Find the highest request rate that keeps the service levels, --slo."),
]
Slo = Annotated[
    list[str] | None,
    typer.Option(
        "--slo",
        help="With --find-limit: a service level with its unit, such as ttft.p95=1s; may be given again.",
    ),
]
Resolution = Annotated[
    str | None,
    typer.Option(
        "--resolution",
        help="With --find-limit: step between a rate that passes and one that fails; 5% if left out.",
        metavar="PERCENT",
    ),
]
MaxRate = Annotated[
    float | None,
    typer.Option("--max-rate", help="With --find-limit: probe no higher rate, requests per second."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindLimitOptions:
    """Options of a search; ``None`` where they were not given."""

    find_limit: bool
    slo: Sequence[str]
    resolution: str | None
    max_rate: float | None
    max_duration: float | None
    num_requests: int | None
    arrivals: str | None
    burstiness: float | None
    max_in_flight: int | None

    def record(self, others: Mapping[str, object]) -> FindLimitSpec | None:
        """Return what was asked for; ``None``: no search.

        Parameters
        ----------
        others : mapping of str to object
            Options of other kinds of load, by their names; ``None`` where they were not given.

        Raises
        ------
        InputError
            If it is more than one kind of load, no service level is given, or a text is no good.
        """
        if not self.find_limit:
            self._refuse()
            return None
        from isocost.journal import FindLimitSpec

        for name, value in others.items():
            if value is not None:
                raise InputError(
                    f"{name} {value} and --find-limit exclude one another: --find-limit chooses its rates "
                    "itself and ends a probe as soon as it can be told; leave out one of them"
                )
        if not self.slo:
            raise InputError(
                "--find-limit needs to know what the limit is of: give a service level, such as "
                "--slo ttft.p95=1s"
            )
        if self.arrivals not in (None, "poisson", "constant"):
            raise InputError(f"--arrivals must be poisson or constant, got {self.arrivals!r}")
        return FindLimitSpec(
            service_levels=tuple(self.slo),
            resolution=0.05 if self.resolution is None else parse_resolution(self.resolution),
            max_rate=self.max_rate,
            longest_s=_LONGEST_S if self.max_duration is None else self.max_duration,
            most_requests=self.num_requests,
            arrivals="constant" if self.arrivals == "constant" else "poisson",
            burstiness=1.0 if self.burstiness is None else self.burstiness,
            max_in_flight=self.max_in_flight,
        )

    def _refuse(self) -> None:
        given = {"--slo": self.slo or None, "--resolution": self.resolution, "--max-rate": self.max_rate}
        for name, value in given.items():
            if value is not None:
                raise InputError(
                    f"{name} belongs to --find-limit; give that too"
                    + (
                        ", or judge what was measured: isocost report STUDY --slo …"
                        if name == "--slo"
                        else ""
                    )
                )


def parse_resolution(text: str) -> float:
    """Return a resolution as a fraction.

    Raises
    ------
    InputError
        If it is no percentage, or out of range.

    Examples
    --------
    >>> parse_resolution("5%")
    0.05
    """
    try:
        percent = float(text.removesuffix("%")) if text.endswith("%") else None
    except ValueError:
        percent = None
    if percent is None or not 0.5 <= percent <= 100:
        raise InputError(f"--resolution {text}: write a step as a percentage from 0.5% to 100%, such as 5%")
    return percent / 100


def tell_limit(out: Path, stage: str) -> None:
    """Print what a search of a study found so far."""
    from isocost.cli.harmless import harmless
    from isocost.reporting import limit_text
    from isocost.studies.limits_found import limit_of_study

    found = limit_of_study(out, stage)
    if found is not None:
        typer.echo(harmless(limit_text(found)))
