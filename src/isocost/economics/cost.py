"""Cost of tokens and requests from an hourly price and a rate: pure formulas on numbers or arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.draws import DRAWS, Draws, generator

if TYPE_CHECKING:
    from isocost.core.money import HourlyPrice

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["cost_per_million", "cost_per_request", "machine_seconds_per_million", "price_draws"]

Amount = TypeVar("Amount", float, "FloatArray")


def machine_seconds_per_million(tokens_per_second: Amount) -> Amount:
    """Return the seconds of the whole deployment that a million tokens take: 1e6 / X.

    It is the cost before any price is known, and needs none.

    Parameters
    ----------
    tokens_per_second : float or float array
        Rate X of the tokens that are to bear the cost; above 0. In arrays, NaN stands for unknown and stays.

    Returns
    -------
    float or float array
        Seconds per million tokens.

    Raises
    ------
    InputError
        If a rate is not above 0.

    Examples
    --------
    >>> machine_seconds_per_million(250.0)
    4000.0
    """
    return 1e6 / _above_zero("tokens_per_second", tokens_per_second)


def cost_per_million(usd_per_hour: Amount, tokens_per_second: Amount) -> Amount:
    """Return USD per million tokens of a deployment that runs at a steady rate.

    The basis is whichever tokens the rate counts: output, input, or both together; the **whole** cost
    is laid on them, so the three bases are three views of one cost, never parts of it.

    Parameters
    ----------
    usd_per_hour : float or float array
        Price of the whole deployment, at least 0.
    tokens_per_second : float or float array
        Rate of the tokens of the basis, above 0.

    Returns
    -------
    float or float array
        USD per million tokens: price / 3600 * 1e6 / rate.

    Raises
    ------
    InputError
        If a rate is not above 0 or a price below 0.

    Examples
    --------
    3.60 USD/h are 0.001 USD/s; 250 tokens/s take 4,000 s for a million.

    >>> cost_per_million(3.6, 250.0)
    4.0
    """
    return _price(usd_per_hour) / 3600 * machine_seconds_per_million(tokens_per_second)


def cost_per_request(usd_per_hour: Amount, requests_per_second: Amount) -> Amount:
    """Return USD per request that ended well, of a deployment that runs at a steady rate.

    The time of failed requests is paid for and yields nothing: it is in the price, not in the rate.

    Parameters
    ----------
    usd_per_hour : float or float array
        Price of the whole deployment, at least 0.
    requests_per_second : float or float array
        Requests that ended well per second, above 0.

    Returns
    -------
    float or float array
        USD per request.

    Raises
    ------
    InputError
        If a rate is not above 0 or a price below 0.

    Examples
    --------
    >>> cost_per_request(3.6, 2.0)
    0.0005
    """
    return _price(usd_per_hour) / 3600 / _above_zero("requests_per_second", requests_per_second)


def price_draws(price: HourlyPrice, *, seed: int, size: int = DRAWS) -> Draws:
    """Draw an hourly price over its stated range, uniformly; a price without range is exact.

    A price that was computed from assumptions brings its draws along.

    Prices of the same source and date get the same draws under the same seed, so that two deployments
    on the same assumed price are compared jointly.

    Parameters
    ----------
    price : HourlyPrice
    seed : int
        Seed of the study.
    size : int
        Number of draws, at least 1.

    Returns
    -------
    Draws
        USD per hour; kind ``"assumed"``.

    Examples
    --------
    >>> from isocost.core.money import HourlyPrice
    >>> given = HourlyPrice(usd_per_hour=2.5, source="given by you", date="2026-11-21")
    >>> float(price_draws(given, seed=0).samples.std())
    0.0
    """
    if price.samples is not None:
        return _computed(price, size)
    low = price.usd_per_hour if price.low is None else price.low
    high = price.usd_per_hour if price.high is None else price.high
    if not low <= price.usd_per_hour <= high:
        raise InputError(
            f"the price {price.usd_per_hour:g} USD/h lies outside its own range [{low:g}, {high:g}]; "
            "give low <= price <= high"
        )
    share = generator(seed, f"hourly price: {price.source}, {price.date}").random(size)
    exact = low == high
    return Draws(
        value=price.usd_per_hour,
        samples=np.full(size, price.usd_per_hour) if exact else low + share * (high - low),
        unit="USD/h",
        kind="assumed",
        method="as given" if exact else f"uniform on [{low:g}, {high:g}]",
        source=f"{price.source}, {price.date}",
    )


def _computed(price: HourlyPrice, size: int) -> Draws:
    samples = np.asarray(price.samples, dtype=np.float64)
    if samples.shape != (size,):
        raise InputError(
            f"the price brings {samples.size} draws and {size} are wanted; compute it with as many"
        )
    return Draws(
        value=price.usd_per_hour,
        samples=samples,
        unit="USD/h",
        kind="assumed",
        method="draws over its assumptions",
        source=f"{price.source}, {price.date}",
    )


def _above_zero(name: str, value: Amount) -> Amount:
    rates = np.asarray(value)
    if bool((rates <= 0).any()) or (rates.ndim == 0 and bool(np.isnan(rates))):
        raise InputError(
            f"{name} must be above 0, got {value!r}; a deployment that yields nothing has no cost per unit"
        )
    return value


def _price(usd_per_hour: Amount) -> Amount:
    if not bool((np.asarray(usd_per_hour) >= 0).all()):
        raise InputError(f"usd_per_hour must be at least 0, got {usd_per_hour!r}")
    return usd_per_hour
