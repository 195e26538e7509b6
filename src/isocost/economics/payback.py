"""How long a purchase takes to be saved: hardware against what an API would have billed, at a load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.ownership import HOURS_PER_YEAR, hourly_parts

if TYPE_CHECKING:
    from isocost.economics.ownership import Boundary, Formula, Values

__all__ = ["HOURS_PER_MONTH", "capital", "payback_months", "running_cost"]

HOURS_PER_MONTH = HOURS_PER_YEAR / 12


def payback_months(
    price: Any,  # noqa: ANN401 - number or array
    *,
    saved: Any,  # noqa: ANN401
    used: Any = 0.0,  # noqa: ANN401
    standing: Any = 0.0,  # noqa: ANN401
    load_share: float = 1.0,
    hours_per_month: float = HOURS_PER_MONTH,
) -> Any:  # noqa: ANN401
    """Return the months after which what is saved has paid a purchase.

    Parameters
    ----------
    price : float or float array
        Of the hardware, at least 0.
    saved : float or float array
        What the alternative would bill for an hour of full use.
    used : float or float array
        What an hour of full use costs beside the hardware, such as power.
    standing : float or float array
        What each hour of the calendar costs beside the hardware, such as maintenance and idle power.
    load_share : float
        Share of full use in the hours of use, in (0, 1].
    hours_per_month : float
        Hours of use a month, above 0 and at most 730.

    Returns
    -------
    float or float array
        Infinite where nothing is saved. NaN stands for unknown and stays.

    Raises
    ------
    InputError
        If the load or the hours are out of range.

    Examples
    --------
    A machine of $2,000 that saves $6 an hour for 100 hours a month, at full load and at a tenth of it:

    >>> [round(payback_months(2000.0, saved=6.0, used=1.0, load_share=share, hours_per_month=100), 6)
    ...  for share in (1.0, 0.1)]
    [4.0, 40.0]
    """
    if not 0 < load_share <= 1:
        raise InputError(f"the load must be above 0 and at most 1 of full use, got {load_share!r}")
    if not 0 < hours_per_month <= HOURS_PER_MONTH:
        raise InputError(f"a month has {HOURS_PER_MONTH:g} hours at most, got {hours_per_month!r}")
    gain = hours_per_month * load_share * (np.asarray(saved, dtype=np.float64) - used)
    left = gain - HOURS_PER_MONTH * np.asarray(standing)
    found = np.where(left <= 0, np.inf, price / np.where(left == 0, 1.0, left))
    return float(found) if found.ndim == 0 else found


def capital(values: Values, *, boundary: Boundary = "accelerator") -> Any:  # noqa: ANN401 - number or array
    """Return what the purchase of one accelerator takes, with its server and network when all-in.

    Examples
    --------
    >>> capital({"purchase_price": 25e3, "server_price": 4e3}, boundary="all-in")
    29000.0
    """
    around = ("server_price", "network_price") if boundary == "all-in" else ()
    return values["purchase_price"] + sum(values[name] for name in around if name in values)


def running_cost(values: Values, *, formula: Formula, boundary: Boundary = "accelerator") -> Any:  # noqa: ANN401
    """Return what an owned accelerator costs beside its purchase: by the calendar, and by full use.

    Maintenance, room, people and the power of an idle machine are paid by the calendar; the power that
    serving adds is paid by use. The published formula has no idle power: there all power is by use.

    Parameters
    ----------
    values : mapping of str to float or float array
        As for `isocost.economics.ownership.hourly_parts`; their utilization has no part in it.
    formula : Formula
    boundary : Boundary

    Returns
    -------
    tuple of (float or float array, float or float array)
        Currency per hour of the calendar, and per hour of full use beside it.

    Examples
    --------
    >>> given = dict(purchase_price=8760.0, lifetime_years=2, utilization=1, full_power_w=500, pue=1.2,
    ...              electricity=0.1, maintenance_rate=0.05)
    >>> [round(amount, 6) for amount in running_cost(given, formula="published")]
    [0.05, 0.06]
    """
    parts = hourly_parts({**values, "utilization": 1.0}, formula=formula, boundary=boundary)
    idle = values.get("idle_power_w", 0.0) / 1000 * values["pue"] * values["electricity"]
    around = capital(values, boundary=boundary) - values["purchase_price"]
    by_calendar = sum(
        parts[name] for name in ("maintenance", "server power", "rack", "staff") if name in parts
    )
    repair = around * values["maintenance_rate"] / HOURS_PER_YEAR
    return by_calendar + repair + idle, parts["power"] - idle
