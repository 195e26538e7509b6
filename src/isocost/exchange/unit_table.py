"""Tables of production units as columns: a million rows, with groups, dates, clusters and intervals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.exchange.table import named_unit, read_table
from isocost.exchange.units import NORMAL_95, UNIT_NAMES, check_columns, refuse_twice
from isocost.frontier import Axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isocost.core.estimate import Kind
    from isocost.exchange.table import Table

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["UnitColumns", "UnitTable", "is_ratio", "read_unit_table"]

_RATIO_NAMES = ("quality", "accuracy", "score", "share", "exact_match")
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitColumns:
    """Which columns of a file are what.

    Parameters
    ----------
    inputs, outputs, bads : tuple of str
        Less is better of inputs and bad outputs, more of outputs.
    ratios : tuple of str
        Of these, ratios with an upper end; `is_ratio` finds more.
    name, group, cluster, date : str or None
        Column with each unit's name; with the group it belongs to (vendor, engine); with the deployment whose
        levels are not independent; with the date it was measured at.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    bads: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    name: str | None = None
    group: str | None = None
    cluster: str | None = None
    date: str | None = None

    @property
    def quantities(self) -> tuple[str, ...]:
        """Inputs, outputs, bad outputs."""
        return (*self.inputs, *self.outputs, *self.bads)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitTable:
    """Production units by column.

    Parameters
    ----------
    source : str
        Where they come from.
    inputs, outputs, bads : tuple of Axis
    names : tuple of str, length n
    values : float array, shape (n, axes)
        Columns in the order inputs, outputs, bad outputs; finite.
    lows, highs : float array, shape (n, axes)
        95 % intervals; NaN where none is known.
    groups, clusters, dates : tuple of str, length n, or None
    kind : Kind
    cautions : tuple of Caution
    """

    source: str
    inputs: tuple[Axis, ...]
    outputs: tuple[Axis, ...]
    bads: tuple[Axis, ...]
    names: tuple[str, ...]
    values: FloatArray
    lows: FloatArray
    highs: FloatArray
    groups: tuple[str, ...] | None = None
    clusters: tuple[str, ...] | None = None
    dates: tuple[str, ...] | None = None
    kind: Kind = "published"
    cautions: tuple[Caution, ...] = ()

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Inputs, outputs, bad outputs."""
        return self.inputs + self.outputs + self.bads

    @property
    def has_intervals(self) -> bool:
        """Whether any value has one."""
        return bool(np.isfinite(self.lows).any())

    def estimates(self, row: int) -> tuple[Estimate, ...]:
        """Return the values of a unit, one an axis."""
        return tuple(
            Estimate(
                value=value,
                low=low if np.isfinite(low) else None,
                high=high if np.isfinite(low) else None,
                unit=axis.unit,
                kind=self.kind,
                method="as the source says",
                source=self.source,
            )
            for axis, value, low, high in zip(
                self.axes,
                self.values[row].tolist(),
                self.lows[row].tolist(),
                self.highs[row].tolist(),
                strict=True,
            )
        )

    def only(self, rows: IntArray) -> UnitTable:
        """Return some of the units, in this order."""
        places = rows.tolist()
        groups, clusters, dates = (
            None if column is None else tuple(column[row] for row in places)
            for column in (self.groups, self.clusters, self.dates)
        )
        return replace(
            self,
            names=tuple(self.names[row] for row in places),
            values=self.values[rows],
            lows=self.lows[rows],
            highs=self.highs[rows],
            groups=groups,
            clusters=clusters,
            dates=dates,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    values: FloatArray
    lows: FloatArray
    highs: FloatArray
    kept: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))


def read_unit_table(
    path: Path,
    columns: UnitColumns,
    *,
    renames: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> UnitTable:
    """Read production units by column.

    Parameters
    ----------
    path : Path
        A CSV file with a header, one unit a row. Beside a column ``x``, ``x_low`` and ``x_high`` (95 %) or
        the standard error ``x_se`` give its interval.
    columns : UnitColumns
        Without a name, the column ``unit``, ``name``, ``dmu``, ``firm``, ``model`` or ``deployment``.
    renames : mapping of str to str, optional
        The file's names of columns to ours.
    where : mapping of str to str, optional
        Only rows with these texts.

    Returns
    -------
    UnitTable
        Without units that lack a value, which a caution names.

    Raises
    ------
    InputError
        If the file is no table, lacks a column, holds something else than numbers, or a name comes twice
        (at one date).
    """
    check_columns(columns.quantities)
    unknown = next((name for name in columns.ratios if name not in columns.quantities), None)
    if unknown is not None:
        raise InputError(f"--ratio {unknown} is none of the inputs and outputs ({_and(columns.quantities)})")
    table = read_table(path, renames=renames, where=where)
    for column in columns.quantities:
        table.column((column,), "an input or output")
    label = table.column((columns.name,) if columns.name else UNIT_NAMES, "the name of each unit")
    words = {"group": columns.group, "cluster": columns.cluster, "date": columns.date}
    told = {role: _told(table, role, column) for role, column in words.items()}
    refuse_twice(table, label, *([columns.date] if columns.date is not None else []))
    numbers = _numbers(table, columns.quantities)
    names = [row.cells[label] for row in table.rows]
    if numbers.kept.size == 0:
        raise InputError(f"{path}: none of the {len(names)} units has all of {_and(columns.quantities)}")
    place = dict(zip(columns.quantities, numbers.values.T, strict=True))
    whole = UnitTable(
        source=table.source,
        inputs=tuple(_axis(name, "lower", columns, place[name]) for name in columns.inputs),
        outputs=tuple(_axis(name, "higher", columns, place[name]) for name in columns.outputs),
        bads=tuple(_axis(name, "lower", columns, place[name]) for name in columns.bads),
        names=tuple(names),
        values=numbers.values,
        lows=numbers.lows,
        highs=numbers.highs,
        groups=told["group"],
        clusters=told["cluster"],
        dates=told["date"],
    )
    if len(numbers.kept) == len(names):
        return whole
    missing = np.setdiff1d(np.arange(len(names)), numbers.kept).tolist()
    return replace(whole.only(numbers.kept), cautions=(_left_out([names[row] for row in missing]),))


def is_ratio(name: str, values: FloatArray) -> bool:
    """Tell from its name and values whether a column is a ratio with an upper end: a share, or percent.

    Examples
    --------
    >>> is_ratio("accuracy", np.array([0.5, 0.9])), is_ratio("accuracy", np.array([12.0, 40.0]))
    (True, True)
    >>> is_ratio("score", np.array([1012.0, 1240.0])), is_ratio("speed", np.array([0.5, 0.9]))
    (False, False)
    """
    word = name.lower()
    if not word.endswith("percent") and not any(
        word == each or word.endswith(f"_{each}") for each in _RATIO_NAMES
    ):
        return False
    known = values[np.isfinite(values)]
    return bool(((known >= 0) & (known <= 100)).all())


def _told(table: Table, role: str, column: str | None) -> tuple[str, ...] | None:
    if column is None:
        return None
    found = table.column((column,), f"the {role}")
    empty = next((row for row in table.rows if not row.cells[found]), None)
    if empty is not None:
        raise InputError(
            f"{table.source}, line {empty.line}: {found} is empty; give each row one, or leave --{role} out"
        )
    return tuple(row.cells[found] for row in table.rows)


def _numbers(table: Table, names: Sequence[str]) -> _Numbers:
    values = np.column_stack([_column(table, name) for name in names])
    lows, highs = np.full_like(values, np.nan), np.full_like(values, np.nan)
    for place, name in enumerate(names):
        _interval(table, name, values[:, place], lows[:, place], highs[:, place])
    return _Numbers(
        values=values, lows=lows, highs=highs, kept=np.flatnonzero(np.isfinite(values).all(axis=1))
    )


def _column(table: Table, name: str) -> FloatArray:
    """Read a column of numbers, NaN where a cell is empty; a cell that is no number is refused."""
    texts = [row.cells[name] for row in table.rows]
    try:
        found = np.array([float(text) if text else np.nan for text in texts])
    except ValueError:
        found = np.full(len(texts), np.inf)
    for row in np.flatnonzero(~np.isfinite(found)).tolist():
        if texts[row]:
            table.number(table.rows[row], name)
    return found


def _interval(table: Table, name: str, values: FloatArray, lows: FloatArray, highs: FloatArray) -> None:
    """Read ``x_low`` and ``x_high``, or the standard error ``x_se``, into `lows` and `highs`."""
    low, high, error = (
        _column(table, f"{name}_{end}") if f"{name}_{end}" in table.columns else None
        for end in ("low", "high", "se")
    )
    if error is not None:
        below = np.flatnonzero(error < 0)
        if below.size:
            line = table.rows[below[0]].line
            raise InputError(
                f"{table.source}, line {line}: {name}_se must be at least 0, got {error[below[0]]:g}"
            )
        lows[:], highs[:] = values - NORMAL_95 * error, values + NORMAL_95 * error
    if low is None and high is None:
        return
    nothing = np.full_like(values, np.nan)
    low, high = nothing if low is None else low, nothing if high is None else high
    wrong = np.flatnonzero((np.isnan(low) != np.isnan(high)) | (low > high))
    if wrong.size:
        raise InputError(
            f"{table.source}, line {table.rows[wrong[0]].line}: the interval of {name} needs {name}_low and "
            f"{name}_high, the first at most the second; leave both empty where it is unknown"
        )
    given = np.isfinite(low)
    lows[given], highs[given] = low[given], high[given]


def _axis(name: str, better: Literal["lower", "higher"], columns: UnitColumns, values: FloatArray) -> Axis:
    bounded = name in columns.ratios or is_ratio(name, values)
    return Axis(name=name, unit=named_unit(name), better=better, bounded=bounded)


def _left_out(names: Sequence[str]) -> Caution:
    rows = "one row was" if len(names) == 1 else f"{len(names):,} rows were"
    few = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return Caution("rows-left-out", f"{rows} left out: a value is missing ({few})")


def _and(names: Sequence[str]) -> str:
    return ", ".join(names)
