"""The mix of a study's deployments as a section of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.charts.mix import mix_figure
from isocost.reporting.document import Part, figure_markup, table_markup
from isocost.reporting.markup import clean, shorten
from isocost.reporting.mix import mix_tables, shadow_price_text

if TYPE_CHECKING:
    from isocost.studies.mix import MixReport
    from isocost.studies.report import StudyReport

__all__ = ["mix_line", "mix_parts", "mix_rows"]

NAME_LIMIT = 42


def mix_line(mix: MixReport) -> str:
    """Say in a sentence which deployments are worth mixing, and what quality costs between them."""
    names = [shorten(unit.name, NAME_LIMIT) for unit in mix.units if unit.on_hull]
    if len(names) == 1:
        return clean(f"Mixing gains nothing: {names[0]} is both the cheapest a request and the best.")
    steps = "; ".join(
        f"from {shorten(one, NAME_LIMIT)} to {shorten(other, NAME_LIMIT)} a hundredth of quality costs "
        f"{shadow_price_text(mix, 1000 * price)} per 1,000 requests"
        for one, other, price in mix.prices
    )
    return clean(f"Worth mixing, each at its best level: {', '.join(names)}; {steps}.")


def mix_parts(report: StudyReport) -> list[Part]:
    """Return the section of a page: the plane of cost and quality, and the tables; none without a mix."""
    if report.mix is None:
        return []
    figure = mix_figure(report.mix)
    return [
        Part(title=figure.title, markup=figure_markup(figure), expendable=True),
        *(
            Part(title=each.title, markup=table_markup(each, opened=False), expendable=True)
            for each in mix_tables(report.mix)[1:]
        ),
    ]


def mix_rows(mix: MixReport) -> dict[str, list[dict[str, Any]]]:
    """Return who is worth mixing and what quality costs along the hull, for programs."""
    return {
        "mix": [{"deployment": unit.name, "on_hull": unit.on_hull} for unit in mix.units],
        "shadow_prices": [
            {"from": one, "to": other, "usd_per_unit_of_quality": price} for one, other, price in mix.prices
        ],
    }
