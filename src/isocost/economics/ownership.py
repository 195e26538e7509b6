"""What an hour of an owned accelerator is made of: formulas on numbers or arrays, in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    Values = Mapping[str, float | FloatArray]
    Parts = dict[str, Any]

__all__ = [
    "ACCELERATOR_PARTS",
    "HOURS_PER_YEAR",
    "PARAMETERS",
    "Boundary",
    "Formula",
    "Parameter",
    "capital_recovery_factor",
    "check_values",
    "hourly_parts",
]

Formula = Literal["published", "full"]
Boundary = Literal["accelerator", "all-in"]
HOURS_PER_YEAR = 8760.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the hourly cost.

    Parameters
    ----------
    unit : str
        Of a fraction ``"1"``; of an amount of money without its currency: ``"/kWh"``.
    meaning : str
        In words.
    money : bool
        Whether it is an amount of money.
    least, most : float
        Bounds that it must keep, both allowed.
    above : bool
        Whether `least` itself is refused.
    published, required : bool
        Whether the published formula has it, and whether the full one cannot do without.
    """

    unit: str
    meaning: str
    money: bool = False
    least: float = 0.0
    most: float = float("inf")
    above: bool = False
    published: bool = False
    required: bool = False


def _needed(unit: str, meaning: str, **bounds: Any) -> Parameter:  # noqa: ANN401 - of Parameter
    return Parameter(unit=unit, meaning=meaning, published=True, required=True, **bounds)


PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "purchase_price": _needed("", "price of one accelerator", money=True),
        "lifetime_years": _needed("years", "until it is written off", above=True),
        "utilization": _needed("1", "share of its hours in which it serves", most=1.0, above=True),
        "full_power_w": _needed("W", "power of one accelerator at full load"),
        "pue": _needed("1", "power of the building over that of its machines", least=1.0),
        "electricity": _needed("/kWh", "price of electricity", money=True),
        "maintenance_rate": _needed("1/year", "repair and support, share of the purchase price"),
        "residual_share": Parameter(
            unit="1", meaning="worth at the end of its life, share of the price", most=1.0
        ),
        "cost_of_capital": Parameter(unit="1/year", meaning="interest on what is tied up"),
        "idle_power_w": Parameter(unit="W", meaning="power of one accelerator that serves nobody"),
        "load": Parameter(
            unit="1", meaning="power while serving, share of the way from idle to full", most=1.0
        ),
        "server_price": Parameter(unit="", meaning="share of the server without accelerators", money=True),
        "network_price": Parameter(unit="", meaning="share of switches, cables and transceivers", money=True),
        "server_power_w": Parameter(unit="W", meaning="share of the server's other power, day and night"),
        "rack_per_kw_month": Parameter(
            unit="/kW/month", meaning="room, cooling and distribution, without energy", money=True
        ),
        "staff_per_year": Parameter(unit="/year", meaning="share of the people who run it", money=True),
    }
)
"""Every parameter by name; all amounts are per accelerator."""

ACCELERATOR_PARTS = ("depreciation", "cost of capital", "maintenance", "power", "idle power")
"""Parts of the cost of the accelerator alone; what the boundary all-in adds has other names."""


def capital_recovery_factor(annual_rate: float | FloatArray, lifetime_years: float | FloatArray) -> Any:  # noqa: ANN401 - number or array
    r"""Share of a purchase price to charge per year so that it is repaid with interest.

    Computes :math:`r / (1 - (1 + r)^{-n})`, which tends to straight-line depreciation, :math:`1/n`, as
    :math:`r` goes to zero.

    Parameters
    ----------
    annual_rate : float or float array
        Cost of capital, fraction per year, at least 0.
    lifetime_years : float or float array
        Years until it is written off, above 0.

    Returns
    -------
    float or float array
        Fraction of the price, per year.

    Raises
    ------
    InputError
        If a parameter is out of range.

    Examples
    --------
    >>> capital_recovery_factor(0.0, 4.0)
    0.25
    >>> round(capital_recovery_factor(0.08, 4.0), 4)
    0.3019
    """
    rate, years = np.asarray(annual_rate, dtype=np.float64), np.asarray(lifetime_years, dtype=np.float64)
    if not bool((years > 0).all()):
        raise InputError(f"lifetime_years must be above 0, got {lifetime_years!r}")
    if not bool((rate >= 0).all()):
        raise InputError(f"annual_rate must be at least 0, got {annual_rate!r}")
    normal = rate > np.finfo(np.float64).tiny  # below it too few digits are left to divide
    repaid = -np.expm1(-years * np.log1p(rate))
    factor = np.where(normal, rate / np.where(normal, repaid, 1.0), 1 / years)
    return float(factor) if factor.ndim == 0 else factor


