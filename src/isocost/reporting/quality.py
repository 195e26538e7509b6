"""Quality of deployments and what right answers cost: lines, tables and rows of a report, and alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.format import bracket, money
from isocost.reporting.json_text import json_text
from isocost.reporting.markup import clean, shorten
from isocost.reporting.objects import SCHEMA, estimate_object
from isocost.reporting.plain import table_lines
from isocost.reporting.pricing import amount
from isocost.reporting.tables import Column, Table, cost_data, number_cell

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.reporting.pricing import Amount
    from isocost.studies.report import DeploymentReport, StudyReport
    from isocost.studies.scored import MeasuredQuality

__all__ = [
    "quality_json",
    "quality_lines",
    "quality_rows",
    "quality_sentence",
    "quality_tables",
    "quality_text",
]

Json = dict[str, Any]
NAME_LIMIT = 60


def quality_sentence(quality: MeasuredQuality) -> str:
    """Say in a sentence how many questions are answered right, and what became of the others."""
    asked, right = quality.score.n or 0, quality.count("right")
    text = (
        f"{shorten(quality.deployment, NAME_LIMIT)} answers {_share(quality.score)} of the questions "
        f"{shorten(quality.questions, NAME_LIMIT)} right ({right} of {asked})"
    )
    if asked < quality.planned:
        text += f"; {quality.planned - asked} are not asked yet"
    if missed := quality.count("none found"):
        text += f"; no answer found in {missed} of {asked}"
    if refused := quality.count("refused"):
        text += f"; {refused} refused"
    return clean(f"{text}.")


def quality_text(quality: MeasuredQuality, *, width: int = 100) -> str:
    """Write the sentence, a line a category, and the doubts."""
    lines = [quality_sentence(quality)]
    if quality.categories:
        rows = tuple(
            (shorten(name, NAME_LIMIT), str(share.n), f"{share.value:.2f}", bracket(share.low, share.high, 2))
            for name, share in quality.categories
        )
        columns = (
            Column(title="category", numeric=False),
            Column(title="questions"),
            Column(title="right"),
            Column(title="95 %"),
        )
        table = Table(title="By category", columns=columns, groups=(("", rows),))
        lines += ["", *table_lines(table, width=width)]
    return "\n".join([*lines, *(f"! {clean(shorten(each.text, 400))}" for each in quality.cautions)])


def quality_json(quality: MeasuredQuality) -> str:
    """Return what was scored as JSON text; tables ``quality`` and ``categories``."""
    content = {
        "schema": SCHEMA,
        "question": "How many questions are answered right?",
        "verdict": {"text": quality_sentence(quality), "state": "scored"},
        "estimates": {"quality": estimate_object(quality.score)},
        "tables": {"quality": [_row(quality)], "categories": _category_rows(quality)},
        "assumptions": [],
        "warnings": [
            {"code": each.code, "text": each.text, "about": quality.deployment} for each in quality.cautions
        ],
        "provenance": [{"source": f"stage {quality.stage}", "questions_sha256": quality.digest}],
    }
    return json_text(content)


def quality_lines(each: DeploymentReport, report: StudyReport) -> list[str]:
    """Say how well a deployment answers, and what a right answer costs at its best level."""
    lines = [
        f"quality: {_share(quality.score)} right of {quality.score.n} questions "
        f"({shorten(quality.questions, NAME_LIMIT)})" + _not_found(quality)
        for quality in each.qualities
    ]
    best = None if each.curve is None else each.curve.zone.best or each.curve.zone.cheapest
    found = None if best is None else right_answer(report, each.deployment.name, best)
    if found is not None and best is not None:
        lines.append(
            f"1,000 right answers: {_per_thousand(found)} at {best.label}, the cost of a request over the "
            "share of right answers"
        )
    elif any(
        (right.deployment, right.load) == (each.deployment.name, best) for right in report.right_answers
    ):
        lines.append("no answer was right, so a right one has no price")
    return [clean(line) for line in lines]


def right_answer(report: StudyReport, deployment: str, load: Load) -> Estimate | None:
    """Return what a right answer costs at a level; ``None`` where it is not known."""
    wanted = (deployment, load)
    return next((each.cost for each in report.right_answers if (each.deployment, each.load) == wanted), None)


def quality_tables(report: StudyReport) -> list[Table]:
    """Tabulate scores by deployment, and right answers by level; none where nothing was asked."""
    known = [each for each in report.deployments if each.qualities]
    if not known:
        return []
    columns = (
        Column(title="Questions", numeric=False),
        Column(title="Right", unit="share"),
        Column(title="Asked"),
        Column(title="No answer found"),
        Column(title="Refused"),
        Column(title="Cut short"),
    )
    groups = tuple(
        (
            shorten(each.deployment.name, NAME_LIMIT),
            tuple(row for quality in each.qualities for row in _page_rows(quality)),
        )
        for each in known
    )
    costs = _cost_table(report)
    return [Table(title="Quality", columns=columns, groups=groups), *([] if costs is None else [costs])]


def quality_rows(report: StudyReport) -> dict[str, list[Json]]:
    """Return the tables ``quality``, ``categories`` and ``right_answers`` for programs."""
    qualities = [quality for each in report.deployments for quality in each.qualities]
    return {
        "quality": [_row(quality) for quality in qualities],
        "categories": [row for quality in qualities for row in _category_rows(quality)],
        "right_answers": [
            {
                "deployment": each.deployment,
                "load": each.load.label,
                "questions": each.questions,
                "cost_per_right_answer": estimate_object(each.cost),
            }
            for each in report.right_answers
        ],
    }


def _cost_table(report: StudyReport) -> Table | None:
    if not report.right_answers:
        return None
    names = dict.fromkeys(each.deployment for each in report.right_answers)
    groups = tuple(
        (
            shorten(name, NAME_LIMIT),
            tuple(
                (each.load.label, cost_data(_priced(each.cost, report)) or "none right", each.questions)
                for each in report.right_answers
                if each.deployment == name
            ),
        )
        for name in names
    )
    columns = (
        Column(title="Load", numeric=False),
        Column(title="Cost", unit="USD per 1,000 right answers"),
        Column(title="Questions", numeric=False),
    )
    return Table(title="Right answers", columns=columns, groups=groups)


def _priced(cost: Estimate | None, report: StudyReport) -> Amount | None:
    return None if cost is None else amount(cost, in_money=True, price=report.price, times=1000)


def _page_rows(quality: MeasuredQuality) -> list[tuple[str, ...]]:
    whole = (
        shorten(quality.questions, NAME_LIMIT),
        number_cell(quality.score),
        str(quality.score.n),
        str(quality.count("none found")),
        str(quality.count("refused")),
        str(quality.cut),
    )
    parts = [
        (f"of them: {shorten(name, NAME_LIMIT)}", number_cell(share), str(share.n), "", "", "")
        for name, share in quality.categories
    ]
    return [whole, *parts]


def _row(quality: MeasuredQuality) -> Json:
    return {
        "deployment": quality.deployment,
        "stage": quality.stage,
        "questions": quality.questions,
        "questions_sha256": quality.digest,
        "asked": quality.score.n,
        "planned": quality.planned,
        "quality": estimate_object(quality.score),
        "right": quality.count("right"),
        "wrong": quality.count("wrong"),
        "no_answer_found": quality.count("none found"),
        "refused": quality.count("refused"),
        "cut_short": quality.cut,
    }


def _category_rows(quality: MeasuredQuality) -> list[Json]:
    return [
        {
            "deployment": quality.deployment,
            "stage": quality.stage,
            "category": name,
            "quality": estimate_object(share),
        }
        for name, share in quality.categories
    ]


def _per_thousand(cost: Estimate) -> str:
    ends = [None if end is None else 1000 * end for end in (cost.low, cost.high)]
    return money(1000 * cost.value, *ends)


def _share(share: Estimate) -> str:
    return f"{share.value:.2f} {bracket(share.low, share.high, 2)}".strip()


def _not_found(quality: MeasuredQuality) -> str:
    missed = quality.count("none found")
    return f"; no answer found in {missed}" if missed else ""
