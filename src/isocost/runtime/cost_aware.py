"""What a request costs and draws with its accelerators to itself: the cost-aware variants of T(p, o)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate

if TYPE_CHECKING:
    from isocost.core.money import HourlyPrice

__all__ = ["CostAware", "accelerator_seconds", "board_power", "request_cost", "request_energy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAware:
    """One request's runtime in the units that somebody pays for; ``None`` where nobody says enough.

    Parameters
    ----------
    accelerator_s : Estimate or None
        Seconds of one accelerator: runtime times how many of them it holds.
    cost : Estimate or None
        USD a request.
    energy : Estimate or None
        Joules a request, drawn by the accelerators.
    price : HourlyPrice or None
        What an hour of all of them costs.
    power : Estimate or None
        Watts that all of them draw.
    """

    accelerator_s: Estimate | None
    cost: Estimate | None
    energy: Estimate | None
    price: HourlyPrice | None
    power: Estimate | None


def accelerator_seconds(runtime: Estimate, accelerators: int) -> Estimate:
    """Return the seconds of one accelerator that a request takes, all of them being its own.

    Parameters
    ----------
    runtime : Estimate
        Seconds.
    accelerators : int
        How many the model takes, at least 1.

    Raises
    ------
    InputError
        If there are none.

    Examples
    --------
    >>> told = Estimate(value=2.0, low=1.9, high=2.1, unit="s", kind="published", method="t")
    >>> accelerator_seconds(told, 8).high
    16.8
    """
    if accelerators < 1:
        raise InputError(f"a model takes at least 1 accelerator, got {accelerators}")
    return _times(runtime, (accelerators,) * 3, unit="accelerator-s", method=f"{accelerators} x runtime")


def request_cost(runtime: Estimate, price: HourlyPrice) -> Estimate:
    """Return the idealized cost of a request: its runtime at the price of all accelerators it holds.

    arXiv 2305.02440, section 3: runtime x number of accelerators x price of one. Nothing else runs beside it,
    so this is no serving cost: batches share the price among many requests.

    Parameters
    ----------
    runtime : Estimate
        Seconds.
    price : HourlyPrice
        Of the whole deployment. With a range, the ends are multiplied by those of the runtime: the interval
        is wide enough whatever goes with whatever.

    Returns
    -------
    Estimate
        USD a request, of the runtime's kind.

    Examples
    --------
    2 s of 8 accelerators at 3.60 USD an hour: 2 * 8 * .001.

    >>> from isocost.core.money import HourlyPrice
    >>> told = Estimate(value=2.0, low=1.9, high=2.1, unit="s", kind="published", method="t")
    >>> cost = request_cost(told, HourlyPrice(usd_per_hour=28.8, source="a list", date="2023-05"))
    >>> round(cost.value, 6), round(cost.low, 6), cost.unit
    (0.016, 0.0152, 'USD/request')
    """
    per_second = price.usd_per_second
    low = per_second if price.low is None else price.low / 3600
    high = per_second if price.high is None else price.high / 3600
    return _times(
        runtime,
        (per_second, low, high),
        unit="USD/request",
        method="runtime x price of the deployment" + ("" if low == high else "; ends times ends"),
        source=f"price: {price.source}, {price.date}",
    )


def board_power(
    power_w: float, accelerators: int, *, share: tuple[float, float, float], source: str
) -> Estimate:
    """Return what accelerators draw, assumed as a share of the power their maker allows them.

    Parameters
    ----------
    power_w : float
        Thermal design power of one, watts, above 0.
    accelerators : int
        At least 1.
    share : tuple of float
        Share of it that is drawn, and its range: (value, low, high) with 0 < low <= value <= high.
    source : str
        Who says so.

    Returns
    -------
    Estimate
        Watts of all of them; ``"assumed"``.

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    >>> board_power(400.0, 8, share=(0.5, 0.25, 1.0), source="a guess").low
    800.0
    """
    value, low, high = share
    if not (power_w > 0 and accelerators >= 1 and 0 < low <= value <= high):
        raise InputError(
            "power needs watts above 0, at least 1 accelerator and a share with 0 < low <= value <= high, "
            f"got {power_w!r}, {accelerators!r} and {share!r}"
        )
    whole = power_w * accelerators
    return Estimate(
        value=whole * value,
        low=whole * low,
        high=whole * high,
        unit="W",
        kind="assumed",
        method=f"{accelerators} x {power_w:g} W x {value:g} [{low:g}, {high:g}] of it",
        basis="accelerators",
        source=source,
    )


def request_energy(runtime: Estimate, power: Estimate) -> Estimate:
    """Return the energy of a request: its runtime at the power of all accelerators it holds.

    Parameters
    ----------
    runtime : Estimate
        Seconds.
    power : Estimate
        Watts of the whole deployment. Its ends are multiplied by those of the runtime.

    Returns
    -------
    Estimate
        Joules a request; ``"assumed"`` where the power is.

    Examples
    --------
    >>> told = Estimate(value=2.0, low=1.9, high=2.1, unit="s", kind="published", method="t")
    >>> request_energy(told, board_power(400.0, 8, share=(0.5, 0.25, 1.0), source="a guess")).high
    6720.0
    """
    ends = (
        power.value,
        power.value if power.low is None else power.low,
        power.value if power.high is None else power.high,
    )
    found = _times(
        runtime, ends, unit="J/request", method="runtime x power; ends times ends", source=power.source
    )
    return replace(found, kind="assumed" if power.kind == "assumed" else runtime.kind, basis=power.basis)


def _times(
    runtime: Estimate,
    factor: tuple[float, float, float],
    *,
    unit: str,
    method: str,
    source: str | None = None,
) -> Estimate:
    """Multiply an estimate by a number and its range; no interval where the runtime has none."""
    value, low, high = factor
    told = [each for each in (runtime.source, source) if each]
    return replace(
        runtime,
        value=runtime.value * value,
        low=None if runtime.low is None else runtime.low * low,
        high=None if runtime.high is None else runtime.high * high,
        unit=unit,
        method=method,
        source="; ".join(told) or None,
    )
