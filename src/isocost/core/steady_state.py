"""Whether a run was in a steady state: what was cut at its beginning, and how it changed later."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Drift", "WarmUpCut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUpCut:
    """What was left out at the beginning of a run, on top of the requests that only warmed the target up.

    Parameters
    ----------
    seconds : float
        Of the time in which all streams were busy, all segments together; 0: nothing had to be cut.
    requests : int
        Requests sent before, which count in no latency.
    by : tuple of str
        Which series asked for the cut: ``"throughput"``, ``"time to first token"``, ``"end to end"``.
    unsettled : tuple of str
        Series that did not settle within their length.
    """

    seconds: float
    requests: int
    by: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A change within the steady part of a run that chance hardly explains.

    Parameters
    ----------
    of : str
        What changed: ``"throughput"`` or ``"time to first token"``.
    at_s : float
        When, seconds after the steady part began; 0 for a trend over all of it.
    ratio : float
        After over before; of a trend, its end over its beginning. Above 0.
    gradual : bool
        Whether it is a trend and no step.
    """

    of: str
    at_s: float
    ratio: float
    gradual: bool
