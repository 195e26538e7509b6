"""What a table of capability says, in words and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.format import bracket, estimate_text, grouped
from isocost.reporting.markup import clean, shorten
from isocost.reporting.plain import table_lines
from isocost.reporting.standings import main_metrics, metric_label, ordered_models, standing_of
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.studies.capability import CapabilityReport

__all__ = ["CapabilityVerdict", "capability_tables", "capability_text", "capability_verdict"]

NAME_LIMIT = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityVerdict:
    """The answer in sentences.

    Parameters
    ----------
    head : str
        Who is ahead, by the two metrics that say most.
    rest : str
        What changes between them.
    """

    head: str
    rest: str

    @property
    def text(self) -> str:
        """The whole answer."""
        return f"{self.head} {self.rest}".strip()


def capability_verdict(report: CapabilityReport) -> CapabilityVerdict:
    """Say who is on most frontiers, who moves most between two metrics, and how often these agree.

    The two metrics are raw and idealized (else denoised) runtime where the table has them, else its first
    two.
    """
    first, other = main_metrics(report)
    single = len(report.table.scenarios) == 1
    told = [(_everybody if single else _leader)(report, metric) for metric in (first, other) if metric]
    head = f"On the frontier{'' if single else ' most often'}: {'; '.join(told)}."
    rest = "" if other is None or single else _change(report, first, other)
    return CapabilityVerdict(head=clean(head), rest=clean(f"{rest} Dominance: {report.dominance}.".strip()))


def capability_tables(report: CapabilityReport) -> tuple[Table, ...]:
    """Return the tables of a report: models, metrics in pairs, scenarios."""
    return (_model_table(report), _pair_table(report), scenario_table(report, report.table.scenarios))


def capability_text(report: CapabilityReport, *, one_by_one: bool = False, width: int = 100) -> str:
    """Write a report as lines of text.

    Parameters
    ----------
    report : CapabilityReport
    one_by_one : bool
        Whether to tell the report's drawn scenarios one by one.
    width : int
        Columns of the terminal.
    """
    verdict = capability_verdict(report)
    lines = [verdict.head, verdict.rest, ""]
    for table in (_model_table(report), _pair_table(report)):
        if table.groups[0][1]:
            lines += [*table_lines(table, width=width), ""]
    if one_by_one:
        lines += _told(report)
    lines += [f"! {clean(shorten(caution.text, 400))}" for caution in report.cautions]
    return "\n".join(lines).rstrip()


def _leader(report: CapabilityReport, metric: str) -> str:
    seen = [each for each in report.standings if each.metric == metric]
    most = max((each.ahead for each in seen), default=0)
    first, *more = [each for each in seen if each.ahead == most]
    others = f" and {len(more)} more" if more else ""
    name = shorten(first.model, NAME_LIMIT)
    return f"{name}{others} by {metric_label(metric)}, in {first.ahead} of {first.scenarios} scenarios"


def _everybody(report: CapabilityReport, metric: str) -> str:
    names = [
        shorten(each.model, NAME_LIMIT) for each in report.standings if each.metric == metric and each.ahead
    ]
    return f"{', '.join(names)} by {metric_label(metric)}"


def _change(report: CapabilityReport, first: str, other: str) -> str:
    moves = [
        (abs(a.ahead / a.scenarios - b.ahead / b.scenarios), a, b)
        for model in report.table.models
        if (a := standing_of(report, model, first)) is not None
        and (b := standing_of(report, model, other)) is not None
    ]
    parts = []
    if moves:
        size, a, b = max(moves, key=lambda move: move[0])
        name = shorten(a.model, NAME_LIMIT)
        if size > 0:
            parts.append(
                f"{name} moves most: from {a.ahead} of {a.scenarios} by {metric_label(first)} "
                f"to {b.ahead} of {b.scenarios} by {metric_label(other)}."
            )
    parts += [
        f"The two draw the same frontier in {each.same} of {each.scenarios}."
        for each in report.coincidences
        if {each.one, each.other} == {first, other} and each.scenarios
    ]
    return " ".join(parts)


def _model_table(report: CapabilityReport) -> Table:
    ratio = report.ratio
    ratios = {} if ratio is None else dict(ratio.models)
    metrics = [metric.name for metric in report.table.metrics]
    heading = [Column(title="Model", numeric=False)]
    heading += [Column(title=as_title(metric_label(name)), unit="frontiers") for name in metrics]
    if ratio is not None:
        over, under = metric_label(ratio.over), metric_label(ratio.under)
        title = f"{over.removesuffix(' runtime')} / {under}"
        heading.append(Column(title=as_title(title), unit="median, 95 %"))
    rows = []
    for model in ordered_models(report):
        seen = [standing_of(report, model, name) for name in metrics]
        cells = ["-" if each is None else f"{each.ahead} of {each.scenarios}" for each in seen]
        if ratio is not None:
            cells.append(estimate_text(ratios[model]) if model in ratios else "-")
        rows.append((shorten(model, NAME_LIMIT), *cells))
    return Table(title="Who is on how many frontiers", columns=tuple(heading), groups=(("", tuple(rows)),))


def _pair_table(report: CapabilityReport) -> Table:
    same = {(each.one, each.other): each for each in report.coincidences}
    ranks = {(each.one, each.other): each for each in report.ranks}
    rows = []
    for pair in dict.fromkeys([*same, *ranks]):
        rank, alike = ranks.get(pair), same.get(pair)
        rows.append(
            (
                " and ".join(metric_label(name) for name in pair),
                "-" if alike is None else f"{alike.same} of {alike.scenarios}",
                _coefficient(None if rank is None else rank.spearman),
                _coefficient(None if rank is None else rank.kendall),
            )
        )
    columns = (
        Column(title="Metrics", numeric=False),
        Column(title="Same frontier", unit="scenarios"),
        Column(title="Spearman", unit="median, 95 %"),
        Column(title="Kendall", unit="median, 95 %"),
    )
    return Table(title="How alike the metrics rank", columns=columns, groups=(("", tuple(rows)),))


def _coefficient(seen: Estimate | None) -> str:
    """Write a correlation, two digits after the point."""
    if seen is None:
        return "-"
    return f"{grouped(seen.value, 2)} {bracket(seen.low, seen.high, 2)}".strip()


def scenario_table(report: CapabilityReport, scenarios: Sequence[str]) -> Table:
    """Return who is on the frontier, scenario by scenario and metric by metric."""
    ahead = {(each.scenario, each.metric): each.ahead for each in report.frontiers}
    metrics = [metric.name for metric in report.table.metrics]
    columns = [Column(title="Scenario", numeric=False)]
    columns += [Column(title=as_title(metric_label(name)), numeric=False) for name in metrics]
    rows = [
        (
            shorten(scenario, NAME_LIMIT),
            *(
                ", ".join(shorten(name, NAME_LIMIT) for name in ahead.get((scenario, metric), ())) or "-"
                for metric in metrics
            ),
        )
        for scenario in scenarios
    ]
    return Table(title="Who is on which frontier", columns=tuple(columns), groups=(("", tuple(rows)),))


def _told(report: CapabilityReport) -> list[str]:
    ahead = {(each.scenario, each.metric): each.ahead for each in report.frontiers}
    width = max(len(metric_label(metric.name)) for metric in report.table.metrics)
    lines = []
    for scenario in report.drawn:
        lines.append(clean(scenario))
        lines += [
            f"  {metric_label(metric.name):{width}}  "
            + clean(", ".join(shorten(name, NAME_LIMIT) for name in ahead[scenario, metric.name]))
            for metric in report.table.metrics
            if (scenario, metric.name) in ahead
        ]
        lines.append("")
    return lines


def as_title(text: str) -> str:
    """Let a heading begin with a capital letter."""
    return text[:1].upper() + text[1:]
