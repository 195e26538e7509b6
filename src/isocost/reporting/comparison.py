"""What a comparison of two stacks says, in words and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.document import as_sentence
from isocost.reporting.format import (
    UNKNOWN,
    bracket,
    decimals,
    estimate_text,
    grouped,
    probability,
    time_unit,
)
from isocost.reporting.markup import clean, shorten
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table
from isocost.studies.compared import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.runtime import RuntimeComparison, StepOverhead
    from isocost.statistics import Gate, Ratio
    from isocost.studies.compared import CompareReport

__all__ = ["ComparisonVerdict", "comparison_tables", "comparison_text", "comparison_verdict", "ratio_text"]

NAME_LIMIT = 48
FACT_LIMIT = 60
MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonVerdict:
    """The answer in sentences.

    Parameters
    ----------
    head : str
        How many times the baseline the other one is.
    gate : str
        What the gate says; empty where none was asked for.
    rest : str
        What differs, and whose overhead it is.
    state : str
        ``"slower"``, ``"faster"``, ``"cannot be told"``; with a gate ``"worse"``, ``"not worse"``,
        ``"cannot be told"``.
    """

    head: str
    gate: str
    rest: tuple[str, ...]
    state: str

    @property
    def text(self) -> str:
        """The whole answer."""
        return " ".join(part for part in (self.head, self.gate, *self.rest) if part)


def comparison_verdict(report: CompareReport) -> ComparisonVerdict:
    """Say how the two compare by the metric asked for, what the gate says and what differs."""
    return ComparisonVerdict(
        head=clean(_head(report)),
        gate="" if report.gate is None else clean(_gate(report, report.gate)),
        rest=tuple(clean(each) for each in (_differing(report), _overhead(report))),
        state=_direction(report.headline) if report.gate is None else report.gate.state,
    )


def comparison_text(report: CompareReport, *, width: int = 100) -> str:
    """Write a comparison as lines of text."""
    verdict = comparison_verdict(report)
    lines = [verdict.head, *([verdict.gate] if verdict.gate else []), *verdict.rest, ""]
    for table in comparison_tables(report, brief=True):
        if table.groups:
            lines += [*table_lines(table, width=width), ""]
    lines += [f"! {clean(shorten(caution.text, 400))}" for caution in report.cautions]
    return "\n".join(lines).rstrip()


def comparison_tables(report: CompareReport, *, brief: bool = False) -> tuple[Table, ...]:
    """Return the tables of a comparison: ratios, parts, overhead of a step, what differs.

    Parameters
    ----------
    report : CompareReport
    brief : bool
        Whether to leave out what several models take size by size.
    """
    return (
        _ratio_table(report, brief=brief),
        _part_table(report),
        _overhead_table(report),
        _difference_table(report),
    )


def ratio_text(ratio: Estimate) -> str:
    """Write a ratio with its interval.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> ratio_text(Estimate(value=1.1234, low=1.08, high=1.17, unit="1", kind="fitted", method="example"))
    '1.12 [1.08, 1.17]'
    """
    digits = min(decimals(ratio.value, ratio.low, ratio.high), 3)
    return f"{grouped(ratio.value, digits)} {bracket(ratio.low, ratio.high, digits)}".strip()


def _direction(ratio: Ratio) -> str:
    low, high = ratio.estimate.low, ratio.estimate.high
    if low is None or high is None or low <= 1 <= high:
        return "cannot be told"
    return "slower" if (low > 1) == (ratio.better == "lower") else "faster"


_OF = {
    "runtime": "the runtime",
    "prefill": "the time to the first token",
    "decode": "the time for each further token",
    "accelerator-seconds": "the accelerator-seconds",
    "request-cost": "the cost of a request",
    "cost": "the cost",
    "throughput": "the throughput",
}


def _head(report: CompareReport) -> str:
    ratio = report.headline
    one, two = shorten(report.baseline, NAME_LIMIT), shorten(report.other, NAME_LIMIT)
    verb = "has" if ratio.key == "throughput" else "takes"
    text = (
        f"{two} (B) {verb} {ratio_text(ratio.estimate)} times {_OF[ratio.key]} of {one} (A){_about(report)}"
    )
    if _direction(ratio) != "cannot be told":
        return f"{text}."
    if ratio.probability_above is None:
        return f"{text}; no interval is known."
    return f"{text}: more or less cannot be told (P(more) {probability(ratio.probability_above)})."


def _about(report: CompareReport) -> str:
    parts = []
    runtime = next((each.runtime for each in report.models if each.runtime is not None), None)
    if report.headline.key in ("runtime", "accelerator-seconds", "request-cost") and runtime is not None:
        p, o = runtime.requests[0]
        many = len(runtime.requests)
        parts.append(f"a request of {p:,} in, {o:,} out" if many == 1 else f"{many} typical requests")
    if len(report.models) > 1:
        parts.append(f"{len(report.models)} models")
    return f", over {' and '.join(parts)}" if parts else ""


def _gate(report: CompareReport, gate: Gate) -> str:
    margin = f"{100 * gate.margin:g} %"
    about = _OF[gate.ratio.key]
    if gate.state == "worse":
        once = any(caution.code == "one-session" for caution in report.cautions)
        so_far = ", as far as one profile of each can tell" if once and not _of_sweeps(gate) else ""
        return f"Gate failed: worse by more than {margin} in {about}{so_far}."
    if gate.state == "not worse":
        return f"Gate passed: not worse by more than {margin} in {about}."
    if gate.ratio.probability_above is None:
        return (
            f"Gate passed: whether it is worse by more than {margin} in {about} cannot be told, for no "
            "interval is known; profile with at least 3 repeats."
        )
    return (
        f"Gate passed: whether it is worse by more than {margin} in {about} cannot be told; "
        f"{_repeats(report, gate, margin)}."
    )


def _repeats(report: CompareReport, gate: Gate, margin: str) -> str:
    timed = [model.runtime for model in report.models if model.runtime is not None]
    over = "sessions" if not _of_sweeps(gate) and any(each.over_sessions for each in timed) else "repeats"
    if gate.ratio.estimate.n is None:
        return "the published figures carry no more"
    if gate.repeats is None:
        return f"more than 1,000 {over} would tell no change from {margin}: a quieter machine helps more"
    each = "level" if _of_sweeps(gate) else "size"
    where = "in all" if over == "sessions" else f"of each {each} on both sides"
    count = gate.repeats + 1 if over == "sessions" else gate.repeats
    return f"about {count:,} {over} {where} tell no change from {margin} four times in five"


def _of_sweeps(gate: Gate) -> bool:
    return gate.ratio.key in ("cost", "throughput")


def _differing(report: CompareReport) -> str:
    """Name what differs in any model, with the values where they are the same for all; known ones first."""
    seen: dict[str, set[tuple[str | None, str | None]]] = {}
    for model in report.models:
        for each in model.differences:
            seen.setdefault(each.label, set()).add((each.baseline, each.other))
    unknown = dict.fromkeys(label for model in report.models for label in model.untold)
    known = [label for label, values in seen.items() if all(None not in pair for pair in values)]
    told = [_change(label, seen[label]) for label in known[:MOST_NAMED]]
    more = len(seen) - len(told)
    told += (
        [f"{more} more that {'only one side tells' if len(told) == len(known) else 'are below'}"]
        if more
        else []
    )
    text = f"What differs: {'; '.join(told)}." if told else "Nothing that is told differs."
    return text + (f" Not told by either: {', '.join(unknown)}." if unknown else "")


def _change(label: str, values: set[tuple[str | None, str | None]]) -> str:
    if len(values) > 1:
        return label
    one, two = next(iter(values))
    return f"{label} ({shorten(one or UNKNOWN, 40)} -> {shorten(two or UNKNOWN, 40)})"


def _overhead(report: CompareReport) -> str:
    if not report.overheads:
        beside = _beside([model.runtime for model in report.models if model.runtime is not None])
        return f"{beside}{as_sentence(report.overhead_untold)}".strip()
    parts = [
        f"as far as a model's own work grows with its {each.measure}, a step holds "
        f"{estimate_text(each.baseline)} of the stack's own time on A and {estimate_text(each.other)} on B, "
        f"and the model's work takes {ratio_text(each.work)} times as long"
        for each in report.overheads
    ]
    return "Overhead: " + "; ".join(parts) + "."


def _beside(seen: Sequence[RuntimeComparison]) -> str:
    if len(seen) != 1 or not seen[0].parts:
        return ""
    part = seen[0].parts[0]
    return (
        f"Beside the model a request takes {estimate_text(part.baseline)} on A and "
        f"{estimate_text(part.other)} on B. "
    )


def _ratio_table(report: CompareReport, *, brief: bool) -> Table:
    columns = (
        Column(title="", numeric=False),
        Column(title="A"),
        Column(title="B"),
        Column(title="B / A", unit="95 %"),
        Column(title="P(more)"),
    )
    several = len(report.models) > 1
    groups = [("all models", tuple(map(_ratio_row, report.means)))] if several else []
    groups += [
        (
            shorten(model.model, NAME_LIMIT) if several else "",
            tuple(_ratio_row(each) for each in model.ratios if not brief or _worth(each, several=several)),
        )
        for model in report.models
    ]
    return Table(title="Ratios", columns=columns, groups=tuple(groups))


def _worth(ratio: Ratio, *, several: bool) -> bool:
    """Whether a terminal shows it: of several models the means, and throughput, 1 / time, once."""
    return ratio.key in METRICS or not (several or ratio.key.startswith("throughput"))


def _ratio_row(ratio: Ratio) -> tuple[str, ...]:
    chance = ratio.probability_above
    return (
        ratio.label,
        "" if ratio.baseline is None else _brief(ratio.baseline),
        "" if ratio.other is None else _brief(ratio.other),
        ratio_text(ratio.estimate),
        "-" if chance is None else probability(chance),
    )


def _brief(estimate: Estimate) -> str:
    return estimate_text(estimate).split(" [", maxsplit=1)[0]


def _part_table(report: CompareReport) -> Table:
    columns = (
        Column(title="Of the largest request", numeric=False),
        Column(title="A"),
        Column(title="B"),
        Column(title="B - A", unit="95 %"),
    )
    groups = tuple(
        (
            shorten(model.model, NAME_LIMIT) if len(report.models) > 1 else "",
            tuple(
                (part.label, _brief(part.baseline), _brief(part.other), _difference(part.difference))
                for part in model.runtime.parts
            ),
        )
        for model in report.models
        if model.runtime is not None and model.runtime.parts
    )
    return Table(title="Where the difference comes from", columns=columns, groups=groups)


def _overhead_table(report: CompareReport) -> Table:
    columns = (
        Column(title="If work grows with", numeric=False),
        Column(title="A", unit="a step"),
        Column(title="B", unit="a step"),
        Column(title="B - A", unit="95 %"),
        Column(title="Model's work", unit="ratio, 95 %"),
    )
    rows = tuple(_overhead_row(each) for each in report.overheads)
    return Table(
        title="The stack's own time in a step", columns=columns, groups=((("", rows),) if rows else ())
    )


def _overhead_row(each: StepOverhead) -> tuple[str, ...]:
    return (
        f"{each.measure}, {each.models} models",
        estimate_text(each.baseline),
        estimate_text(each.other),
        _difference(each.difference),
        ratio_text(each.work),
    )


def _difference(each: Estimate) -> str:
    """Write a difference of times in the unit that suits its interval, for it may be about 0."""
    largest = max(abs(part) for part in (each.value, each.low, each.high) if part is not None)
    factor, unit = time_unit(largest)
    value, low, high = (None if part is None else part * factor for part in (each.value, each.low, each.high))
    digits = decimals(largest * factor, low, high)
    return f"{grouped(value or 0.0, digits)} {unit} {bracket(low, high, digits)}".strip()


def _difference_table(report: CompareReport) -> Table:
    columns = (
        Column(title="", numeric=False),
        Column(title="A", numeric=False),
        Column(title="B", numeric=False),
    )
    groups = tuple(
        (
            shorten(model.model, NAME_LIMIT) if len(report.models) > 1 else "",
            tuple(
                (
                    each.label,
                    shorten(each.baseline or "not told", FACT_LIMIT),
                    shorten(each.other or "not told", FACT_LIMIT),
                )
                for each in model.differences
            ),
        )
        for model in report.models
        if model.differences
    )
    return Table(title="What differs", columns=columns, groups=groups)
