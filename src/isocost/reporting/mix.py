"""The best mix of models as text, tables and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.format import amount_text, decimals, estimate_text, grouped, money
from isocost.reporting.json_text import json_text
from isocost.reporting.markup import clean, shorten
from isocost.reporting.objects import SCHEMA, estimate_object
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.estimate import Estimate
    from isocost.studies.cascade import CascadeReport, Judged
    from isocost.studies.mix import MixReport, RandomMix

__all__ = [
    "mix_json",
    "mix_remarks",
    "mix_sentence",
    "mix_tables",
    "mix_text",
    "mix_verdict",
    "shadow_price_text",
]

NAME_LIMIT = 42


def mix_text(report: MixReport, *, width: int = 100) -> str:
    """Write the verdict, the units, what quality costs along the hull, and the cascade."""
    lines = [mix_sentence(report), ""]
    for table in mix_tables(report):
        lines += [*table_lines(table, width=width), ""]
    lines += mix_remarks(report)
    doubts = [*report.cautions, *(() if report.cascade is None else report.cascade.cautions)]
    return "\n".join([*lines, *(f"! {clean(shorten(each.text, 400))}" for each in doubts)])


def mix_remarks(report: MixReport) -> list[str]:
    """Write AIQ in both conventions, and how the cascade fares."""
    lines = [_area_text(report)] if report.area is not None else []
    return lines if report.cascade is None else [*lines, "", *_cascade_lines(report.cascade)]


def mix_sentence(report: MixReport) -> str:
    """Say in a sentence or two where to send requests."""
    return " ".join(mix_verdict(report))


def mix_verdict(report: MixReport) -> tuple[str, ...]:
    """Say where to send requests, sentence by sentence."""
    asked, hull = report.question, report.hull
    cost, quality = _cost_name(report), report.axes[1].name
    unit = report.axes[0].unit
    if report.mix is not None:
        return tuple(clean(each) for each in _mixed(report.mix, cost, quality))
    if asked.budget is not None:
        text = (
            f"No mix keeps {cost} {_number(asked.budget, unit)}: the cheapest unit takes "
            f"{_number(hull.costs[0], unit)}."
        )
    elif asked.floor is not None:
        text = (
            f"No mix reaches {quality} {_number(asked.floor)}: the best unit has "
            f"{_number(hull.qualities[-1])}."
        )
    else:
        names = ", ".join(shorten(unit.name, NAME_LIMIT) for unit in report.units if unit.on_hull)
        text = (
            f"{len(hull.members)} of {len(report.units)} units are worth mixing: {names}; ask for a budget "
            "or a quality with --budget or --quality."
        )
    return (clean(text),)


def _mixed(mix: RandomMix, cost: str, quality: str) -> Iterator[str]:
    yield f"Send {_shares_text(mix)}: {cost} {amount_text(mix.cost)} at {quality} {amount_text(mix.quality)}."
    if mix.shadow_price is not None:
        yield f"A hundredth of {quality} more costs {_price(mix)} a request."
    if mix.single is None:
        yield "No unit alone keeps this aim."
    elif len(mix.shares) > 1 and mix.single_cost is not None and mix.single_quality is not None:
        yield (
            f"The best unit alone is {shorten(mix.single, NAME_LIMIT)}: {cost} "
            f"{amount_text(mix.single_cost)} at {quality} {amount_text(mix.single_quality)}."
        )


def _shares_text(mix: RandomMix) -> str:
    """Say which share of the requests goes where."""
    return " and ".join(
        f"{100 * share:.3g} % of the requests to {shorten(name, NAME_LIMIT)}" for name, share in mix.shares
    )


def _cost_name(report: MixReport) -> str:
    """Name the cost in a sentence, where an amount brings its currency along."""
    axis = report.axes[0]
    return "cost" if axis.unit == "USD" else axis.name


def shadow_price_text(report: MixReport, price: float) -> str:
    """Write what a hundredth of quality more costs."""
    return _number(price / 100, report.axes[0].unit)


def _price(mix: RandomMix) -> str:
    """Write what a hundredth of quality more costs."""
    return "" if mix.shadow_price is None else _number(mix.shadow_price / 100, mix.cost.unit)


def mix_tables(report: MixReport) -> list[Table]:
    """Tabulate the units and what quality costs between the corners of the hull."""
    cost, quality = report.axes
    units = Table(
        title="Units",
        columns=(
            Column(title="Unit", numeric=False),
            Column(title=cost.name, unit="a request"),
            Column(title=quality.name, unit="mean"),
            Column(title="Worth mixing", numeric=False),
        ),
        groups=(
            (
                "",
                tuple(
                    (
                        shorten(unit.name, NAME_LIMIT),
                        estimate_text(unit.cost),
                        estimate_text(unit.quality),
                        "yes" if unit.on_hull else "no",
                    )
                    for unit in sorted(report.units, key=lambda each: each.cost.value)
                ),
            ),
        ),
    )
    if not report.prices:
        return [units]
    prices = Table(
        title="What quality costs along the hull",
        columns=(
            Column(title="From", numeric=False),
            Column(title="To", numeric=False),
            Column(title="Shadow price", unit=f"{cost.name} per 0.01 of {quality.name}"),
        ),
        groups=(
            (
                "",
                tuple(
                    (shorten(one, NAME_LIMIT), shorten(other, NAME_LIMIT), _number(price / 100, cost.unit))
                    for one, other, price in report.prices
                ),
            ),
        ),
    )
    return [units, prices]


def mix_json(report: MixReport) -> str:
    """Return the mix as JSON text: the envelope of every command.

    Tables: ``units``, ``shadow_prices``, ``mix`` (a row a unit and its share) and ``cascade``.
    """
    content = {
        "schema": SCHEMA,
        "question": "Which mix of these models is best?",
        "verdict": {"text": mix_sentence(report), "state": "mixed" if report.mix else "none"},
        "estimates": dict(_estimates(report)),
        "tables": {
            "units": [
                {
                    "name": unit.name,
                    "cost": estimate_object(unit.cost),
                    "quality": estimate_object(unit.quality),
                    "on_hull": unit.on_hull,
                }
                for unit in report.units
            ],
            "shadow_prices": [
                {"from": one, "to": other, "cost_per_unit_of_quality": price}
                for one, other, price in report.prices
            ],
            "mix": (
                [] if report.mix is None else [{"unit": n, "share": share} for n, share in report.mix.shares]
            ),
            "cascade": [] if report.cascade is None else [_cascade_object(report.cascade)],
        },
        "assumptions": [
            {"name": name, "value": value, "source": "as asked"}
            for name, value in (("budget", report.question.budget), ("quality", report.question.floor))
            if value is not None
        ],
        "warnings": [
            {"code": each.code, "text": each.text}
            for each in (*report.cautions, *(() if report.cascade is None else report.cascade.cautions))
        ],
        "provenance": [{"source": each.source, "chosen": dict(each.facts)} for each in report.provenance],
    }
    return json_text(content)


def _estimates(report: MixReport) -> Iterator[tuple[str, Any]]:
    known: dict[str, Estimate | None] = {
        "average_improvement_in_quality": report.area,
        "average_improvement_in_quality_routerbench": report.area_by_code,
    }
    if report.mix is not None:
        known |= {"mix_cost": report.mix.cost, "mix_quality": report.mix.quality}
    for name, value in known.items():
        if value is not None:
            yield name, estimate_object(value)


def _cascade_object(cascade: CascadeReport) -> dict[str, Any]:
    return {
        "stages": list(cascade.stages),
        "thresholds": list(cascade.thresholds),
        "answered": list(cascade.answered),
        "learned": _judged_object(cascade.learned),
        "judged": _judged_object(cascade.judged),
        "gap": estimate_object(cascade.gap),
        "random": None if cascade.random is None else _judged_object(cascade.random),
        "less_random": None if cascade.less_random is None else _judged_object(cascade.less_random),
        "requests_learned_on": cascade.learned_on,
        "requests_judged_on": cascade.judged_on,
        "keeps_aim": cascade.keeps_aim,
    }


def _judged_object(judged: Judged) -> dict[str, Any]:
    return {"cost": estimate_object(judged.cost), "quality": estimate_object(judged.quality)}


def _area_text(report: MixReport) -> str:
    both = [amount_text(each) for each in (report.area, report.area_by_code) if each is not None]
    return (
        f"AIQ, the mean {clean(report.axes[1].name)} along the hull: {both[0]} as arXiv 2403.12031 defines "
        f"it; {both[1]} by the code published with it, which divides by the greatest cost."
    )


def _cascade_lines(cascade: CascadeReport) -> Iterator[str]:
    steps = [
        f"{shorten(name, NAME_LIMIT)} ({100 * share:.3g} % answered"
        + (f", score at least {_number(threshold)})" if threshold is not None else ")")
        for name, share, threshold in zip(
            cascade.stages, cascade.answered, (*cascade.thresholds, None), strict=True
        )
    ]
    yield clean("Cascade: " + ", then ".join(steps) + ".")
    yield (
        f"  judged on {cascade.judged_on} other requests: cost {amount_text(cascade.judged.cost)} at quality "
        f"{amount_text(cascade.judged.quality)}"
    )
    yield (
        f"  where it was learned ({cascade.learned_on} requests): cost "
        f"{amount_text(cascade.learned.cost)} at quality {amount_text(cascade.learned.quality)}; "
        f"gap {amount_text(cascade.gap)}"
    )
    if cascade.random is not None and cascade.less_random is not None:
        yield (
            f"  a random mix for the same aim: cost {amount_text(cascade.random.cost)} at quality "
            f"{amount_text(cascade.random.quality)}"
        )
        yield (
            f"  cascade less random mix, request by request: cost "
            f"{amount_text(cascade.less_random.cost)}, quality {amount_text(cascade.less_random.quality)}"
        )


def _number(value: float, unit: str = "") -> str:
    return money(value) if unit == "USD" else grouped(value, decimals(value))
