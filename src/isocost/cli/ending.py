"""Options on when a run ends and a sweep looks back, and how their text becomes numbers."""

from __future__ import annotations

from typing import Annotated

import typer

from isocost.core.errors import InputError

__all__ = ["MaxDuration", "NoAnchor", "UntilWidth", "longest_s", "parse_width"]

_USUAL_S = 30.0
_LONGEST_S = 300.0
UntilWidth = Annotated[
    str | None,
    typer.Option(
        "--until-width",
        help="End each run once throughput and mean TTFT are known to this relative half-width, such as 5%.",
        metavar="PERCENT",
    ),
]
MaxDuration = Annotated[
    float | None,
    typer.Option(
        "--max-duration", help="With --until-width or --find-limit: longest seconds of each run; 300."
    ),
]
NoAnchor = Annotated[
    bool,
    typer.Option("--no-anchor", help="Do not measure the first level once more at the end of the sweep."),
]


def parse_width(text: str) -> float:
    """Return a width as a fraction.

    Raises
    ------
    InputError
        If it is no percentage, or out of range.

    Examples
    --------
    >>> parse_width("5%"), parse_width("2.5 %")
    (0.05, 0.025)
    """
    try:
        percent = float(text.removesuffix("%")) if text.endswith("%") else None
    except ValueError:
        percent = None
    if percent is None or not 0 < percent < 100:
        raise InputError(
            f"--until-width {text}: write a half-width as a percentage above 0 and below 100, such as 5%"
        )
    return percent / 100


def longest_s(
    until_width: str | None,
    max_duration: float | None,
    *,
    duration: float | None,
    requests: int | None,
    scheduled: bool,
) -> float | None:
    """Return for how many seconds a run sends, or may send; ``None`` where something else ends it.

    Raises
    ------
    InputError
        If the options exclude one another.

    Examples
    --------
    >>> longest_s(None, None, duration=None, requests=None, scheduled=False)
    30.0
    >>> longest_s("5%", None, duration=None, requests=None, scheduled=False)
    300.0
    """
    if until_width is None:
        if max_duration is not None:
            raise InputError("--max-duration belongs to --until-width; without it, --duration says how long")
        _refuse_two_ends(duration, requests, scheduled=scheduled)
        return _USUAL_S if duration is None and requests is None and not scheduled else duration
    others = {"--duration": duration, "--num-requests": requests}
    given = next((name for name, value in others.items() if value is not None), None)
    if given is not None or scheduled:
        raise InputError(
            f"--until-width ends a run by itself, and {given or 'a schedule of rates'} says when it ends; "
            "give one of them, and --max-duration for the longest that --until-width may take"
        )
    return _LONGEST_S if max_duration is None else max_duration


def _refuse_two_ends(duration: float | None, requests: int | None, *, scheduled: bool) -> None:
    given = [
        f"{name} {value:g}"
        for name, value in (("--duration", duration), ("--num-requests", requests))
        if value is not None
    ]
    if scheduled and given:
        raise InputError(
            f"--ramp and --steps say themselves how long they last; leave out {' and '.join(given)}"
        )
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} each say when a run ends; give one of them")
