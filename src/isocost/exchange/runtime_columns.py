"""What all tables of runtimes share: names of columns, conditions, what a row stands for, the unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.exchange.columns import has, read_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from isocost.exchange.columns import Columns, Labels
    from isocost.runtime.table import RowsAre

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = [
    "REPEATS",
    "TimesFormat",
    "combined",
    "conditions_of",
    "exact_rows",
    "groups_of",
    "kind_of",
    "read_runtime_columns",
    "require_seconds",
    "scales_of",
]

REPEATS = ("trial", "instance")
"""Columns that mark repeats, or say that rows are means or minima."""

_WHOLE = ("prompt_tokens", "output_tokens", "output_tokens_measured")
_NUMBERS = (*_WHOLE, "runtime_s", "runtime_scale")
_MEASUREMENTS = ("_s", "_measured")
_SLOWEST_S_PER_TOKEN = 1.0
_SLOWEST_FIRST_S = 60.0
_AGGREGATES: dict[str, RowsAre] = {
    "mean": "mean",
    "average": "mean",
    "avg": "mean",
    "min": "minimum",
    "minimum": "minimum",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesFormat:
    """How to read the columns of a table.

    Parameters
    ----------
    names : mapping of str to str, optional
        Their name of a column to ours. A name such as ``min_runtime_s`` for the runtimes says that rows are
        minima.
    where : mapping of str to str, optional
        Columns, and the value that a row must have there to count.
    ignore : collection of str
        Columns that are neither conditions nor anything else.
    unit : {"s", "ms"} or None
        Unit of the runtimes; ``None``: seconds, unless they look like milliseconds, which is an error.
    """

    names: Mapping[str, str] | None = None
    where: Mapping[str, str] | None = None
    ignore: Collection[str] = ()
    unit: Literal["s", "ms"] | None = None

    @property
    def seconds(self) -> float:
        """Seconds in the unit of the runtimes."""
        return 1e-3 if self.unit == "ms" else 1.0

    @property
    def rows_are(self) -> RowsAre | None:
        """What the file's own name of the runtimes says of its rows, if anything."""
        theirs = [name for name, ours in (self.names or {}).items() if ours == "runtime_s"]
        words = re.split(r"[^a-z]+", " ".join(theirs).lower())
        return next((_AGGREGATES[word] for word in words if word in _AGGREGATES), None)


def read_runtime_columns(
    path: Path, form: TimesFormat, *, needed: Sequence[str], along: str | None = None
) -> Columns:
    """Read the columns of a table of runtimes.

    Parameters
    ----------
    path : Path
    form : TimesFormat
    needed : sequence of str
        Columns that it must have.
    along : str, optional
        A column to read as text whatever its name ends in.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or holds what is no runtime.
    """
    columns = read_columns(
        path,
        lambda header: _renamed(path, header, form, needed),
        numbers=_NUMBERS,
        whole=_WHOLE,
        leave_out=lambda name: name != along and (name in form.ignore or name.endswith(_MEASUREMENTS)),
        where=form.where or {},
    )
    if not all(name.strip() for name in columns.labels["model"].values):
        raise InputError(f"{path}: model is empty in some rows; give each row its model")
    return columns


def _renamed(path: Path, header: list[str], form: TimesFormat, needed: Sequence[str]) -> list[str]:
    """Return our names of the columns."""
    if not header:
        raise InputError(f"{path} is empty; give a header, {','.join(needed)}, and a line for each runtime")
    names = form.names or {}
    for theirs in names:
        if theirs not in header:
            raise InputError(
                f"--map {theirs}={names[theirs]}: {path} has no column {theirs!r}; {has(header)}"
            )
        if theirs.endswith("_ms") and names[theirs] == "runtime_s" and form.unit is None:
            raise InputError(f"--map {theirs}=runtime_s: is it in milliseconds? say --unit ms or --unit s")
    named = [names.get(name, name) for name in header]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path} has two columns {twice!r}; rename one: --map {twice}=OTHER")
    missing = [name for name in needed if name not in named]
    if missing:
        raise InputError(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; {has(header)}; "
            f"name what stands for it: --map THEIRS={missing[0]}"
        )
    absent = next((name for name in form.ignore if name not in named), None)
    if absent is not None:
        raise InputError(f"--ignore {absent}: {path} has no such column; {has(named)}")
    return named


