"""When a run had settled: a warm-up cut by MSER-5, on top of the requests that warm the target up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.steady_state import WarmUpCut
from isocost.statistics.arrivals import TokenArrivals
from isocost.statistics.latency import end_to_end_s, time_to_first_s
from isocost.statistics.steady import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.observation import Observations

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["FEWEST_VALUES", "Settling", "Truncation", "mser", "settle", "settled_windows", "token_rates"]

FEWEST_VALUES = 100
"""A series shorter than so many values is not judged."""
_BATCH = 5
_LAST_BATCHES = 5
_GAIN = 0.75
_GAIN_NEVER = 0.4
_OUTLYING = 5 * 1.4826


@dataclass(frozen=True, slots=True)
class Truncation:
    """Where a series is best cut.

    Parameters
    ----------
    cut : int
        How many values to leave out at the beginning.
    ratio : float
        The criterion there over that without a cut, in (0, 1].
    late : bool
        Whether the minimum lies in the second half: the series does not settle within its length.
    """

    cut: int
    ratio: float
    late: bool


def mser(values: FloatArray, *, batch: int = _BATCH) -> Truncation:
    r"""Find the cut that leaves the mean of the rest best known: the marginal standard error rule.

    With means :math:`Y_1, \\ldots, Y_n` of batches of five, MSER-5 leaves out the first d of them that
    minimise :math:`\sum_{i>d} (Y_i - \bar Y_d)^2 / (n - d)^2` (White, Simulation 69, 1997,
    doi:10.1177/003754979706900601; White and Spratt, Winter Simulation Conference 2000,
    doi:10.1109/WSC.2000.899958). A minimum in the second half says that the series did not settle. The last
    five batches are never looked at, since few values lie close together by chance.

    Parameters
    ----------
    values : float array, shape (n,)
        In order of time; at least 10 batches.
    batch : int
        Values a batch, at least 1.

    Returns
    -------
    Truncation

    Raises
    ------
    InputError
        If there are fewer than ten batches.

    Examples
    --------
    >>> mser(np.concatenate([np.full(20, 9.0), np.tile([1.0, 2.0], 90)])).cut
    20
    """
    count = len(values) // batch
    if count < 2 * _LAST_BATCHES:
        raise InputError(f"a cut needs at least {2 * _LAST_BATCHES * batch} values, got {len(values)}")
    means = values[: count * batch].reshape(count, batch).mean(axis=1)
    means = means - means.mean()  # the sums of squares below lose no digits to a large mean
    sums, squares = np.cumsum(means[::-1])[::-1], np.cumsum(means[::-1] ** 2)[::-1]
    left = np.arange(count, 0, -1)
    criterion = np.maximum(squares - sums**2 / left, 0.0)[:-_LAST_BATCHES] / left[:-_LAST_BATCHES] ** 2
    best = int(np.argmin(criterion))
    whole = float(criterion[0])
    return Truncation(
        cut=best * batch,
        ratio=float(criterion[best]) / whole if whole > 0 else 1.0,
        late=best > count / 2,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """From when on a segment is counted.

    Parameters
    ----------
    from_s : float
        On the segment's clock.
    by : str or None
        The series that asked for the latest cut; ``None``: none did.
    never : tuple of str
        Series that did not settle within their length.
    """

    from_s: float
    by: str | None = None
    never: tuple[str, ...] = ()


def settle(observations: Observations, ok: BoolArray, window: Window) -> Settling | None:
    """Say from when on one segment had settled: throughput, time to first token, and end to end.

    Each series is cut by `mser` after what lies further from its median than five robust standard deviations
    was moved there, so that one outlier is not taken for a warm-up; and only where the cut lowers the
    criterion by a quarter, so that a steady run is left alone. A series did not settle where the minimum lies
    in the second half and the criterion falls below 0.4 of what it was. The latest cut counts.

    Parameters
    ----------
    observations : Observations
    ok : bool array, shape (n,)
        Requests that were measured and ended well.
    window : Window
        The time in which all streams were busy.

    Returns
    -------
    Settling or None
        From the window's own start where nothing is to be cut; ``None`` where there are fewer than 100
        requests to tell.
    """
    begun, by, never = window.start_s, None, []
    watched = tuple(_series(observations, ok, window))
    if not watched:
        return None
    for name, at_s, values in watched:
        told = mser(_clipped(values))
        if told.late and told.ratio < _GAIN_NEVER:
            never.append(name)
        elif not told.late and told.cut and told.ratio < _GAIN and float(at_s[told.cut]) > begun:
            begun, by = float(at_s[told.cut]), name
    return Settling(from_s=begun, by=by, never=tuple(never))


def _series(
    observations: Observations, ok: BoolArray, window: Window
) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """Yield what is watched in one segment: its name, instants and values in order of time."""
    sent = observations.sent_at_s
    inside = ok & (observations.segment == window.segment) & (sent >= window.start_s) & (sent <= window.end_s)
    if int(inside.sum()) < FEWEST_VALUES:
        return
    edges, rates = token_rates(observations, ok, window, FEWEST_VALUES)
    yield "throughput", edges[:-1], rates
    for name, values in (
        ("time to first token", time_to_first_s(observations)),
        ("end to end", end_to_end_s(observations)),
    ):
        rows = np.flatnonzero(inside & ~np.isnan(values))
        rows = rows[np.argsort(sent[rows], kind="stable")]
        if len(rows) >= FEWEST_VALUES:
            yield name, sent[rows], values[rows]


def token_rates(
    observations: Observations, ok: BoolArray, window: Window, count: int
) -> tuple[FloatArray, FloatArray]:
    """Return the output tokens per second in equal parts of a window.

    Parameters
    ----------
    observations : Observations
    ok : bool array, shape (n,)
    window : Window
    count : int
        How many parts, at least 1.

    Returns
    -------
    tuple of float arrays, shapes (count + 1,) and (count,)
        The edges on the segment's clock, and the rates between them.
    """
    edges = np.linspace(window.start_s, window.end_s, count + 1)
    arrivals = TokenArrivals.of(observations, ok & (observations.segment == window.segment))
    return edges, np.diff([arrivals.count_by(float(edge)) for edge in edges]) / np.diff(edges)


def settled_windows(
    observations: Observations, ok: BoolArray, windows: Sequence[Window], *, shortest_s: float
) -> tuple[tuple[Window, ...], BoolArray, WarmUpCut | None]:
    """Cut the warm-up off each window.

    Parameters
    ----------
    observations : Observations
    ok : bool array, shape (n,)
        Requests that were measured and ended well.
    windows : sequence of Window
        At least one.
    shortest_s : float
        A window is not cut to less than that, seconds.

    Returns
    -------
    tuple of Window
        What remains.
    bool array, shape (n,)
        Which of `ok` count in latencies: those that were not sent before the cut.
    WarmUpCut or None
        ``None`` where no window holds enough requests to tell.
    """
    left, kept, told = [], ok.copy(), []
    for window in windows:
        found = settle(observations, ok, window)
        if found is not None and window.end_s - found.from_s < shortest_s:
            found = Settling(from_s=window.start_s, never=found.never)
        told += [] if found is None else [found]
        start_s = window.start_s if found is None else found.from_s
        left.append(Window(window.segment, start_s, window.end_s))
        if start_s > window.start_s:
            kept &= ~((observations.segment == window.segment) & (observations.sent_at_s < start_s))
    if not told:
        return tuple(left), kept, None
    cut = WarmUpCut(
        seconds=sum(each.length_s for each in windows) - sum(each.length_s for each in left),
        requests=int(ok.sum()) - int(kept.sum()),
        by=tuple(dict.fromkeys(each.by for each in told if each.by is not None)),
        unsettled=tuple(dict.fromkeys(name for each in told for name in each.never)),
    )
    return tuple(left), kept, cut


def _clipped(values: FloatArray) -> FloatArray:
    middle = float(np.median(values))
    reach = _OUTLYING * float(np.median(np.abs(values - middle)))
    return values if reach <= 0 else np.clip(values, middle - reach, middle + reach)
