"""Contention, variation and drift of a table of runtimes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution
from isocost.exchange import read_series, read_times
from isocost.runtime import contention, drift
from isocost.studies.naming import names_apart
from isocost.studies.trends import TrendReport, slow_first, typical_of_all, variation_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from isocost.exchange import TimesFormat
    from isocost.runtime import Contention, Drift, RuntimeSeries
    from isocost.studies.trends import TrendQuestion, Variation

__all__ = ["table_trends"]


def table_trends(path: Path, question: TrendQuestion, form: TimesFormat | None = None) -> TrendReport:
    """Tell contention, variation and drift of a table of runtimes.

    Parameters
    ----------
    path : Path
        A CSV file as `isocost.exchange.read_series` takes it.
    question : TrendQuestion
    form : TimesFormat, optional
        How to read its columns.

    Raises
    ------
    InputError
        If the table cannot be read or a column does not hold what it is asked for.
    EstimationError
        If there is nothing to compare.
    """
    cautions: list[Caution] = []
    contentions = _contentions(path, question.contention, form, cautions)
    variations = _variations(path, form, question.half_width_share) if question.variation else ()
    return TrendReport(
        source=str(path),
        question=question,
        contentions=contentions,
        variations=variations,
        all_cells=typical_of_all(variations),
        drifts=_drifts(path, question.drift, form, cautions),
        cautions=tuple(dict.fromkeys(cautions)),
    )


def _contentions(
    path: Path, column: str | None, form: TimesFormat | None, cautions: list[Caution]
) -> tuple[Contention, ...]:
    if column is None:
        return ()
    series = read_series(path, column, form)
    names = names_apart([(each.model, each.conditions) for each in series])
    found = tuple(
        contention(
            [_count(path, column, mark) for mark in times],
            list(times.values()),
            name=name,
            request=_request(size),
        )
        for each, name in zip(series, names, strict=True)
        for size, times in each.levels().items()
        if len(times) > 1
    )
    if not found:
        raise EstimationError(f"{path}: no size of request was timed at two values of {column}")
    cautions += [*_minima(series), *slow_first(found)]
    return found


def _count(path: Path, column: str, text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise InputError(f"{path}: {column} must be a whole number of requests, at least 1, got {text!r}")
    return count


def _request(size: tuple[int | None, int | None]) -> str:
    words = [f"{count} {way}" for count, way in zip(size, ("in", "out"), strict=True) if count is not None]
    if not words:
        return "all requests"
    if len(words) > 1:
        return ", ".join(words)
    return words[0].replace(" ", " token " if words[0].startswith("1 ") else " tokens ")


def _minima(series: Sequence[RuntimeSeries]) -> Iterator[Caution]:
    if any(each.rows_are == "minimum" for each in series):
        yield Caution(
            "minima-hide-waiting",
            "runtimes are minima over requests: waiting that not every request met does not show",
        )


def _variations(path: Path, form: TimesFormat | None, share: float) -> tuple[Variation, ...]:
    tables = read_times(path, form)
    names = names_apart([(table.model, table.conditions) for table in tables])
    means = next((table for table in tables if table.rows_are != "single"), None)
    if means is not None:
        what = "means" if means.rows_are == "mean" else "minima"
        raise InputError(
            f"{path}: {means.model} has {what} of several requests, which vary less than requests; choose "
            "single requests: --where COLUMN=VALUE"
        )
    found = tuple(
        variation
        for table, name in zip(tables, names, strict=True)
        if (variation := variation_of(name, table.samples(), share)) is not None
    )
    if not found:
        raise EstimationError(f"{path}: no size was timed twice, so nothing can be said of variation")
    return found


def _drifts(
    path: Path, column: str | None, form: TimesFormat | None, cautions: list[Caution]
) -> tuple[Drift, ...]:
    if column is None:
        return ()
    needed = ("model", "prompt_tokens", "output_tokens", "runtime_s")
    series = read_series(path, column, form, needed=needed)
    dated = [each for each in series if len(each.marks) > 1]
    if not dated:
        raise EstimationError(
            f"{path}: each model has one {column} only under its conditions, so drift cannot be told; "
            "columns that change with the date are no conditions: --ignore COLUMN"
        )
    cautions += _minima(dated)
    names = names_apart([(each.model, each.conditions) for each in dated])
    return tuple(_drift(name, each.levels()) for each, name in zip(dated, names, strict=True))


def _drift(name: str, levels: Mapping[tuple[int | None, int | None], Mapping[str, float]]) -> Drift:
    rows = [
        (mark, p or 0, o or 0, seconds) for (p, o), times in levels.items() for mark, seconds in times.items()
    ]
    dates, inputs, outputs, runtimes = zip(*rows, strict=True)
    return drift(dates, inputs, outputs, runtimes, name=name)
