"""From the observations of a run to the operating point of its steady state."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError
from isocost.core.estimate import Caution
from isocost.core.operating_point import OperatingPoint
from isocost.statistics.arrivals import TokenArrivals, realised_output_tokens, share_done_by
from isocost.statistics.batch_means import batch_count, mean_in_order, rate_over_batches
from isocost.statistics.crew import crew_cautions
from isocost.statistics.drift import drift_of
from isocost.statistics.latency import (
    end_to_end_s,
    gap_latency,
    request_latency,
    time_batches,
    time_per_token_s,
    time_to_first_s,
)
from isocost.statistics.server_side import server_side, shared_cautions
from isocost.statistics.settling import settled_windows
from isocost.statistics.steadiness import steadiness_cautions
from isocost.statistics.steady import (
    SHORTEST_WINDOW,
    Window,
    measured_rows,
    not_cut_off,
    sending_windows,
    steady_windows,
    whole_windows,
)
from isocost.statistics.streams import bursts, cached_share, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.core.estimate import Estimate
    from isocost.core.observation import Run
    from isocost.core.provenance import Provenance
    from isocost.core.steady_state import Drift, WarmUpCut

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["operating_point"]

FEW_REQUESTS = 30
WARM_SHARE = 0.05
BURST_SHARE = 0.05


def operating_point(run: Run, *, provenance: Provenance) -> OperatingPoint:
    """Say what a run tells of the steady state at its load.

    Warm-up requests are dropped. Throughput counts the output tokens, of requests that ended well, that
    arrived while all streams were busy (`steady_windows`), over the length of that time, segments added
    up. The time of failed requests counts, their tokens do not. Input tokens and requests that lie partly
    in the window count by the share of their time in it; in an open loop when they end, since waiting in an
    ever longer line is no service. The window begins when the run had settled (`settle`). Latencies are those
    of all measured requests that ended well, were not sent before that and, in a run that was stopped, not
    after the first that was cancelled; end to end is told to the last chunk.

    Parameters
    ----------
    run : Run
    provenance : Provenance

    Returns
    -------
    OperatingPoint
        With cautions ``"short-window"``, ``"few-requests"``, ``"failures"``, ``"client-saturated"``,
        ``"clock-stepped"``, ``"short-answers"``, ``"tokens-not-counted"``, ``"warm-prefixes"``,
        ``"silent-answers"``, ``"bursts"``, ``"unfinished"``, ``"not-settled"``, ``"drift"``,
        ``"lost-worker"``, ``"clocks-apart"``, ``"server-shared"`` where they apply.

    Raises
    ------
    EstimationError
        If no request was measured, or none ended well, or all answers were empty, or none came in the window.
    """
    observations = run.observations
    measured = measured_rows(observations)
    ok = measured & observations.ok
    _require_success(run, measured, ok)
    steady, short = _windows(run, ok)
    windows, kept, cut = (steady, ok, None) if short else _settled(run, ok, steady)
    kept = kept & not_cut_off(observations, ok)
    drift = None if short else _drift(run, ok, steady, windows)
    meter = _Meter(run, measured=measured, ok=ok, windows=windows)
    batch = time_batches(observations, kept, len(meter.lengths))
    speed = meter.output_rate()
    if not speed.value > 0:
        raise EstimationError(
            f"no token arrived in the steady part of run {run.label!r}, {meter.length_s:.3g} s; "
            "measure longer"
        )
    server = server_side(run)
    return OperatingPoint(
        deployment=run.deployment,
        load=run.load,
        repeat=run.repeat,
        kind="measured",
        provenance=provenance,
        requests=int(ok.sum()),
        failures=int((measured & ~ok).sum()),
        output_tokens_per_second=speed,
        input_tokens_per_second=meter.input_rate(),
        requests_per_second=meter.request_rate(),
        input_tokens_per_request=_mean_length(observations.input_tokens, kept),
        reasoning_tokens_per_request=_mean_length(observations.reasoning_tokens, kept),
        output_tokens_per_request=_mean_length(realised_output_tokens(observations), kept),
        mean_concurrency=meter.mean_concurrency(),
        ttft=request_latency(time_to_first_s(observations)[kept], batch[kept]),
        tpot=request_latency(time_per_token_s(observations)[kept], batch[kept]),
        e2e=request_latency(end_to_end_s(observations)[kept], batch[kept]),
        gaps=gap_latency(observations, kept, batch),
        offered_per_second=meter.offered_rate() if run.load.concurrency is None else None,
        send_delay_p99_s=_send_delay_p99_s(run, measured),
        window_s=meter.length_s,
        warm_up_cut=cut,
        drift=drift,
        server=server,
        cautions=(
            *_cautions(run, measured, ok, short=short),
            *steadiness_cautions(run.label, cut, drift),
            *shared_cautions(server, run.label),
        ),
    )


def _send_delay_p99_s(run: Run, measured: BoolArray) -> float | None:
    """Return the 99th percentile of the delay from due to sent, as the client's health tells it."""
    if run.load.concurrency is not None:
        return None
    delays = (run.observations.sent_at_s - run.observations.due_at_s)[measured]
    return float(np.quantile(delays, 0.99, method="inverted_cdf"))


