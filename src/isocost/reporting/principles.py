"""The principles of production in plain words: sentences, verdict cards, a table, rows for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.document import Part, name_markup, table_markup
from isocost.reporting.format import bracket, decimals, grouped, percent, probability
from isocost.reporting.markup import element, shorten
from isocost.reporting.objects import estimate_object, finite
from isocost.reporting.tables import Column, Table
from isocost.statistics import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.economics.curve import CostCurve
    from isocost.economics.principle import Principle
    from isocost.reporting.markup import Markup
    from isocost.studies.report import StudyReport

__all__ = ["principle_lines", "principle_parts", "principle_rows", "principle_sentence", "principle_titles"]

TITLE = "Do the principles of production hold here?"
NAME_LIMIT = 60
_SUBTITLE = ", on cost alone. Each test errs in at most one of twenty sweeps; intervals are 90 %."
principle_titles = {
    "average-cost": "Average cost falls",
    "incremental-cost": "Incremental cost falls",
    "diminishing-returns": "Returns diminish",
    "optimal-zone": "An optimum in between",
}
_ASKED = {
    "average-cost": "Whether a token costs less at {last} streams than at {first}",
    "incremental-cost": "Whether a further stream costs less the more there are",
    "diminishing-returns": "Whether a further stream gains less the more there are",
    "optimal-zone": "Whether a level in between costs less than both ends of the sweep",
}
_LESS = "A token costs {effect} times less at {last} streams than at {first}."
_MORE = (
    "A token costs more at {last} streams than at {first}: {effect} times as much at {first} as at {last}."
)
_CHEAPER = (
    "A further stream costs less the more there are: beyond its fixed part the time of a step grows as the "
    "power {effect} of the streams."
)
_GAINS_LESS = (
    "A further stream gains less the more there are: the returns to concurrency fall by {effect} from "
    "{first} to {last} streams."
)
_GAINS_MORE = (
    "A further stream gains more the more there are: the returns to concurrency change by {effect}, negative "
    "for a rise, from {first} to {last} streams."
)
_OPTIMUM = "{between} streams save {effect} over the cheaper end of the sweep: an optimum of cost alone."
_NO_OPTIMUM = (
    "No level in between saves more than 1 % over both ends of the sweep: cost alone has no optimum there; "
    "what users are promised may make one."
)
_TOLD = {
    ("average-cost", "holds"): _LESS,
    ("average-cost", "does not hold"): _MORE,
    ("incremental-cost", "holds"): _CHEAPER,
    ("incremental-cost", "does not hold"): _CHEAPER.replace("costs less", "costs more"),
    ("diminishing-returns", "holds"): _GAINS_LESS,
    ("diminishing-returns", "does not hold"): _GAINS_MORE,
    ("optimal-zone", "holds"): _OPTIMUM,
    ("optimal-zone", "does not hold"): _NO_OPTIMUM,
}
_FOUND = {
    "average-cost": "a fall of {0:g} times",
    "incremental-cost": "a power of {0:g}",
    "diminishing-returns": "a fall by {0:g}",
    "optimal-zone": "a saving of {1:g} %",
}


def principle_sentence(principle: Principle) -> str:
    """Say in plain words what a sweep says of one principle.

    Examples
    --------
    >>> from isocost.economics import judge_principles
    >>> sweep = {1: [50.0, 51.0], 4: [120.0, 121.0], 16: [200.0, 202.0]}
    >>> print(principle_sentence(judge_principles(sweep)[0]))
    A token costs 3.98 [3.89, 4.07] times less at 16 streams than at 1.
    """
    if principle.reason is not None or principle.effect is None:
        return f"Not tested: {principle.reason or 'nothing was measured'}."
    between, first, last = ("", *(f"{level:g}" for level in principle.levels))[-3:]
    places = {"between": between, "first": first, "last": last}
    told = _TOLD.get((principle.name, principle.judgement))
    if told is not None:
        return told.format(effect=_effect(principle, principle.effect), **places)
    asked = _ASKED[principle.name].format(**places)
    return f"{asked} cannot be told: {_effect(principle, principle.effect)}. {_power(principle)}"


def _effect(principle: Principle, effect: Estimate) -> str:
    if principle.name == "optimal-zone":
        return percent(effect.value, effect.low, effect.high).removeprefix("+")
    digits = decimals(effect.value, effect.low, effect.high)
    return f"{grouped(effect.value, digits)} {bracket(effect.low, effect.high, digits)}".strip()


def _power(principle: Principle) -> str:
    if principle.power is None:
        return ""
    what = _FOUND[principle.name].format(principle.found_at, 100 * principle.found_at)
    what = what[:1].upper() + what[1:]
    return f"{what} would be found in {_share(principle.power)} of such sweeps."


def _share(chance: float) -> str:
    return (
        "over 99 %" if chance > 0.99 else "under 1 %" if chance < 0.01 else f"{chance:.0%}".replace("%", " %")
    )


def principle_lines(curve: CostCurve) -> str:
    """Write the judgements of a sweep on one line; empty where nothing was tested."""
    tested = [each for each in curve.principles if each.reason is None]
    short = [f"{principle_titles[each.name].lower()} ({each.judgement})" for each in tested]
    return f"Principles: {', '.join(short)}" if short else ""


def principle_parts(report: StudyReport) -> list[Part]:
    """Return the verdict cards of the recommended sweep, and a table of all of them; none without a sweep."""
    curves = [each.curve for each in report.deployments if each.curve is not None and each.curve.principles]
    if not curves:
        return []
    chosen = next((curve for curve in curves if curve.deployment == report.recommended), curves[0])
    cards = element("div", {"class": "cards"}, *(_card(each) for each in chosen.principles))
    section = element(
        "section",
        {"class": "principles", "id": "principles"},
        element("h2", None, TITLE),
        element("p", {"class": "subtitle"}, name_markup(chosen.deployment, NAME_LIMIT), _SUBTITLE),
        cards,
    )
    parts = [Part(title=TITLE, markup=section, expendable=True, stays="")]
    if len(curves) > 1:
        table = _table(curves)
        parts.append(
            Part(title=table.title, markup=table_markup(table, opened=False), expendable=True, stays="")
        )
    return parts


def _card(principle: Principle) -> Markup:
    state = principle.judgement.replace(" ", "-")
    evidence = "" if principle.p_value is None else f"p {probability(principle.p_value)}. "
    if principle.judgement != "cannot be told":
        evidence += _power(principle)
    return element(
        "article",
        {"class": f"card {state}"},
        element("h3", None, principle_titles[principle.name]),
        element("p", {"class": "judgement"}, principle.judgement),
        element("p", None, principle_sentence(principle)),
        *([element("p", {"class": "evidence"}, evidence.strip())] if evidence.strip() else []),
    )


def _table(curves: Sequence[CostCurve]) -> Table:
    groups = tuple(
        (
            shorten(curve.deployment, NAME_LIMIT),
            tuple(
                (
                    principle_titles[each.name],
                    each.judgement,
                    "" if each.effect is None else _effect(each, each.effect),
                    "" if each.p_value is None else probability(each.p_value),
                    "" if each.power is None else _share(each.power),
                )
                for each in curve.principles
            ),
        )
        for curve in curves
    )
    columns = (
        Column(title="Principle", numeric=False),
        Column(title="Judgement", numeric=False),
        Column(title="Effect"),
        Column(title="p", unit="one-sided"),
        Column(title="Power"),
    )
    return Table(title="The principles, every deployment", columns=columns, groups=groups)


def principle_rows(report: StudyReport) -> list[dict[str, Any]]:
    """Return one row a deployment and principle.

    ``p_value_holm`` is adjusted for the deployments of the study by Holm's method, each principle by itself.
    """
    judged = [
        (curve.deployment, each)
        for curve in (each.curve for each in report.deployments)
        if curve is not None
        for each in curve.principles
    ]
    adjusted: dict[int, float] = {}
    for name in dict.fromkeys(each.name for _, each in judged):
        tested = [(i, each.p_value) for i, (_, each) in enumerate(judged) if each.name == name]
        known = [(i, p) for i, p in tested if p is not None]
        adjusted |= dict(zip([i for i, _ in known], holm([p for _, p in known]).tolist(), strict=True))
    return [
        {
            "deployment": deployment,
            "principle": each.name,
            "judgement": each.judgement,
            "effect": estimate_object(each.effect),
            "p_value": finite(each.p_value),
            "p_value_holm": finite(adjusted.get(i)),
            "power": finite(each.power),
            "found_at": each.found_at,
            "levels": list(each.levels),
            "sentence": principle_sentence(each),
        }
        for i, (deployment, each) in enumerate(judged)
    ]
