"""A trace that a stage replays: reading the part that was asked for, and the same again later."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.journal import TraceSpec
from isocost.workload import first_requests, no_longer_than, time_scaled, trace_window

if TYPE_CHECKING:
    from isocost.workload import Trace

    _Chosen = tuple[tuple[float, float] | None, int | None, int | None, float]

__all__ = ["asked_trace", "replayed_trace"]

_KEPT = 2  # traces in memory


def asked_trace(
    path: Path,
    *,
    window: tuple[float, float] | None = None,
    longest: int | None = None,
    first: int | None = None,
    time_scale: float = 1.0,
    max_in_flight: int | None = None,
) -> tuple[TraceSpec, Trace]:
    """Read the part of a trace that a user asks for, and say how it can be found again.

    Parameters
    ----------
    path : Path
    window : tuple of float, optional
        Only requests that arrived from here to there, seconds of the trace.
    longest : int, optional
        Only requests of so many tokens at most, in and out together.
    first : int, optional
        Only so many of those.
    time_scale : float
        Every instant is multiplied by it.
    max_in_flight : int, optional

    Raises
    ------
    InputError
        If the file is no trace, or nothing of it is left.
    """
    from isocost.exchange import trace_digest  # noqa: PLC0415 - only for a file

    whole = path.resolve()
    digest = trace_digest(whole)
    trace = _part(whole, digest, (window, longest, first, time_scale))
    ends = (None, None) if window is None else window
    spec = TraceSpec(
        file=str(whole),
        digest=digest,
        requests=trace.requests,
        duration_s=trace.duration_s,
        window_from_s=ends[0],
        window_to_s=ends[1],
        longest=longest,
        first=first,
        time_scale=time_scale,
        max_in_flight=max_in_flight,
        shares_prefixes=trace.blocks is not None,
    )
    return spec, trace


def replayed_trace(spec: TraceSpec) -> Trace:
    """Read the trace of a stage.

    Raises
    ------
    InputError
        If the file is gone, or is another one than it was.
    """
    from isocost.exchange import trace_digest  # noqa: PLC0415 - only for a file

    path = Path(spec.file)
    if not path.is_file():
        raise InputError(
            f"the trace {path} of this stage is gone; put the file back, or measure another one as a stage "
            "with a name of its own: --stage NAME"
        )
    digest = trace_digest(path)
    if digest != spec.digest:
        raise InputError(
            f"the trace {path} has changed since this stage was entered; put the old file back, or measure "
            "the new one as a stage with a name of its own: --stage NAME"
        )
    ends = spec.window_from_s, spec.window_to_s
    window = None if ends[0] is None or ends[1] is None else (ends[0], ends[1])
    return _part(path, digest, (window, spec.longest, spec.first, spec.time_scale))


@lru_cache(maxsize=_KEPT)
def _part(path: Path, digest: str, chosen: _Chosen) -> Trace:
    """Read a part of a trace; the digest tells when the file has changed."""
    from isocost.exchange import read_trace  # noqa: PLC0415 - only for a file

    window, longest, first, time_scale = chosen
    trace = read_trace(path)
    if window is not None:
        trace = trace_window(trace, *window)
    if longest is not None:
        trace = no_longer_than(trace, longest)
    if first is not None:
        trace = first_requests(trace, first)
    return trace if time_scale == 1.0 else time_scaled(trace, time_scale)
