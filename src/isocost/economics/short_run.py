"""The short run: what a running deployment costs per token, and what one request more lays on the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.draws import Draws, combine, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.economics.forms import Curves
    from isocost.economics.technology_fit import TechnologyFit

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "ShortRunLevel",
    "congestion_s",
    "cost_flow",
    "private_marginal_cost",
    "short_run",
    "short_run_average_cost",
    "social_marginal_cost",
]


def cost_flow(fixed_usd_per_second: Any, usd_per_token: Any, tokens_per_second: Any) -> Any:  # noqa: ANN401
    """Return what a running deployment costs: C = F + v X, USD per second.

    Parameters
    ----------
    fixed_usd_per_second : float or float array
        F, paid whether anything is served or not.
    usd_per_token : float or float array
        v, what varies with load: mostly energy above idling.
    tokens_per_second : float or float array
        X.

    Examples
    --------
    >>> cost_flow(0.001, 1e-8, 10_000.0)
    0.0011
    """
    return fixed_usd_per_second + usd_per_token * tokens_per_second


def short_run_average_cost(fixed_usd_per_second: Any, usd_per_token: Any, tokens_per_second: Any) -> Any:  # noqa: ANN401
    """Return F / X + v, USD per token; below capacity it falls with X by arithmetic alone.

    Examples
    --------
    >>> round(short_run_average_cost(0.001, 1e-8, 10_000.0), 12)
    1.1e-07
    """
    return fixed_usd_per_second / tokens_per_second + usd_per_token


def private_marginal_cost(
    usd_per_token: float, tokens_per_second: float, *, capacity_tokens_per_second: float
) -> float:
    """Return what the operator pays for one token more: v below capacity, without bound at it.

    Examples
    --------
    >>> private_marginal_cost(1e-8, 900.0, capacity_tokens_per_second=1000.0)
    1e-08
    >>> private_marginal_cost(1e-8, 1000.0, capacity_tokens_per_second=1000.0)
    inf
    """
    return usd_per_token if tokens_per_second < capacity_tokens_per_second else math.inf


def congestion_s(residence_s: Any, returns: Any) -> Any:  # noqa: ANN401
    """Return L R', the seconds that one request more adds to all others together, from the returns.

    With the batch technology and o tokens a request, residence is R = o t(b) and the rate L = b / (o t(b))
    (Little's law), so that L dR/dL = R (1 - eps) / eps with the returns to concurrency eps. Arrivals at
    random add to it: it is the congestion of a steady batch.

    Parameters
    ----------
    residence_s : float or float array
        R, seconds that a request is in the system.
    returns : float or float array
        eps; at 0 or below one request more adds delay without bound.

    Returns
    -------
    float or float array
        Request-seconds per request.

    Examples
    --------
    Where returns are a half, a request costs the others as much time as it takes itself.

    >>> float(congestion_s(4.0, 0.5))
    4.0
    """
    eps = np.asarray(returns, dtype=np.float64)
    told = np.where(eps > 0, eps, 1.0)
    return np.where(eps > 0, residence_s * (1 - told) / told, np.inf)[()]


def social_marginal_cost(
    usd_per_token: Any,  # noqa: ANN401
    output_tokens: Any,  # noqa: ANN401
    *,
    waiting_usd_per_second: Any,  # noqa: ANN401
    residence_s: Any,  # noqa: ANN401
    congestion_seconds: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return v o + w (R + L R'), USD per request: its energy, its own wait and what it lays on others.

    Parameters
    ----------
    usd_per_token : float or float array
        v.
    output_tokens : float or float array
        o, per request.
    waiting_usd_per_second : float or float array
        w, what a second of a waiting request is worth.
    residence_s : float or float array
        R.
    congestion_seconds : float or float array
        L R', `congestion_s`.

    Examples
    --------
    >>> round(social_marginal_cost(1e-8, 200, waiting_usd_per_second=1e-4,
    ...                            residence_s=4.0, congestion_seconds=4.0), 9)
    0.000802
    """
    return usd_per_token * output_tokens + waiting_usd_per_second * (residence_s + congestion_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortRunLevel:
    """What a running deployment costs at one concurrency kept up.

    Parameters
    ----------
    concurrency : float
    requests_per_second : Estimate
        L.
    average_cost : Estimate or None
        F / X + v, USD per output token; ``None`` without a price.
    private_marginal_cost : float
        v, USD per output token: the operator's, below capacity.
    residence_s : Estimate
        R, seconds.
    congestion_s : Estimate
        L R', request-seconds that one request more lays on the others; without interval where returns of
        0 are within the draws.
    congestion_cost, social_marginal_cost : Estimate or None
        w L R' and v o + w (R + L R'), USD per request; ``None`` without a price of waiting.
    """

    concurrency: float
    requests_per_second: Estimate
    average_cost: Estimate | None
    private_marginal_cost: float
    residence_s: Estimate
    congestion_s: Estimate
    congestion_cost: Estimate | None
    social_marginal_cost: Estimate | None


def short_run(
    fit: TechnologyFit,
    *,
    output_tokens: float,
    fixed_usd_per_second: Draws | None = None,
    usd_per_token: float = 0.0,
    waiting_usd_per_second: float | None = None,
    concurrencies: Sequence[float] | None = None,
) -> tuple[ShortRunLevel, ...]:
    """Return the short-run costs of a fitted technology, level by level, with intervals by joint draws.

    Parameters
    ----------
    fit : TechnologyFit
    output_tokens : float
        o, mean per request, above 0.
    fixed_usd_per_second : Draws, optional
        F of the whole deployment, USD per second, as many draws as the fit has.
    usd_per_token : float
        v, at least 0.
    waiting_usd_per_second : float, optional
        w, at least 0; without it congestion is told in seconds only.
    concurrencies : sequence of float, optional
        Left out: the levels measured.

    Returns
    -------
    tuple of ShortRunLevel

    Raises
    ------
    InputError
        If a number is out of range, or the draws do not go together, or returns at a level are not above 0.
    """
    _check(fit, fixed_usd_per_second, output_tokens, usd_per_token, waiting_usd_per_second)
    wanted = fit.levels if concurrencies is None else concurrencies
    return tuple(
        _level(fit, float(b), fixed_usd_per_second, output_tokens, usd_per_token, waiting_usd_per_second)
        for b in wanted
    )


def _check(
    fit: TechnologyFit, fixed: Draws | None, output_tokens: float, usd_per_token: float, waiting: float | None
) -> None:
    if not (math.isfinite(output_tokens) and output_tokens > 0):
        raise InputError(f"output_tokens must be above 0, got {output_tokens!r}")
    for name, value in (("usd_per_token", usd_per_token), ("waiting_usd_per_second", waiting)):
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise InputError(f"{name} must be at least 0, got {value!r}")
    if fixed is not None and len(fixed.samples) != len(fit.order):
        raise InputError(
            f"the price brings {len(fixed.samples)} draws and the technology {len(fit.order)}; "
            "make both with as many"
        )


def _level(
    fit: TechnologyFit, b: float, fixed: Draws | None, o: float, v: float, w: float | None
) -> ShortRunLevel:
    step, returns = _drawn(fit, b)
    if returns.value <= 0:
        raise InputError(
            f"at concurrency {b:g} one stream more yields nothing, so congestion is without bound; "
            "ask for lower concurrencies"
        )

    def told(function: Any, *parts: Draws, unit: str, basis: str = "request") -> Estimate:  # noqa: ANN401
        return summarise(
            combine(function, *parts, unit=unit, kind=step.kind, method=step.method, basis=basis)
        )

    def congestion(t: Any, eps: Any) -> Any:  # noqa: ANN401
        return congestion_s(o * t, eps)

    def social(t: Any, eps: Any) -> Any:  # noqa: ANN401
        return social_marginal_cost(
            v,
            o,
            waiting_usd_per_second=w,
            residence_s=o * t,
            congestion_seconds=congestion(t, eps),
        )

    return ShortRunLevel(
        concurrency=b,
        requests_per_second=told(lambda t: b / (o * t), step, unit="requests/s"),
        average_cost=None
        if fixed is None
        else told(
            lambda t, flow: short_run_average_cost(flow, v, b / t),
            step,
            fixed,
            unit="USD/token",
            basis="output",
        ),
        private_marginal_cost=v,
        residence_s=told(lambda t: o * t, step, unit="s"),
        congestion_s=told(congestion, step, returns, unit="s"),
        congestion_cost=None
        if w is None
        else told(lambda t, eps: w * congestion(t, eps), step, returns, unit="USD/request"),
        social_marginal_cost=None if w is None else told(social, step, returns, unit="USD/request"),
    )


def _drawn(fit: TechnologyFit, concurrency: float) -> tuple[Draws, Draws]:
    """Return the step time and the returns at a concurrency as joint draws."""
    at, template = np.log([concurrency]), fit.step_time(concurrency)

    def both(curves: Curves, at: FloatArray) -> FloatArray:
        return np.concatenate([np.exp(curves.log_step(at)), 1 - curves.slope(at)], axis=1)

    value, samples = both(fit.chosen, at)[0], fit.samples(both, at)
    step, returns = (
        Draws(
            value=float(value[i]),
            samples=samples[:, i],
            unit=unit,
            kind=template.kind,
            method=template.method,
            n=template.n,
        )
        for i, unit in enumerate(("s", "1"))
    )
    return step, returns
