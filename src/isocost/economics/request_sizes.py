"""What one output token of a sweep comes with: input tokens and requests, as joint draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.estimate import Estimate
from isocost.statistics.draws import DRAWS, Draws, combine, generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.operating_point import OperatingPoint

__all__ = ["RequestSizes", "output_tokens_per_request", "request_sizes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSizes:
    """What one output token comes with; ``None``: nobody counted.

    Parameters
    ----------
    input_tokens : Draws or None
        Input tokens for each output token.
    requests : Draws or None
        Requests for each output token: one over the mean length of an answer.
    """

    input_tokens: Draws | None
    requests: Draws | None


def request_sizes(points: Sequence[OperatingPoint], *, seed: int = 0) -> RequestSizes:
    """Learn sizes from all runs of a sweep: they share one workload, of which each saw a sample.

    Parameters
    ----------
    points : sequence of OperatingPoint
        One deployment.
    seed : int
        Of the study: the same sweep gets the same draws wherever it is asked.

    Returns
    -------
    RequestSizes
    """
    outputs = output_tokens_per_request(points, seed=seed)
    inputs = _mean_tokens(
        [point.input_tokens_per_request or _over(point.input_tokens_per_second, point) for point in points],
        points,
        seed,
        "input",
    )
    if outputs is None:
        return RequestSizes(input_tokens=None, requests=None)
    method = "mean sizes of requests"
    return RequestSizes(
        input_tokens=None
        if inputs is None
        else combine(lambda i, o: i / o, inputs, outputs, unit="1", kind="measured", method=method),
        requests=combine(lambda o: 1 / o, outputs, unit="requests/token", kind="measured", method=method),
    )


def output_tokens_per_request(points: Sequence[OperatingPoint], *, seed: int = 0) -> Draws | None:
    """Return the mean output tokens of a request over all runs of a sweep; ``None``: nobody counted them.

    Parameters
    ----------
    points : sequence of OperatingPoint
        One sweep, at least one.
    seed : int
    """
    return _mean_tokens(
        [point.output_tokens_per_request or _over(point.output_tokens_per_second, point) for point in points],
        points,
        seed,
        "output",
    )


def _over(tokens: Estimate | None, point: OperatingPoint) -> Estimate | None:
    """Return tokens a request from two rates, for runs that do not tell sizes themselves."""
    requests = point.requests_per_second
    if tokens is None or requests is None or requests.value <= 0:
        return None
    ratio = tokens.value / requests.value
    return Estimate(value=ratio, unit="tokens/request", kind=tokens.kind, method="ratio of rates")


def _mean_tokens(
    means: Sequence[Estimate | None], points: Sequence[OperatingPoint], seed: int, name: str
) -> Draws | None:
    """Average run means by their requests; standard errors from their own intervals."""
    known = [mean for mean in means if mean is not None and mean.value > 0]
    if len(known) < len(means):
        return None
    counts = np.array([point.requests or 1 for point in points], dtype=np.float64)
    shares = counts / counts.sum()
    errors = [((mean.high or 0.0) - (mean.low or 0.0)) / 3.92 for mean in known]
    value = float(shares @ [mean.value for mean in known])
    relative = float(np.sqrt(((shares * errors) ** 2).sum())) / value
    normal = generator(seed, f"{name} tokens of {points[0].deployment}").standard_normal(DRAWS)
    return Draws(
        value=value,
        samples=value * np.exp(relative * normal),
        unit="tokens/request",
        kind="measured",
        method="mean over all runs",
        n=int(counts.sum()),
    )
