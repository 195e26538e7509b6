"""Energy as money: what a token more costs in electricity where the machine is one's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isocost.economics import (
    fixed_flow_usd,
    hourly_cost,
    marginal_energy_cost,
    output_tokens_per_request,
    price_draws,
    with_energy_cost,
)
from isocost.statistics import assumed_draws, summarise
from isocost.studies.machine import in_usd

if TYPE_CHECKING:
    from isocost.catalog import OwnedMachine
    from isocost.core.estimate import Estimate
    from isocost.economics import CostCurve, EnergyCurve, Surroundings
    from isocost.statistics import Draws
    from isocost.studies.power import Hardware
    from isocost.studies.report import StudyReport

__all__ = ["ShortRunEnergy", "short_run_energy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortRunEnergy:
    """What energy is of the cost that varies with load.

    Parameters
    ----------
    usd_per_token : Estimate or None
        v, of output tokens; ``None``: taken as 0.
    told : str
        Where it comes from, or why it is taken as 0.
    """

    usd_per_token: Estimate | None
    told: str


def short_run_energy(
    curve: CostCurve,
    energy: EnergyCurve,
    *,
    report: StudyReport,
    hardware: Hardware,
    around: Surroundings,
    seed: int = 0,
) -> tuple[ShortRunEnergy, CostCurve]:
    """Return what a token more costs in electricity, and the curve whose short run counts it.

    Only where the price is that of an owned machine: who rents pays the same whatever is drawn.

    Parameters
    ----------
    curve : CostCurve
    energy : EnergyCurve
        Of the same deployment.
    report : StudyReport
        Whose price it is.
    hardware : Hardware
    around : Surroundings
    seed : int

    Returns
    -------
    ShortRunEnergy
    CostCurve
        The same where v is 0.
    """
    owned, machine, line = hardware.owned, hardware.machine, energy.load_power
    reason = _why_none(curve, energy, report=report, hardware=hardware)
    if reason is not None or owned is None or machine is None or line is None or curve.price is None:
        return ShortRunEnergy(usd_per_token=None, told=reason or "v = 0"), curve
    assumed = in_usd(owned.parameters, machine.currency)
    electricity = assumed_draws("electricity", assumed["electricity"], seed=seed)
    marginal = marginal_energy_cost(
        line, measured_at=energy.measured_at, pue=around.pue, usd_per_kwh=electricity
    )
    flow = fixed_flow_usd(
        price_draws(curve.price, seed=seed),
        _power_part(owned, hardware, seed),
        line,
        measured_at=energy.measured_at,
        around=around,
        usd_per_kwh=electricity,
    )
    tokens = output_tokens_per_request([point for level in curve.levels for point in level.points])
    told = ShortRunEnergy(
        usd_per_token=summarise(marginal),
        told=f"power as a line over {line.levels} loads x PUE x the machine's price of electricity",
    )
    if tokens is None or flow.value <= 0 or not curve.short_run:
        return told, curve
    return told, with_energy_cost(
        curve,
        usd_per_token=max(marginal.value, 0.0),
        fixed_usd_per_second=flow,
        output_tokens=tokens.value,
    )


def _why_none(
    curve: CostCurve, energy: EnergyCurve, *, report: StudyReport, hardware: Hardware
) -> str | None:
    """Say why v is taken as 0; ``None`` where it can be told."""
    if curve.price is None:
        return "v = 0: no price is known"
    if hardware.machine is not None and hardware.owned is None:
        return "v = 0: the machine is rented, and the rent is the same whatever it draws"
    if hardware.owned is None or report.hourly is None:
        return "v = 0: the price is taken to be paid by the hour whatever is drawn"
    if not energy.varies:
        return "v = 0: power was not measured over load, and the price holds it at its mean"
    if energy.load_power is None:
        return "v = 0: power over load needs at least three levels"
    return None


def _power_part(owned: OwnedMachine, hardware: Hardware, seed: int) -> Draws:
    """Return what of an hour's price is the power of its accelerators while serving, USD."""
    count = 1 if hardware.machine is None else hardware.machine.count
    assumed = in_usd(owned.parameters, hardware.machine.currency) if hardware.machine else owned.parameters
    part = hourly_cost(assumed, formula=owned.formula, boundary="accelerator", seed=seed).parts["power"]
    return replace(part, value=count * part.value, samples=count * part.samples)
