"""Tables of production units: models in scenarios, or whatever is to be compared by named columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.exchange.table import named_unit, read_table
from isocost.frontier import Axis, CapabilityTable, CapabilityUnit, ProductionUnit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isocost.exchange.table import Row, Table

__all__ = [
    "NORMAL_95",
    "UNIT_NAMES",
    "CapabilityFile",
    "UnitFile",
    "check_columns",
    "read_capability",
    "read_units",
    "refuse_twice",
]

CAPABILITY_NAMES = ("capability", "accuracy", "exact_match", "score", "quality")
METRIC_NAMES = (
    "raw_runtime_s",
    "runtime_s",
    "denoised_runtime_s",
    "idealized_runtime_s",
    "idealized_cost_cents",
    "idealized_cost_usd",
    "idealized_energy_j",
    "flops",
)
NORMAL_95 = 1.959963984540054
UNIT_NAMES = ("unit", "name", "dmu", "firm", "model", "deployment")


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityFile:
    """What a table of capability holds, and what had to be left out.

    Parameters
    ----------
    table : CapabilityTable
    cautions : tuple of Caution
    """

    table: CapabilityTable
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFile:
    """Production units of a file, and what had to be left out.

    Parameters
    ----------
    axes : tuple of Axis
        Inputs, then outputs.
    units : tuple of ProductionUnit
    cautions : tuple of Caution
    """

    axes: tuple[Axis, ...]
    units: tuple[ProductionUnit, ...]
    cautions: tuple[Caution, ...]


def read_capability(
    path: Path,
    *,
    metrics: Sequence[str] = (),
    renames: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> CapabilityFile:
    """Read who reaches what in which scenario, and what that takes.

    Columns: ``scenario``, ``model``, ``capability`` (or ``accuracy``, ``exact_match``, ``score``,
    ``quality``), and metrics where less is better, above 0 or empty: ``raw_runtime_s`` (or ``runtime_s``),
    ``denoised_runtime_s``, ``idealized_runtime_s``, ``idealized_cost_cents``, ``idealized_cost_usd``,
    ``idealized_energy_j``, ``flops``, or those named.

    Parameters
    ----------
    path : Path
        A CSV file with a header.
    metrics : sequence of str, optional
        Columns to take; by default the known ones that the file has.
    renames : mapping of str to str, optional
        The file's names of columns to ours.
    where : mapping of str to str, optional
        Only rows with these texts.

    Returns
    -------
    CapabilityFile

    Raises
    ------
    InputError
        If the file is no table, lacks a column, holds something else than numbers, or a model comes twice in
        a scenario.
    """
    table = read_table(path, renames=renames, where=where)
    scenario, model = (table.column((name,), f"the {name}") for name in ("scenario", "model"))
    score = table.column(CAPABILITY_NAMES, "the capability")
    names = _metrics(table, metrics, (scenario, model, score))
    refuse_twice(table, scenario, model)
    units = [
        CapabilityUnit(
            scenario=_text(table, row, scenario),
            model=_text(table, row, model),
            capability=capability,
            metrics=tuple(_estimate(table, row, name, above_zero=True) for name in names),
        )
        for row in table.rows
        if (capability := _estimate(table, row, score)) is not None
    ]
    if not units:
        raise InputError(f"{path}: {score} is empty in all {len(table.rows)} rows; nothing can be compared")
    return CapabilityFile(
        table=CapabilityTable(
            capability=_axis(score, "higher"),
            metrics=tuple(_axis(name, "lower") for name in names),
            units=tuple(units),
        ),
        cautions=_left_out(len(table.rows) - len(units), f"no {score}"),
    )


def read_units(
    path: Path,
    *,
    inputs: Sequence[str],
    outputs: Sequence[str],
    name: str | None = None,
    renames: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> UnitFile:
    """Read production units: what each takes and what it yields.

    Parameters
    ----------
    path : Path
        A CSV file with a header.
    inputs, outputs : sequence of str
        Columns where less is better, and where more is; at least one in all. No column twice. Beside a
        column ``x``, ``x_low`` and ``x_high`` (95 %) or the standard error ``x_se`` give its interval.
    name : str, optional
        Column with each unit's name; by default ``unit``, ``name``, ``dmu``, ``firm``, ``model`` or
        ``deployment``.
    renames : mapping of str to str, optional
        The file's names of columns to ours.
    where : mapping of str to str, optional
        Only rows with these texts.

    Returns
    -------
    UnitFile
        Without units that lack a value.

    Raises
    ------
    InputError
        If the file is no table, lacks a column, holds something else than numbers, or a name comes twice.
    """
    columns = [*inputs, *outputs]
    check_columns(columns)
    table = read_table(path, renames=renames, where=where)
    for column in columns:
        table.column((column,), "an input or output")
    label = table.column((name,) if name else UNIT_NAMES, "the name of each unit")
    refuse_twice(table, label)
    units = [unit for row in table.rows if (unit := _unit(table, row, label, columns)) is not None]
    if not units:
        raise InputError(f"{path}: none of the {len(table.rows)} units has all of {', '.join(columns)}")
    axes = [_axis(one, "lower") for one in inputs] + [_axis(one, "higher") for one in outputs]
    missing = len(table.rows) - len(units)
    return UnitFile(axes=tuple(axes), units=tuple(units), cautions=_left_out(missing, "a value is missing"))


def check_columns(columns: Sequence[str]) -> None:
    """Refuse a frontier by no column, or by one column twice."""
    if not columns:
        raise InputError("a frontier needs columns to compare by: give --inputs a,b and --outputs c")
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise InputError(f"the column {twice!r} is named twice among inputs and outputs; name it once")


def _metrics(table: Table, asked: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    if asked:
        for name in asked:
            table.column((name,), "a metric")
        check_columns([*asked, *others])
        return tuple(asked)
    known = tuple(name for name in METRIC_NAMES if name in table.columns)
    if not known:
        raise InputError(
            f"{table.source} has no column of a known metric ({', '.join(METRIC_NAMES)}); "
            "name yours with --metrics a,b"
        )
    return known


def refuse_twice(table: Table, *columns: str) -> None:
    """Refuse two rows of one name, and say by which column they might be told apart."""
    seen: dict[tuple[str, ...], Row] = {}
    for row in table.rows:
        key = tuple(_text(table, row, column) for column in columns)
        first = seen.setdefault(key, row)
        if first is not row:
            raise InputError(
                f"{table.source} has {', '.join(repr(part) for part in key)} twice, in lines {first.line} "
                f"and {row.line}; {_how_to_tell_apart(table, first, row)}"
            )


def _how_to_tell_apart(table: Table, first: Row, second: Row) -> str:
    for name in table.columns:
        texts = first.cells[name], second.cells[name]
        if texts[0] != texts[1] and all(_is_word(text) for text in texts):
            return f"choose one with --where {name}={texts[0]} or --where {name}={texts[1]}"
    return "give each a name of its own"


def _is_word(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return bool(text)
    return False


def _text(table: Table, row: Row, column: str) -> str:
    text = row.cells[column]
    if not text:
        raise InputError(f"{table.source}, line {row.line}: {column} is empty; give each row a {column}")
    return text


def _estimate(table: Table, row: Row, column: str, *, above_zero: bool = False) -> Estimate | None:
    value = table.number(row, column, above_zero=above_zero)
    if value is None:
        return None
    low, high, method = _interval(table, row, column, value)
    try:
        return Estimate(
            value=value,
            low=low,
            high=high,
            unit=named_unit(column),
            kind="published",
            method=method,
            source=f"{table.source}, line {row.line}",
        )
    except InputError as error:
        raise InputError(f"{table.source}, line {row.line}: {column}: {error}") from None


def _interval(table: Table, row: Row, column: str, value: float) -> tuple[float | None, float | None, str]:
    """Read the interval of a value: ``x_low`` and ``x_high`` (95 %), or its standard error ``x_se``."""
    cells = [
        table.number(row, name) if name in table.columns else None
        for name in (f"{column}_low", f"{column}_high", f"{column}_se")
    ]
    low, high, error = cells
    if low is not None or high is not None:
        return low, high, "as the file says, with its interval"
    if error is None:
        return None, None, "as the file says"
    if error < 0:
        raise InputError(f"{table.source}, line {row.line}: {column}_se must be at least 0, got {error:g}")
    half = NORMAL_95 * error
    return value - half, value + half, "as the file says, with 1.96 standard errors"


def _unit(table: Table, row: Row, label: str, columns: Sequence[str]) -> ProductionUnit | None:
    values = [_estimate(table, row, column) for column in columns]
    known = tuple(value for value in values if value is not None)
    if len(known) < len(values):
        return None
    return ProductionUnit(name=row.cells[label], group=row.cells[label], values=known)


def _axis(column: str, better: Literal["lower", "higher"]) -> Axis:
    return Axis(name=column, unit=named_unit(column), better=better)


def _left_out(count: int, why: str) -> tuple[Caution, ...]:
    if not count:
        return ()
    rows = "one row was" if count == 1 else f"{count} rows were"
    return (Caution("rows-left-out", f"{rows} left out: {why}"),)
