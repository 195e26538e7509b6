"""Tables of contention, variation and drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.format import bracket, decimals, grouped, seconds
from isocost.reporting.markup import shorten
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.runtime import CellVariation, Contention, Drift, ProfileDrift
    from isocost.studies.trends import TrendReport, Variation

__all__ = ["times_text_of", "trend_tables"]

NAME_LIMIT = 60


def trend_tables(report: TrendReport) -> tuple[Table, ...]:
    """Return a table for each thing that was asked about."""
    share = report.question.half_width_share
    tables = (
        _contention_table(report.contentions),
        _variation_table(report.variations, share),
        _drift_table(report.drifts),
        _profile_table(report.profile_drifts),
    )
    return tuple(table for table in tables if table is not None)


def times_text_of(ratio: Estimate | None) -> str:
    """Write a ratio with its interval, without a unit; a dash for ``None``.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> times_text_of(Estimate(value=1.19, low=1.08, high=1.32, unit="", kind="measured", method="t"))
    '1.19 [1.08, 1.32]'
    """
    if ratio is None:
        return "-"
    digits = max(2, min(decimals(ratio.value, ratio.low, ratio.high), 3))
    return f"{grouped(ratio.value, digits)} {bracket(ratio.low, ratio.high, digits)}".strip()


def _contention_table(seen: Sequence[Contention]) -> Table | None:
    if not seen:
        return None
    counts = sorted({count for each in seen for count, _, _ in each.levels})
    columns = (
        Column(title="Request", numeric=False),
        Column(title="Alone", unit="least level"),
        *(Column(title=f"{count}", unit="at once") for count in counts),
        Column(title="Each doubling", unit="times, 95 %"),
    )
    groups = tuple(
        (
            shorten(name, NAME_LIMIT),
            tuple(_contention_row(each, counts) for each in seen if each.name == name),
        )
        for name in dict.fromkeys(each.name for each in seen)
    )
    title = "Runtime against parallel requests, as a multiple of the least level"
    return Table(title=title, columns=columns, groups=groups)


def _contention_row(each: Contention, counts: Sequence[int]) -> tuple[str, ...]:
    ratios = {count: grouped(ratio, 2) for count, _, ratio in each.levels}
    return (
        shorten(each.request, NAME_LIMIT),
        seconds(each.levels[0][1]),
        *(ratios.get(count, "-") for count in counts),
        times_text_of(each.per_doubling),
    )


def _variation_table(seen: Sequence[Variation], share: float) -> Table | None:
    if not seen:
        return None
    columns = (
        Column(title="Input", unit="tokens"),
        Column(title="Output", unit="tokens"),
        Column(title="Requests"),
        Column(title="Mean runtime"),
        Column(title="Variation", unit="deviation / mean"),
        Column(title="Needed", unit=f"for mean +-{100 * share:g} %"),
    )
    groups = tuple(
        (
            shorten(each.name, NAME_LIMIT),
            tuple(_cell_row(*pair) for pair in zip(each.cells, each.needed, strict=True)),
        )
        for each in seen
    )
    return Table(title="How much equal requests differ", columns=columns, groups=groups)


def _cell_row(cell: CellVariation, needed: int) -> tuple[str, ...]:
    return (
        f"{cell.input_tokens:,}",
        f"{cell.output_tokens:,}",
        f"{cell.n:,}",
        seconds(cell.mean_s),
        grouped(cell.coefficient, 3),
        f"{needed:,}",
    )


def _drift_table(seen: Sequence[Drift]) -> Table | None:
    if not seen:
        return None
    columns = (
        Column(title="Date", numeric=False),
        Column(title="Sizes", unit="in common"),
        Column(title="Runtime", unit="times the first, 95 %"),
    )
    groups = tuple(
        (
            shorten(each.name, NAME_LIMIT),
            (
                (each.first, "", "1"),
                *((step.date, str(step.cells), times_text_of(step.ratio)) for step in each.steps),
            ),
        )
        for each in seen
    )
    return Table(title="How runtimes change from date to date", columns=columns, groups=groups)


def _profile_table(seen: Sequence[ProfileDrift]) -> Table | None:
    if not seen:
        return None
    columns = (
        Column(title="Repeat", numeric=False),
        Column(title="Runtime", unit="times the mean of all, 95 %"),
    )
    groups = tuple(
        (
            shorten(each.name, NAME_LIMIT),
            tuple((str(number), times_text_of(block)) for number, block in enumerate(each.blocks, 1)),
        )
        for each in seen
    )
    return Table(title="How runtimes change in the course of a profile", columns=columns, groups=groups)