def _settled(
    run: Run, ok: BoolArray, windows: tuple[Window, ...]
) -> tuple[tuple[Window, ...], BoolArray, WarmUpCut | None]:
    """Cut the warm-up off windows, to no less than is trusted."""
    shortest = SHORTEST_WINDOW * float(np.median(end_to_end_s(run.observations)[ok]))
    return settled_windows(run.observations, ok, windows, shortest_s=shortest)


def _drift(run: Run, ok: BoolArray, whole: tuple[Window, ...], settled: tuple[Window, ...]) -> Drift | None:
    """Look for drift after the warm-up; one of more than a fifth is looked at too, for it may be none."""
    lengths = [sum(window.length_s for window in each) for each in (settled, whole)]
    return drift_of(run.observations, ok, settled if lengths[0] > 0.8 * lengths[1] else whole)


def _mean_length(tokens: FloatArray | None, ok: BoolArray) -> Estimate | None:
    """Return the mean tokens a request; ``None`` when nobody counted them."""
    if tokens is None or bool(np.isnan(tokens[ok]).any()):
        return None
    return mean_in_order(tokens[ok], unit="tokens/request", kind="measured")


def _require_success(run: Run, measured: BoolArray, ok: BoolArray) -> None:
    if not measured.any():
        raise EstimationError(f"run {run.label!r} holds no measured request; let it run on, or drop it")
    if not ok.any():
        counts = Counter(run.observations.outcome[measured].tolist())
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
        raise EstimationError(
            f"all {int(measured.sum())} requests of run {run.label!r} failed ({told}), "
            "so nothing can be said of its speed; look into the target's own log"
        )
    if not realised_output_tokens(run.observations)[ok].sum() > 0:
        raise EstimationError(
            f"all answers of run {run.label!r} were empty; check that the target generates output tokens"
        )


def _windows(run: Run, ok: BoolArray) -> tuple[tuple[Window, ...], bool]:
    """Return steady windows that are long enough, or the whole span and that it came to this."""
    typical = float(np.median(end_to_end_s(run.observations)[ok]))
    steady = steady_windows(run.observations, run.load)
    lasting = tuple(window for window in steady if window.length_s >= SHORTEST_WINDOW * typical)
    if lasting:
        return lasting, False
    sending = sending_windows(run.observations) if run.load.concurrency is None else ()
    return sending or whole_windows(run.observations), True


