"""One deployment against an API or a rented one: what the same requests cost on both sides, at a load."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.long_run import replicas

if TYPE_CHECKING:
    from isocost.core.token_price import TokenPrice

__all__ = ["api_cost", "break_even_share", "cheaper_from", "dearer_windows", "own_cost"]

MOST_STEPS = 1000
"""Beyond so many replicas a step is too small to be told."""


def api_cost(
    price: TokenPrice,
    *,
    input_tokens: Any,  # noqa: ANN401 - number or array
    output_tokens: Any,  # noqa: ANN401
    cached_share: float = 0.0,
) -> Any:  # noqa: ANN401
    """Return what an API bills for one request: input, cached input and output each at its own price.

    Parameters
    ----------
    price : TokenPrice
    input_tokens, output_tokens : float or float array
        Mean lengths of the requests, cached input tokens among the input; at least 0.
    cached_share : float
        Share of the input tokens that the provider reads from its cache, in [0, 1].

    Returns
    -------
    float or float array
        USD per request.

    Raises
    ------
    InputError
        If the share is out of range, or above 0 where the price of cached input is unknown.

    Examples
    --------
    1,000 tokens in, half of them cached, and 200 out: 625 + 62.5 + 2,000 millionths of a dollar.

    >>> from isocost.core.token_price import TokenPrice
    >>> listed = TokenPrice(name="api", input_usd=1.25, cached_usd=0.125, output_usd=10.0,
    ...                     source="example", date="")
    >>> round(api_cost(listed, input_tokens=1000, output_tokens=200, cached_share=0.5) * 1e6, 6)
    2687.5
    """
    if not 0 <= cached_share <= 1:
        raise InputError(f"the share of cached input must be between 0 and 1, got {cached_share!r}")
    cached = price.cached_usd
    if cached is None:
        if cached_share > 0:
            raise InputError(
                f"no price of cached input is known of {price.name}, so what {cached_share:g} of the input "
                "would cost cannot be told; give it with --api-price INPUT/OUTPUT/CACHED, or leave "
                "--cached-share out"
            )
        cached = 0.0
    per_input = (1 - cached_share) * price.input_usd + cached_share * cached
    return (input_tokens * per_input + output_tokens * price.output_usd) / 1e6 + price.request_usd


def break_even_share(standing: Any, used: Any, other: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    r"""Return the share of its capacity from which one deployment costs less than the alternative.

    A deployment that stands ready costs :math:`K` an hour whatever it does and :math:`V` more for each hour
    of full use; the alternative costs :math:`A` for the work of such an hour. At the share :math:`u` of the
    capacity they cost :math:`K + V u` and :math:`A u`, which are alike at :math:`u = K / (A - V)`.

    Parameters
    ----------
    standing, used, other : float or float array
        K, V and A, in one currency, at least 0.

    Returns
    -------
    float or float array
        Above 1: even a full deployment costs more; infinite where each hour of use alone does. NaN stands for
        unknown and stays.

    Examples
    --------
    >>> break_even_share(3.0, 0.5, 6.5), break_even_share(3.0, 1.0, 0.5)
    (0.5, inf)
    """
    margin = np.asarray(other, dtype=np.float64) - used
    found = np.where(margin <= 0, np.inf, standing / np.where(margin == 0, 1.0, margin))
    return float(found) if found.ndim == 0 else found


def own_cost(share: Any, standing: Any, used: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    """Return what whole replicas cost an hour at a load, K ceil(u) + V u: at least one stands ready.

    Parameters
    ----------
    share : float or float array
        The load over the capacity of one replica, u, above 0; above 1 it takes several. NaN stands for
        unknown and stays.
    standing, used : float or float array
        K and V, USD per hour.

    Examples
    --------
    >>> [float(own_cost(share, 3.0, 0.5)) for share in (0.5, 1.0, 1.2)]
    [3.25, 3.5, 6.6]
    """
    at = np.asarray(share, dtype=np.float64)
    steps = np.asarray(replicas(np.where(np.isnan(at), 0.0, at), 1.0)).clip(1.0)
    return standing * np.where(np.isnan(at), np.nan, steps) + used * at


def dearer_windows(share: float) -> tuple[tuple[float, float], ...]:
    """Return the loads, beyond the first replica, at which one replica more makes the own side dearer again.

    With n replicas the own side is dearer below n times the break-even share; that lies within the n-th step,
    (n - 1, n], while n u > n - 1.

    Parameters
    ----------
    share : float
        The break-even share u of one replica, in (0, 1).

    Returns
    -------
    tuple of (float, float)
        From and to, in capacities of one replica.

    Examples
    --------
    At u = .7 two replicas pay from 1.4 and three from 2.1; four from 2.8, which three can serve.

    >>> [(low, round(high, 6)) for low, high in dearer_windows(0.7)]
    [(1.0, 1.4), (2.0, 2.1)]
    """
    if not 0 < share < 1:
        return ()
    last = min(math.ceil(1 / (1 - share)) - 1, MOST_STEPS)
    return tuple((n - 1.0, n * share) for n in range(2, last + 1) if n * share > n - 1)


def cheaper_from(share: float) -> float | None:
    """Return the load from which the own side costs less at every number of replicas; ``None``: from none.

    Parameters
    ----------
    share : float
        The break-even share of one replica, above 0.

    Returns
    -------
    float or None
        In capacities of one replica.

    Examples
    --------
    >>> cheaper_from(0.4), round(cheaper_from(0.7), 6), cheaper_from(1.5)
    (0.4, 2.1, None)
    """
    if not 0 < share < 1:
        return None
    windows = dearer_windows(share)
    return windows[-1][1] if windows else share
