"""Units by cost and quality, with what mixing them reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.frontier import Frontier, FrontierUnit
from isocost.reporting.charts.frontier_lines import Band
from isocost.reporting.charts.names import short_names
from isocost.reporting.charts.plane import Plane, PlanePoint, SlopeLine
from isocost.reporting.charts.plane_figure import plane_figure
from isocost.reporting.format import decimals, grouped, money
from isocost.reporting.markup import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.reporting.charts.figure import Figure
    from isocost.studies.mix import MixReport, RandomMix

__all__ = ["mix_figure"]


def mix_figure(report: MixReport) -> Figure:
    """Draw the units of a mix, the hull that mixes reach, the chosen mix and its shadow price.

    Parameters
    ----------
    report : MixReport

    Returns
    -------
    Figure
    """
    band, mix = report.band, report.mix
    alone = mix is not None and len(mix.shares) == 1
    return plane_figure(
        Plane(
            key="mix",
            title="What mixing reaches",
            frontier=_frontier(report),
            shape="hull",
            band=None if band is None else Band(x=band.costs, low=band.low, high=band.high),
            chosen=mix.shares[0][0] if mix is not None and alone else None,
            points=tuple(_points(report)),
            slope=None if mix is None else _shadow_price(report, mix),
            notes=tuple(_notes(report)),
        )
    )


def _frontier(report: MixReport) -> Frontier:
    units = (
        FrontierUnit(
            name=unit.name,
            group=unit.name,
            values=(unit.cost, unit.quality),
            on_frontier=unit.on_hull,
            dominated_by=(),
        )
        for unit in report.units
    )
    return Frontier(axes=report.axes, units=tuple(units))


def _points(report: MixReport) -> Iterator[PlanePoint]:
    mix, cascade = report.mix, report.cascade
    if mix is not None and len(mix.shares) > 1:
        short = short_names([unit.name for unit in report.units], 24)
        shares = " + ".join(f"{100 * share:.3g} % {short[name]}" for name, share in mix.shares)
        yield PlanePoint(name=shares, short="the mix", x=mix.cost, y=mix.quality)
    if cascade is not None and cascade.judged.cost.unit == report.axes[0].unit:
        seen = cascade.judged
        yield PlanePoint(
            name="the cascade, judged", short="cascade", x=seen.cost, y=seen.quality, chosen=False
        )


def _shadow_price(report: MixReport, mix: RandomMix) -> SlopeLine | None:
    if mix.shadow_price is None or mix.shadow_price <= 0:
        return None
    step, unit = mix.shadow_price / 100, report.axes[0].unit
    said = money(step) if unit == "USD" else grouped(step, decimals(step))
    label = f"{said} per 0.01 of {shorten(report.axes[1].name, 20)}"
    return SlopeLine(x=mix.cost.value, y=mix.quality.value, slope=1 / mix.shadow_price, label=label)


def _notes(report: MixReport) -> Iterator[str]:
    mix = report.mix
    if mix is not None and mix.shadow_price is not None:
        yield "Red line: the shadow price, what a little more quality than the chosen mix costs."
    if report.cascade is not None:
        yield "Hollow: the cascade, on requests it was not learned on; its sample of requests is another one."
