"""The steady part of a run: when all streams were busy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.observation import Outcome

if TYPE_CHECKING:
    from isocost.core.load import Load
    from isocost.core.observation import Observations

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = [
    "SHORTEST_WINDOW",
    "Window",
    "measured_rows",
    "not_cut_off",
    "sending_windows",
    "steady_windows",
    "whole_windows",
]

SHORTEST_WINDOW = 3
"""A steady window shorter than so many typical requests is not trusted."""


_FILLED = 0.95


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one segment, on its clock.

    Parameters
    ----------
    segment : int
    start_s, end_s : float
        From, exclusive, and to, inclusive.
    """

    segment: int
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Seconds from start to end."""
        return self.end_s - self.start_s


def measured_rows(observations: Observations) -> BoolArray:
    """Return which requests were measured: neither warm-up nor cancelled by us."""
    return np.asarray(~observations.warmup & (observations.outcome != Outcome.CANCELLED.value))


def steady_windows(observations: Observations, load: Load) -> tuple[Window, ...]:
    """Return for each segment the time in which the load was fully there, where there was such a time.

    Closed loop: from the first to the last instant at which a request was sent and all `concurrency`
    streams were then busy. Requests that a kill or Ctrl-C cut off are unknown or left out, so the window
    ends before they were sent. Open loop: from when 95 % of the requests would have ended if they had all
    been due at the start, so that the target has filled, to when the last was due.

    Parameters
    ----------
    observations : Observations
    load : Load

    Returns
    -------
    tuple of Window
        At most one a segment, each longer than 0.
    """
    measured = measured_rows(observations)
    found: list[Window] = []
    for segment in np.unique(observations.segment[measured]):
        rows = measured & (observations.segment == segment)
        if load.concurrency is None:
            found += _filled(observations, rows, int(segment))
            continue
        sent = np.sort(observations.sent_at_s[rows])
        busy = sent[_in_flight(sent, np.sort(observations.done_at_s[rows])) >= load.concurrency]
        if len(busy) and busy[-1] > busy[0]:
            found.append(Window(int(segment), float(busy[0]), float(busy[-1])))
    return tuple(found)


def _filled(observations: Observations, rows: BoolArray, segment: int) -> tuple[Window, ...]:
    due = observations.due_at_s[rows]
    filling_s = float(np.quantile(observations.done_at_s[rows] - due, _FILLED))
    window = Window(segment, float(due.min()) + filling_s, float(due.max()))
    return (window,) if window.length_s > 0 else ()


def not_cut_off(observations: Observations, ok: BoolArray) -> BoolArray:
    """Return which requests tell latencies without bias, where some were cancelled in flight.

    When a run is stopped, long answers are more likely to be in flight than short ones, so those that ended
    are too short on average. Of the requests that were sent before the first one that was cancelled, all
    ended by themselves. Where these are fewer than half (one stream hung), all are kept.

    Parameters
    ----------
    observations : Observations
    ok : bool array, shape (n,)

    Returns
    -------
    bool array, shape (n,)
    """
    cancelled = ~observations.warmup & (observations.outcome == Outcome.CANCELLED.value)
    kept = ok.copy()
    for segment in np.unique(observations.segment[cancelled]):
        mine = observations.segment == segment
        kept &= ~mine | (observations.sent_at_s < observations.sent_at_s[mine & cancelled].min())
    return kept if 2 * int(kept.sum()) >= int(ok.sum()) else ok


def _in_flight(sent: FloatArray, done: FloatArray) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Count the requests in flight just after each was sent; both sorted."""
    return np.searchsorted(sent, sent, side="right") - np.searchsorted(done, sent, side="right")


def whole_windows(observations: Observations) -> tuple[Window, ...]:
    """Return each segment from the first measured request sent to the last one ended."""
    measured = measured_rows(observations)
    found = []
    for segment in np.unique(observations.segment[measured]):
        rows = measured & (observations.segment == segment)
        start, end = float(observations.sent_at_s[rows].min()), float(observations.done_at_s[rows].max())
        found.append(Window(int(segment), start, end))
    return tuple(found)


def sending_windows(observations: Observations) -> tuple[Window, ...]:
    """Return each segment from when its first measured request was due to when its last was."""
    measured = measured_rows(observations)
    found = []
    for segment in np.unique(observations.segment[measured]):
        due = observations.due_at_s[measured & (observations.segment == segment)]
        if due.max() > due.min():
            found.append(Window(int(segment), float(due.min()), float(due.max())))
    return tuple(found)
