"""Tables of runtimes along a column, such as parallel requests or the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.exchange.columns import has
from isocost.exchange.runtime_columns import (
    REPEATS,
    TimesFormat,
    combined,
    conditions_of,
    exact_rows,
    groups_of,
    kind_of,
    read_runtime_columns,
    require_seconds,
    scales_of,
)
from isocost.runtime.series import RuntimeSeries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isocost.exchange.columns import Columns
    from isocost.exchange.runtime_columns import IntArray
    from isocost.runtime.table import RowsAre

__all__ = ["read_series"]


def read_series(
    path: Path, along: str, form: TimesFormat | None = None, *, needed: Sequence[str] = ("model", "runtime_s")
) -> tuple[RuntimeSeries, ...]:
    """Read runtimes of each model, under each set of other conditions, along a column.

    The columns are those of `read_times`; ``prompt_tokens`` and ``output_tokens`` may be absent. Single
    requests and means may stand side by side at different marks, not at one.

    Parameters
    ----------
    path : Path
    along : str
        The column, after renaming.
    form : TimesFormat, optional
    needed : sequence of str
        Columns that the table must have besides.

    Returns
    -------
    tuple of RuntimeSeries
        By first appearance.

    Raises
    ------
    InputError
        As `read_times`, and if `along` is no column, is one with a meaning of its own, or is empty somewhere.
    """
    form = form or TimesFormat()
    if along in (*needed, *REPEATS, "prompt_tokens", "output_tokens", "runtime_scale"):
        raise InputError(f"runtimes cannot be compared along {along!r}, which has a meaning of its own")
    columns = read_runtime_columns(path, form, needed=needed, along=along)
    if along not in columns.labels:
        raise InputError(f"{path} has no column {along!r}; {has(columns.names)}")
    scales = scales_of(path, columns)
    groups = groups_of(path, columns, conditions_of(columns, along))
    return tuple(_series(path, columns, rows, along, (scales, form)) for rows in groups)


def _series(
    path: Path,
    columns: Columns,
    rows: IntArray,
    along: str,
    how: tuple[Mapping[str, float], TimesFormat],
) -> RuntimeSeries:
    scales, form = how
    labels, numbers = columns.labels, columns.numbers
    model = labels["model"].values[labels["model"].codes[rows[0]]]
    exact = exact_rows(path, model, columns, rows)
    codes, mark = np.unique(labels[along].codes[exact], return_inverse=True)
    marks = tuple(labels[along].values[code].strip() for code in codes.tolist())
    if not all(marks):
        raise InputError(
            f"{path}: {along} is empty in some rows of {model}; fill it in, or choose with --where"
        )
    repeats = [labels[name] for name in REPEATS if name in labels]
    p, o = (
        numbers[name][exact].astype(np.int64) if name in numbers else None
        for name in ("prompt_tokens", "output_tokens")
    )
    found = RuntimeSeries(
        model=model,
        conditions=tuple(
            (name, labels[name].values[labels[name].codes[rows[0]]]) for name in conditions_of(columns, along)
        ),
        along=along,
        marks=marks,
        mark=mark.reshape(-1),
        input_tokens=p,
        output_tokens=o,
        runtime_s=numbers["runtime_s"][exact] * scales[model] * form.seconds,
        repeat=combined(repeats)[exact] if repeats else None,
        rows_are=form.rows_are
        or _kind(path, model, [kind_of(path, columns, exact[mark == place], f"{model} at {along} {name}")
                               for place, name in enumerate(marks)]),
    )  # fmt: skip
    if form.unit is None and o is not None:
        require_seconds(path, model, o, found.runtime_s)
    return found


def _kind(path: Path, model: str, kinds: list[RowsAre]) -> RowsAre:
    """Tell what rows come down to: single requests can be averaged to stand beside means."""
    different = set(kinds)
    if len(different) > 1 and "minimum" in different:
        raise InputError(
            f"{path}: {model} has minima beside requests or means, which would look like a change; compare "
            "one kind: --where COLUMN=VALUE"
        )
    return "mean" if "mean" in different else kinds[0]