def hourly_parts(values: Values, *, formula: Formula, boundary: Boundary = "accelerator") -> Parts:
    r"""Return what one hour of use of one accelerator costs, by part.

    An hour *of use* bears its share of the hours in which nobody is served. The published formula
    (arXiv 2510.26136) is :math:`P/(8760\,Y u) + kW \cdot PUE \cdot E + P m / 8760`: only depreciation is
    divided by the utilization :math:`u`. The full one divides all that is paid by the calendar, repays the
    price less its residual value with interest, and lets power depend on load, with idle power in between.

    Parameters
    ----------
    values : mapping of str to float or float array
        By the names of `PARAMETERS`, amounts in one currency; what is absent is not counted.
    formula : Formula
    boundary : Boundary
        The accelerator alone, or with its share of server, network, rack and people.

    Returns
    -------
    dict of str to float or float array
        Currency per hour of use; a part of which a parameter is absent is absent too.

    Raises
    ------
    InputError
        If a parameter is missing, unknown, out of range, or no part of the formula.

    Examples
    --------
    The example of arXiv 2510.26136, in CNY:

    >>> a800 = dict(purchase_price=120e3, lifetime_years=3, utilization=1, full_power_w=400, pue=1.5,
    ...             electricity=1.0, maintenance_rate=0.03)
    >>> parts = hourly_parts(a800, formula="published")
    >>> {name: round(amount / 7.09, 4) for name, amount in parts.items()}
    {'depreciation': 0.644, 'maintenance': 0.058, 'power': 0.0846}
    """
    check_values(values, formula=formula, boundary=boundary)
    if formula == "published":
        return _published(values)
    return {**_accelerator(values), **(_around(values) if boundary == "all-in" else {})}


def check_values(values: Values, *, formula: Formula, boundary: Boundary) -> None:
    """Refuse parameters that are missing, unknown, out of range, or no part of the formula.

    Raises
    ------
    InputError
        Names the parameter, what was given and what it must keep.
    """
    if formula == "published" and boundary != "accelerator":
        raise InputError(
            "the published formula knows the accelerator alone; for the boundary all-in take the full one "
            "(--formula full)"
        )
    for name, value in values.items():
        spec = PARAMETERS.get(name)
        if spec is None:
            raise InputError(f"there is no parameter {name}; there are {', '.join(PARAMETERS)}")
        if formula == "published" and not spec.published:
            raise InputError(
                f"{name} is no part of the published formula; take the full one (--formula full)"
            )
        _in_bounds(name, spec, np.asarray(value))
    missing = [name for name, spec in PARAMETERS.items() if spec.required and name not in values]
    if missing:
        raise InputError(f"the hourly cost needs {', '.join(missing)} too; give a value for each")


def _in_bounds(name: str, spec: Parameter, value: FloatArray) -> None:
    high = bool((value <= spec.most).all()) and bool(np.isfinite(value).all())
    if high and bool((value > spec.least if spec.above else value >= spec.least).all()):
        return
    bound = f"above {spec.least:g}" if spec.above else f"at least {spec.least:g}"
    most = "" if np.isinf(spec.most) else f" and at most {spec.most:g}"
    worst = value.min() if high else value.max()
    raise InputError(f"{name} must be {bound}{most}, got {float(worst):g}")


def _published(v: Values) -> Parts:
    return {
        "depreciation": v["purchase_price"] / (v["lifetime_years"] * HOURS_PER_YEAR * v["utilization"]),
        "maintenance": v["purchase_price"] * v["maintenance_rate"] / HOURS_PER_YEAR,
        "power": _energy(v, v["full_power_w"]),
    }


def _accelerator(v: Values) -> Parts:
    price, used = v["purchase_price"], v["utilization"]
    idle, full = v.get("idle_power_w", 0.0), v["full_power_w"]
    parts = {"depreciation": _straight_line(v, price) / used}
    if "cost_of_capital" in v:
        parts["cost of capital"] = (_annuity(v, price) - _straight_line(v, price)) / used
    parts["maintenance"] = price * v["maintenance_rate"] / HOURS_PER_YEAR / used
    parts["power"] = _energy(v, idle + v.get("load", 1.0) * (full - idle))
    if "idle_power_w" in v:
        parts["idle power"] = _energy(v, idle) * (1 - used) / used
    return parts


def _around(v: Values) -> Parts:
    """Return what is around the accelerator; all of it is paid by the calendar."""
    other_power = v.get("server_power_w", 0.0)
    kilowatts = (v["full_power_w"] + other_power) / 1000
    paid: Parts = {
        "server": _equipment(v, v["server_price"]) if "server_price" in v else None,
        "network": _equipment(v, v["network_price"]) if "network_price" in v else None,
        "server power": _energy(v, other_power) if "server_power_w" in v else None,
        "rack": kilowatts * v["rack_per_kw_month"] * 12 / HOURS_PER_YEAR
        if "rack_per_kw_month" in v
        else None,
        "staff": v["staff_per_year"] / HOURS_PER_YEAR if "staff_per_year" in v else None,
    }
    return {part: amount / v["utilization"] for part, amount in paid.items() if amount is not None}


def _energy(v: Values, power_w: Any) -> Any:  # noqa: ANN401 - number or array
    return power_w / 1000 * v["pue"] * v["electricity"]


def _straight_line(v: Values, price: Any) -> Any:  # noqa: ANN401 - number or array
    return price * (1 - v.get("residual_share", 0.0)) / v["lifetime_years"] / HOURS_PER_YEAR


def _annuity(v: Values, price: Any) -> Any:  # noqa: ANN401 - number or array
    """Repay what is lost with interest, and pay interest on what is left."""
    rate, residual = v.get("cost_of_capital", 0.0), v.get("residual_share", 0.0)
    factor = capital_recovery_factor(rate, v["lifetime_years"])
    return price * ((1 - residual) * factor + residual * rate) / HOURS_PER_YEAR


def _equipment(v: Values, price: Any) -> Any:  # noqa: ANN401 - number or array
    return _annuity(v, price) + price * v["maintenance_rate"] / HOURS_PER_YEAR