def groups_of(path: Path, columns: Columns, names: Sequence[str]) -> list[IntArray]:
    """Return the rows of each model under each set of conditions, by first appearance.

    Parameters
    ----------
    path : Path
        For the message.
    columns : Columns
    names : sequence of str
        The columns that are conditions.

    Raises
    ------
    InputError
        If there are so many that a column must be something else.
    """
    labels, rows = columns.labels, len(columns.numbers["runtime_s"])
    varying = [name for name in names if len(labels[name].values) > 1]
    code = combined([labels["model"], *(labels[name] for name in varying)])
    count = int(code.max()) + 1
    if rows >= 8 and count > max(rows // 3, len(labels["model"].values)):
        most = max(varying, key=lambda name: len(labels[name].values))
        raise InputError(
            f"{path}: column {most!r} has {len(labels[most].values)} values in {rows} rows, too many for a "
            f"condition; leave it out, --ignore {most}, or if it numbers repeats, --map {most}=trial"
        )
    order = np.argsort(code, kind="stable")
    return np.split(order, np.searchsorted(code[order], np.arange(1, count)))


def conditions_of(columns: Columns, *others: str) -> list[str]:
    """Return the columns that are conditions: neither model nor repeats, nor among `others`."""
    return [name for name in columns.labels if name not in ("model", *REPEATS, *others)]


def combined(labels: Sequence[Labels]) -> IntArray:
    """Return each row's number among the combinations of labels, by first appearance."""
    code = labels[0].codes
    for each in labels[1:]:
        _, first, inverse = np.unique(
            code * len(each.values) + each.codes, return_index=True, return_inverse=True
        )
        rank = np.empty(len(first), dtype=np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        code = rank[inverse.reshape(-1)]
    return code


def kind_of(path: Path, columns: Columns, rows: IntArray, name: str) -> RowsAre:
    """Tell whether rows are requests, means or minima, as trial and instance say.

    Parameters
    ----------
    path : Path
        For the message.
    columns : Columns
    rows : int array
        Which rows.
    name : str
        Of what they are, for the message.

    Raises
    ------
    InputError
        If they are a mixture.
    """
    kinds = [_kind(path, name, column, _marks(columns, column, rows)) for column in _repeats(columns)]
    return next((kind for kind in kinds if kind != "single"), "single")


def _repeats(columns: Columns) -> list[str]:
    return [name for name in REPEATS if name in columns.labels]


def _marks(columns: Columns, name: str, rows: IntArray) -> list[str]:
    labels = columns.labels[name]
    return [labels.values[mark] for mark in np.unique(labels.codes[rows]).tolist()]


def _kind(path: Path, model: str, name: str, marks: list[str]) -> RowsAre:
    found: dict[RowsAre | Literal["unmarked"], str]
    found = {_AGGREGATES.get(mark.lower(), "single" if mark else "unmarked"): mark for mark in marks}
    if len(found) > 1:
        raise InputError(
            f"{path}: {model} mixes single requests, means or minima ({name} is "
            f"{' and '.join(repr(mark) for mark in sorted(found.values()))}); fit them apart: "
            "--where COLUMN=VALUE"
        )
    kind = next(iter(found))
    return "single" if kind == "unmarked" else kind


def scales_of(path: Path, columns: Columns) -> dict[str, float]:
    """Return the runtime scale of each model.

    Raises
    ------
    InputError
        If it differs within one.
    """
    models = columns.labels["model"]
    if "runtime_scale" not in columns.numbers:
        return dict.fromkeys(models.values, 1.0)
    scale = columns.numbers["runtime_scale"]
    least, most = np.full(len(models.values), np.inf), np.zeros(len(models.values))
    np.minimum.at(least, models.codes, scale)
    np.maximum.at(most, models.codes, scale)
    for model, low, high in zip(models.values, least, most, strict=True):
        if low != high:
            raise InputError(
                f"{path}: runtime_scale of {model} is {low:g} in some rows and {high:g} in others; a model "
                "needs one"
            )
    return dict(zip(models.values, least.tolist(), strict=True))


def exact_rows(path: Path, model: str, columns: Columns, rows: IntArray) -> IntArray:
    """Return the rows whose answer had the length that was asked for.

    Raises
    ------
    InputError
        If none had.
    """
    if "output_tokens_measured" not in columns.numbers or "output_tokens" not in columns.numbers:
        return rows
    asked, came = (columns.numbers[name][rows] for name in ("output_tokens", "output_tokens_measured"))
    if not (asked == came).any():
        raise InputError(
            f"{path}: no answer of {model} has the length that was asked for (output_tokens_measured against "
            "output_tokens); ask the service to ignore the end of text"
        )
    return np.asarray(rows[asked == came])


def require_seconds(path: Path, model: str, output_tokens: IntArray, runtime_s: FloatArray) -> None:
    """Ask for the unit where each further token seems to take more than a second, or the first a minute.

    Raises
    ------
    InputError
        If so.
    """
    least, most = int(output_tokens.min()), int(output_tokens.max())
    shortest = float(np.median(runtime_s[output_tokens == least]))
    gain = float(np.median(runtime_s[output_tokens == most])) - shortest
    if gain > _SLOWEST_S_PER_TOKEN * (most - least):
        raise InputError(
            f"{path}: {model} takes {gain / (most - least):.3g} s for each further token, which "
            "looks like milliseconds; say which: --unit ms or --unit s"
        )
    if shortest > _SLOWEST_FIRST_S + _SLOWEST_S_PER_TOKEN * least:
        raise InputError(
            f"{path}: {model} takes {shortest:.3g} s for {least} output token{'s' if least > 1 else ''}, "
            "which looks like milliseconds; say which: --unit ms or --unit s"
        )