class _Meter:
    """Reads amounts off the batches of a run's windows."""

    def __init__(self, run: Run, *, measured: BoolArray, ok: BoolArray, windows: tuple[Window, ...]) -> None:
        observations = run.observations
        self.closed = run.load.concurrency is not None
        self.observations, self.measured, self.ok = observations, measured, ok
        self.length_s = sum(window.length_s for window in windows)
        request_s = float(np.median(end_to_end_s(observations)[ok]))
        batches = batch_count(self.length_s, max(request_s, 1e-9))
        shares = [max(1, round(batches * window.length_s / self.length_s)) for window in windows]
        self.edges = [
            (window.segment, np.linspace(window.start_s, window.end_s, share + 1))
            for window, share in zip(windows, shares, strict=True)
        ]
        self.lengths = np.concatenate([np.diff(edges) for _, edges in self.edges])

    def output_rate(self) -> Estimate:
        """Return output tokens per second."""

        def counter(rows: BoolArray) -> Callable[[float], float]:
            return TokenArrivals.of(self.observations, rows).count_by

        return self._rate(self._amounts(self.ok, counter), "tokens/s")

    def input_rate(self) -> Estimate | None:
        """Return input tokens per second; ``None`` when nobody counted them."""
        tokens = self.observations.input_tokens
        if bool(np.isnan(tokens[self.ok]).any()):
            return None
        return self._rate(self._amounts(self.ok, self._ended(tokens)), "tokens/s")

    def request_rate(self) -> Estimate:
        """Return requests per second."""
        return self._rate(self._amounts(self.ok, self._ended(np.ones(len(self.observations)))), "1/s")

    def offered_rate(self) -> float:
        """Return requests that fell due per second."""
        due, segments = self.observations.due_at_s[self.measured], self.observations.segment[self.measured]
        inside = sum(
            int(((due > edges[0]) & (due <= edges[-1]) & (segments == segment)).sum())
            for segment, edges in self.edges
        )
        return inside / self.length_s

    def mean_concurrency(self) -> float:
        """Return the mean number of measured requests in flight, failed ones too."""
        durations = self.observations.done_at_s - self.observations.sent_at_s
        return float(self._amounts(self.measured, self._shares(durations)).sum()) / self.length_s

    def _ended(self, weights: FloatArray) -> Callable[[BoolArray], Callable[[float], float]]:
        """Count requests by their time in the window; in an open loop when they end: a line is no service."""
        return self._shares(weights, at_end=not self.closed)

    def _shares(
        self, weights: FloatArray, *, at_end: bool = False
    ) -> Callable[[BoolArray], Callable[[float], float]]:
        def counter(rows: BoolArray) -> Callable[[float], float]:
            done = self.observations.done_at_s[rows]
            sent = done if at_end else self.observations.sent_at_s[rows]
            chosen = weights[rows]
            return lambda instant: share_done_by(instant, sent_at_s=sent, done_at_s=done, weights=chosen)

        return counter

    def _amounts(
        self, rows: BoolArray, counter: Callable[[BoolArray], Callable[[float], float]]
    ) -> FloatArray:
        amounts = []
        for segment, edges in self.edges:
            count_by = counter(rows & (self.observations.segment == segment))
            amounts.append(np.diff([count_by(float(edge)) for edge in edges]))
        return np.concatenate(amounts)

    def _rate(self, amounts: FloatArray, unit: str) -> Estimate:
        return rate_over_batches(amounts, self.lengths, unit=unit, kind="measured")


def _cautions(run: Run, measured: BoolArray, ok: BoolArray, *, short: bool) -> tuple[Caution, ...]:
    observations = run.observations
    succeeded, failed = int(ok.sum()), int((measured & ~ok).sum())
    cut = ok & (observations.output_tokens < observations.requested_output_tokens)
    saturated = any(segment.health is not None and segment.health.saturated for segment in run.segments)
    steps = sum(segment.health.clock_steps for segment in run.segments if segment.health is not None)
    uncounted = bool(np.isnan(observations.output_tokens[ok]).any())
    warm = cached_share(observations, ok)
    empty, burst = int(silent(observations, ok).sum()), int(bursts(observations, ok).sum())
    told = {
        "short-window": (
            short,
            f"the steady part of {run.label!r} lasted less than {SHORTEST_WINDOW} requests, so filling and "
            "draining are counted and the cost reads too high; measure longer",
        ),
        "few-requests": (
            succeeded < FEW_REQUESTS,
            f"only {succeeded} requests of {run.label!r} ended well; percentiles are coarse or missing",
        ),
        "failures": (
            failed > 0,
            f"{failed} of {succeeded + failed} requests of {run.label!r} failed; "
            "their time is paid for, their tokens are not counted",
        ),
        "client-saturated": (
            saturated,
            f"the load generator itself was the limit in {run.label!r}; the target may be faster",
        ),
        "clock-stepped": (
            steps > 0,
            f"the calendar clock of the client jumped {'once' if steps == 1 else f'{steps} times'} during "
            f"{run.label!r}; arrivals within a quarter of a second of that may be misread",
        ),
        "short-answers": (
            bool(cut.any()),
            f"{int(cut.sum())} of {succeeded} answers of {run.label!r} ended before the length asked for",
        ),
        "tokens-not-counted": (
            uncounted,
            f"nobody counted the tokens of some answers of {run.label!r}; each chunk was taken for a token",
        ),
        "warm-prefixes": (
            warm > WARM_SHARE,
            f"{warm:.0%} of the input tokens of {run.label!r} came from the target's prefix cache; "
            "its times and cost are below those of cold prompts",
        ),
        "silent-answers": (
            empty > 0,
            f"{empty} of {succeeded} answers of {run.label!r} streamed no text; "
            "they count in the throughput but not in the latencies",
        ),
        "bursts": (
            burst > BURST_SHARE * succeeded,
            f"{burst} of {succeeded} answers of {run.label!r} arrived in bursts, as behind a proxy or from a "
            "server short of processor time: to the first token reads too long, per token too short",
        ),
        "unfinished": (not run.finished, f"{run.label!r} was not carried out to its end"),
    }
    cautions = tuple(Caution(code, text) for code, (applies, text) in told.items() if applies)
    return cautions + crew_cautions(run)
