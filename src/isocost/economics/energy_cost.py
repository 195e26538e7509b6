"""Energy as money: what of the cost of a running deployment depends on its load."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.energy import JOULES_PER_KWH
from isocost.economics.short_run import short_run
from isocost.statistics.draws import Draws, combine

if TYPE_CHECKING:
    from isocost.economics.curve import CostCurve
    from isocost.economics.power import EnergyBoundary, LoadPower, Surroundings

__all__ = ["energy_usd_per_token", "fixed_flow_usd", "marginal_energy_cost", "with_energy_cost"]


def energy_usd_per_token(joules_per_token: Any, pue: Any, usd_per_kwh: Any) -> Any:  # noqa: ANN401
    """Return v, what the energy of one token more costs: USD per token.

    Parameters
    ----------
    joules_per_token : float or float array
        Incremental, at the machines.
    pue : float or float array
        1 where the joules are those of the facility.
    usd_per_kwh : float or float array

    Examples
    --------
    0.05 J at PUE 1.5 and 0.10 USD per kWh, per million tokens:

    >>> round(1e6 * energy_usd_per_token(0.05, 1.5, 0.10), 6)
    0.002083
    """
    return joules_per_token * pue * usd_per_kwh / JOULES_PER_KWH


def marginal_energy_cost(
    line: LoadPower, *, measured_at: EnergyBoundary, pue: Draws, usd_per_kwh: Draws
) -> Draws:
    """Return v with its draws, from power as a line over load and the price of electricity.

    Parameters
    ----------
    line : LoadPower
        At the boundary `measured_at`.
    measured_at : EnergyBoundary
    pue : Draws
        Counted unless the power is that of the facility.
    usd_per_kwh : Draws

    Returns
    -------
    Draws
        USD per output token; below 0 where power falls with load.
    """
    factor = _exact(pue, 1.0) if measured_at == "facility" else pue
    return combine(
        energy_usd_per_token,
        line.joules_per_token,
        factor,
        usd_per_kwh,
        unit="USD/token",
        kind="fitted",
        method=f"{line.joules_per_token.method}; x PUE x price of electricity",
        basis="output",
    )


def fixed_flow_usd(
    hour: Draws,
    power_part: Draws,
    line: LoadPower,
    *,
    measured_at: EnergyBoundary,
    around: Surroundings,
    usd_per_kwh: Draws,
) -> Draws:
    """Return F, what an hour costs whatever is served, USD per second: power at no load in place of the mean.

    The price of an hour holds power at an assumed load; energy that varies with load must not count twice.

    Parameters
    ----------
    hour, power_part : Draws
        USD per hour of the whole deployment, and what of it is the power of its accelerators while serving.
    line : LoadPower
    measured_at : EnergyBoundary
    around : Surroundings
    usd_per_kwh : Draws

    Returns
    -------
    Draws
    """
    host = around.host_w or _exact(line.base_w, 0.0)

    def flow(total: Any, part: Any, base: Any, other: Any, pue: Any, price: Any) -> Any:  # noqa: ANN401
        inside = base / pue if measured_at == "facility" else base
        watts = inside if measured_at == "accelerator" else inside - other
        return (total - part + watts / 1000 * pue * price) / 3600

    return combine(
        flow,
        hour,
        power_part,
        line.base_w,
        host,
        around.pue,
        usd_per_kwh,
        unit="USD/s",
        kind=hour.kind,
        method=f"{hour.method}; power at no load by a line through what was measured",
    )


def with_energy_cost(
    curve: CostCurve, *, usd_per_token: float, fixed_usd_per_second: Draws, output_tokens: float
) -> CostCurve:
    """Return a curve whose short run tells energy apart: C = F + v X.

    Parameters
    ----------
    curve : CostCurve
    usd_per_token : float
        v, at least 0.
    fixed_usd_per_second : Draws
        F.
    output_tokens : float
        Of a request, above 0.

    Returns
    -------
    CostCurve
        The same where it has no short run.

    Raises
    ------
    InputError
        If v is below 0.
    """
    if usd_per_token < 0:
        raise InputError(f"usd_per_token must be at least 0, got {usd_per_token!r}")
    if not curve.short_run or curve.technology is None or curve.technology.fit is None:
        return curve
    levels = short_run(
        curve.technology.fit,
        output_tokens=output_tokens,
        fixed_usd_per_second=fixed_usd_per_second,
        usd_per_token=usd_per_token,
        concurrencies=[level.concurrency for level in curve.short_run],
    )
    return replace(curve, short_run=levels)


def _exact(like: Draws, value: float) -> Draws:
    return replace(like, value=value, samples=np.full(like.samples.shape, value), method="as given")
