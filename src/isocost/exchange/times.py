"""Tables of runtimes: CSV of model, prompt tokens, output tokens and seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.exchange.columns import has, read_columns
from isocost.runtime.table import RowsAre, RuntimeTable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from isocost.exchange.columns import Columns, Labels

    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["NEEDED", "TimesFormat", "read_times"]

NEEDED = ("model", "prompt_tokens", "output_tokens", "runtime_s")
"""Columns that a table of runtimes must have."""

_REPEATS = ("trial", "instance")
_WHOLE = ("prompt_tokens", "output_tokens", "output_tokens_measured")
_NUMBERS = (*_WHOLE, "runtime_s", "runtime_scale")
_MEASUREMENTS = ("_s", "_measured")
_SLOWEST_S_PER_TOKEN = 1.0
_AGGREGATES: dict[str, RowsAre] = {"mean": "mean", "average": "mean", "min": "minimum", "minimum": "minimum"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesFormat:
    """How to read the columns of a table.

    Parameters
    ----------
    names : mapping of str to str, optional
        Their name of a column to ours.
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


def read_times(path: Path, form: TimesFormat | None = None) -> tuple[RuntimeTable, ...]:
    """Read a table of runtimes; each model under each set of conditions is a table of its own.

    Columns are ``model``, ``prompt_tokens``, ``output_tokens`` and ``runtime_s``; ``trial`` or ``instance``
    mark repeats, ``runtime_scale`` multiplies, and rows whose ``output_tokens_measured`` differs from
    ``output_tokens`` are left out. Columns that end in ``_s`` or ``_measured`` are other measurements. All
    the rest are conditions.

    Parameters
    ----------
    path : Path
    form : TimesFormat, optional

    Returns
    -------
    tuple of RuntimeTable
        By first appearance.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or holds what is no runtime; if rows repeat each other
        without a column that tells why; if single requests are mixed with means or minima; if the runtimes
        look like milliseconds; or if a runtime scale differs within a model.
    """
    form = form or TimesFormat()
    columns = read_columns(
        path,
        lambda header: _renamed(path, header, form),
        numbers=_NUMBERS,
        whole=_WHOLE,
        leave_out=lambda name: name in form.ignore or name.endswith(_MEASUREMENTS),
        where=form.where or {},
    )
    kinds = _kinds(path, columns)
    scales = _scales(path, columns)
    return tuple(_table(path, columns, rows, (kinds, scales), form.unit) for rows in _groups(path, columns))


def _renamed(path: Path, header: list[str], form: TimesFormat) -> list[str]:
    """Return our names of the columns."""
    if not header:
        raise InputError(f"{path} is empty; give a header, {','.join(NEEDED)}, and a line for each runtime")
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
    missing = [name for name in NEEDED if name not in named]
    if missing:
        raise InputError(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; {has(header)}; "
            f"name what stands for it: --map THEIRS={missing[0]}"
        )
    absent = next((name for name in form.ignore if name not in named), None)
    if absent is not None:
        raise InputError(f"--ignore {absent}: {path} has no such column; {has(named)}")
    return named


def _groups(path: Path, columns: Columns) -> list[IntArray]:
    """Return the rows of each model under each set of conditions, by first appearance."""
    labels, rows = columns.labels, len(columns.numbers["runtime_s"])
    varying = [name for name in _conditions(columns) if len(labels[name].values) > 1]
    code = _combined([labels["model"], *(labels[name] for name in varying)])
    count = int(code.max()) + 1
    if rows >= 8 and count > max(rows // 3, len(labels["model"].values)):
        most = max(varying, key=lambda name: len(labels[name].values))
        raise InputError(
            f"{path}: column {most!r} has {len(labels[most].values)} values in {rows} rows, too many for a "
            f"condition; leave it out, --ignore {most}, or if it numbers repeats, --map {most}=trial"
        )
    order = np.argsort(code, kind="stable")
    return np.split(order, np.searchsorted(code[order], np.arange(1, count)))


def _conditions(columns: Columns) -> list[str]:
    return [name for name in columns.labels if name not in ("model", *_REPEATS)]


def _combined(labels: list[Labels]) -> IntArray:
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


def _kinds(path: Path, columns: Columns) -> dict[str, RowsAre]:
    """Tell for each model whether its rows are requests, means or minima, as trial and instance say."""
    models = columns.labels["model"]
    kinds: dict[str, RowsAre] = dict.fromkeys(models.values, "single")
    for name in _REPEATS:
        if name not in columns.labels:
            continue
        repeats = columns.labels[name]
        for number, model in enumerate(models.values):
            marks = np.unique(repeats.codes[models.codes == number]).tolist()
            kind = _kind(path, model, name, [repeats.values[mark] for mark in marks])
            kinds[model] = kind if kinds[model] == "single" else kinds[model]
    return kinds


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


def _scales(path: Path, columns: Columns) -> dict[str, float]:
    """Return the runtime scale of each model."""
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


def _table(
    path: Path,
    columns: Columns,
    rows: IntArray,
    of_model: tuple[Mapping[str, RowsAre], Mapping[str, float]],
    unit: Literal["s", "ms"] | None,
) -> RuntimeTable:
    labels, numbers = columns.labels, columns.numbers
    model = labels["model"].values[labels["model"].codes[rows[0]]]
    exact = _exact(path, model, columns, rows)
    repeats = [labels[name] for name in _REPEATS if name in labels]
    found = RuntimeTable(
        model=model,
        conditions=tuple(
            (name, labels[name].values[labels[name].codes[rows[0]]]) for name in _conditions(columns)
        ),
        input_tokens=numbers["prompt_tokens"][exact].astype(np.int64),
        output_tokens=numbers["output_tokens"][exact].astype(np.int64),
        runtime_s=numbers["runtime_s"][exact] * of_model[1][model] * (1e-3 if unit == "ms" else 1.0),
        repeat=_combined(repeats)[exact] if repeats else None,
        rows_are=of_model[0][model],
        inexact=len(rows) - len(exact),
        runtime_scale=of_model[1][model],
    )
    if unit is None:
        _require_seconds(path, found)
    return found


def _exact(path: Path, model: str, columns: Columns, rows: IntArray) -> IntArray:
    """Return the rows whose answer had the length that was asked for."""
    if "output_tokens_measured" not in columns.numbers:
        return rows
    asked, came = (columns.numbers[name][rows] for name in ("output_tokens", "output_tokens_measured"))
    if not (asked == came).any():
        raise InputError(
            f"{path}: no answer of {model} has the length that was asked for (output_tokens_measured against "
            "output_tokens); ask the service to ignore the end of text"
        )
    return np.asarray(rows[asked == came])


def _require_seconds(path: Path, table: RuntimeTable) -> None:
    """Ask for the unit where each further token seems to take more than a second."""
    o, times = table.output_tokens, table.runtime_s
    least, most = int(o.min()), int(o.max())
    gain = float(np.median(times[o == most]) - np.median(times[o == least]))
    if gain > _SLOWEST_S_PER_TOKEN * (most - least):
        raise InputError(
            f"{path}: {table.model} takes {gain / (most - least):.3g} s for each further token, which "
            "looks like milliseconds; say which: --unit ms or --unit s"
        )
