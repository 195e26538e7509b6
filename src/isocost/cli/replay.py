"""Options of traces, conversations and shared prefixes, and how their text becomes records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.journal import ConversationSpec, TraceSpec

__all__ = [
    "ReplayOptions",
    "SharedPrefix",
    "ThinkTime",
    "TimeScale",
    "Trace",
    "TraceLongest",
    "TraceWindow",
    "Turns",
    "given_beside",
    "parse_conversation",
    "parse_prefix",
]

Trace = Annotated[
    Path | None,
    typer.Option(
        "--trace",
        help="Replay a trace instead: Azure, BurstGPT, Mooncake, or timestamp,input_tokens,output_tokens.",
        metavar="FILE",
    ),
]
TimeScale = Annotated[
    str | None,
    typer.Option(
        "--time-scale",
        help="Of a trace: 2x is twice as fast; a plain number multiplies the time, so 0.5 is the same.",
        metavar="FACTOR",
    ),
]
TraceWindow = Annotated[
    str | None,
    typer.Option(
        "--trace-window",
        help="Of a trace: only from here to there, in seconds of the trace, such as 0:600.",
        metavar="FROM:TO",
    ),
]
TraceLongest = Annotated[
    int | None,
    typer.Option(
        "--trace-longest",
        help="Of a trace: only requests of so many tokens at most, in and out together.",
        metavar="TOKENS",
    ),
]
Turns = Annotated[
    int | None,
    typer.Option(
        "--turns",
        help="Conversations of so many requests, each with the whole history.",
    ),
]
ThinkTime = Annotated[
    str | None,
    typer.Option(
        "--think-time",
        help="Of conversations: from an answer to the next turn, such as 2s; 0s if left out.",
        metavar="TIME",
    ),
]
SharedPrefix = Annotated[
    str | None,
    typer.Option(
        "--shared-prefix",
        help="Tokens that all prompts begin with, such as 512; 512x4 for four groups with a prefix each.",
        metavar="TOKENS[xGROUPS]",
    ),
]

_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s|min)")
_UNIT_S = {"ms": 1e-3, "s": 1.0, "min": 60.0}
_SCALE = re.compile(r"(\d+(?:\.\d+)?)(x?)")
_WINDOW = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """Options of a trace; ``None`` where they were not given.

    Parameters
    ----------
    others : tuple of str
        Options given beside it that a trace takes no part of, as they were written.
    """

    trace: Path | None = None
    time_scale: str | None = None
    trace_window: str | None = None
    trace_longest: int | None = None
    num_requests: int | None = None
    max_in_flight: int | None = None
    others: tuple[str, ...] = ()

    def record(self) -> tuple[TraceSpec, str] | None:
        """Return the trace that was asked for and its description; ``None``: none was.

        Raises
        ------
        InputError
            If a text is no good, options exclude each other, or the file is no trace.
        """
        if self.trace is None:
            self._refuse_alone()
            return None
        if self.others:
            raise InputError(
                f"--trace and {self.others[0]} exclude one another: a trace says itself when requests "
                "are sent, how long they are and how long it lasts; cut it with --trace-window or "
                "--num-requests"
            )
        from isocost.studies.replaying import asked_trace

        scale = 1.0 if self.time_scale is None else _scale(self.time_scale)
        spec, trace = asked_trace(
            self.trace,
            window=None if self.trace_window is None else _window(self.trace_window),
            longest=self.trace_longest,
            first=self.num_requests,
            time_scale=scale,
            max_in_flight=self.max_in_flight,
        )
        told = "" if scale == 1.0 else f"; replayed {1 / scale:.3g} times as fast"
        return spec, f"{trace.description}{told}"

    def _refuse_alone(self) -> None:
        given = {
            "--time-scale": self.time_scale,
            "--trace-window": self.trace_window,
            "--trace-longest": self.trace_longest,
        }
        for name, value in given.items():
            if value is not None:
                raise InputError(f"{name} belongs to a trace; give --trace FILE too")


def given_beside(**values: object) -> tuple[str, ...]:
    """Return options as they were written, those that were given.

    Examples
    --------
    >>> given_beside(request_rate="4", ramp=None)
    ('--request-rate 4',)
    """
    given = {name: value for name, value in values.items() if value is not None}
    return tuple(f"--{name.replace('_', '-')} {value}".rstrip() for name, value in given.items())


def parse_prefix(text: str | None) -> str | None:
    """Return a shared prefix as it is written down; ``None``: none was asked for.

    Raises
    ------
    InputError
        If it is no prefix.
    """
    from isocost.core.prefix import SharedPrefix as Prefix

    return None if text is None else Prefix.parse(text).label


def parse_conversation(turns: int | None, think_time: str | None) -> ConversationSpec | None:
    """Return the conversations that were asked for; ``None``: requests that stand alone.

    Raises
    ------
    InputError
        If there are too few turns, or the time has no unit.
    """
    from isocost.journal import ConversationSpec

    if turns is None:
        if think_time is not None:
            raise InputError("--think-time belongs to conversations; give --turns too")
        return None
    if think_time is None:
        return ConversationSpec(turns=turns)
    found = _TIME.fullmatch(think_time.strip())
    if found is None:
        raise InputError(f"--think-time is a time with its unit, such as 2s or 500ms, got {think_time!r}")
    return ConversationSpec(turns=turns, think_time_s=float(found[1]) * _UNIT_S[found[2]])


def _scale(text: str) -> float:
    found = _SCALE.fullmatch(text.strip())
    number = 0.0 if found is None else float(found[1])
    if found is None or not number > 0:
        raise InputError(
            "--time-scale is 2x for twice as fast, or a number above 0 that the time is multiplied by, "
            f"got {text!r}"
        )
    return 1 / number if found[2] else number


def _window(text: str) -> tuple[float, float]:
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise InputError(f"--trace-window runs from a second to a later one, such as 0:600, got {text!r}")
    return float(found[1]), float(found[2])
