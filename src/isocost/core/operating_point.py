"""The operating point: what a run says of its steady state at one load."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from isocost.core.estimate import Caution, Estimate, Kind
    from isocost.core.load import Load
    from isocost.core.provenance import Provenance
    from isocost.core.steady_state import Drift, WarmUpCut
    from isocost.core.telemetry import ServerSide

__all__ = ["Latency", "OperatingPoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Mean and percentiles of one latency, in seconds.

    Parameters
    ----------
    basis : str
        What was ranked: ``"requests"`` (one value a request) or ``"pooled gaps"``.
    mean : Estimate or None
        The arithmetic mean.
    percentiles : mapping of float to Estimate
        By percent, ``{50.0: …, 95.0: …}``; a percentile that n does not allow is absent.
    untold : mapping of float to str
        Why a percentile is absent: ``{99.0: "p99 needs 100 requests, 58 seen"}``.
    values_s : array or None, shape (n,)
        What was ranked, times `scale` in seconds, so that repeats can be merged; ``None`` where only the
        summary is known.
    scale : float
        From `values_s` to seconds.
    count : int or None
        How many requests are behind it, as they count for what percentiles need.
    """

    basis: str
    mean: Estimate | None = None
    percentiles: Mapping[float, Estimate] = field(default_factory=dict)
    untold: Mapping[float, str] = field(default_factory=dict)
    values_s: np.ndarray[Any, np.dtype[Any]] | None = field(default=None, repr=False, compare=False)
    scale: float = field(default=1.0, repr=False, compare=False)
    count: int | None = None

    def at(self, statistic: str) -> Estimate | None:
        """Return the statistic by name, ``"mean"`` or ``"p95"``; ``None`` where it was not available."""
        if statistic == "mean":
            return self.mean
        if not statistic.startswith("p"):
            raise InputError(f"a statistic is 'mean' or a percentile such as 'p95', got {statistic!r}")
        return self.percentiles.get(float(statistic[1:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """What one run, file or simulation says of the steady state at one load.

    The one currency between measuring and reasoning: from here on nobody knows where it came from but
    by its provenance.

    Parameters
    ----------
    deployment : str
        Name of the deployment.
    load : Load
        What was asked of it.
    output_tokens_per_second : Estimate
        Output tokens that reached clients per second, of requests that succeeded.
    requests, failures : int or None
        Requests that ended well and badly.
    input_tokens_per_second, requests_per_second : Estimate or None
        Input tokens taken in and requests finished per second.
    input_tokens_per_request, output_tokens_per_request : Estimate or None
        Mean realised lengths of requests that ended well.
    reasoning_tokens_per_request : Estimate or None
        Of the output tokens those that were reasoning; ``None`` unless known of every request.
    mean_concurrency : float or None
        Mean number of requests in flight in the window.
    ttft, tpot, gaps, e2e : Latency or None
        Time to first token; time per output token after it, one mean a request; the gaps between
        chunks, pooled; end to end.
    offered_per_second : float or None
        Of an open loop: requests that fell due in the window, per second, as they were drawn.
    send_delay_p99_s : float or None
        Of an open loop: 99th percentile of the time from when a request was due to when it was sent.
    power_w : Estimate or None
        Mean electrical power, with its boundary in ``basis``.
    window_s : float or None
        Length of the steady-state window.
    warm_up_cut : WarmUpCut or None
        What was cut at the beginning; ``None`` where too few requests could tell.
    drift : Drift or None
        How it changed within the window; ``None``: it did not, as far as can be told.
    repeat : int
        Which repeat of this load it is, from 0.
    keys : mapping of str to str
        What tells sweeps apart.
    cautions : tuple of Caution
        Doubts about this point.
    server : ServerSide or None
        What the target says of its own part.
    kind : Kind
        Measured, simulated, published, …
    provenance : Provenance
        Where it comes from.
    """

    deployment: str
    load: Load
    output_tokens_per_second: Estimate
    kind: Kind
    provenance: Provenance
    requests: int | None = None
    failures: int | None = None
    input_tokens_per_second: Estimate | None = None
    requests_per_second: Estimate | None = None
    input_tokens_per_request: Estimate | None = None
    output_tokens_per_request: Estimate | None = None
    reasoning_tokens_per_request: Estimate | None = None
    mean_concurrency: float | None = None
    ttft: Latency | None = None
    tpot: Latency | None = None
    gaps: Latency | None = None
    e2e: Latency | None = None
    offered_per_second: float | None = None
    send_delay_p99_s: float | None = None
    power_w: Estimate | None = None
    window_s: float | None = None
    warm_up_cut: WarmUpCut | None = None
    drift: Drift | None = None
    repeat: int = 0
    keys: Mapping[str, str] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()
    server: ServerSide | None = None
