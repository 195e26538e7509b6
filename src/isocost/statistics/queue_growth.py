"""Whether the queue before a target grows: more is offered than ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["queue_grows"]

_FEWEST = 20
_FIRST_SHARE = 0.125
_FEWEST_FIRST = 10
_ENDED_SHARE = 0.9
_FILLED = 3.0  # mean residences after which a system that began empty is full: exp(-3) is missing
_DEVIATIONS = 4.0


def queue_grows(due_s: FloatArray, done_s: FloatArray, now_s: float) -> bool:
    r"""Say whether the requests inside have grown beyond chance since the system was full.

    A system that begins empty fills at first, so what counts is the second half of the time so far, and not
    before three mean residences of the first eighth of the requests have passed; nothing is told until nine
    tenths of these have ended. Overload is told when arrivals exceed departures in that time by more than
    four times :math:`\sqrt{A + D}`, the standard deviation of the difference of two Poisson counts: at one
    and a half times the capacity after some hundred requests. A rate just above capacity is not told so: its
    latencies tell it.

    Parameters
    ----------
    due_s, done_s : float arrays, shape (n,)
        When each request was due and when it ended, seconds from the beginning; infinite: not yet.
    now_s : float
        Seconds from the beginning.

    Examples
    --------
    >>> due = np.arange(400) / 40.0  # 40 a second, and 20 a second end
    >>> queue_grows(due, 0.1 + np.arange(400) / 20.0, 10.0), queue_grows(due, due + 0.1, 10.0)
    (True, False)
    """
    first = due_s <= _FIRST_SHARE * now_s
    ended = done_s <= now_s
    if first.sum() < _FEWEST_FIRST or ended[first].mean() < _ENDED_SHARE:
        return False
    residence = float((np.minimum(done_s, now_s) - due_s)[first].mean())
    start = max(now_s / 2, _FILLED * residence)
    arrived = int(((due_s > start) & (due_s <= now_s)).sum())
    left = int(((done_s > start) & ended).sum())
    return arrived - left > max(_DEVIATIONS * math.sqrt(arrived + left), _FEWEST)
