"""Tables of runtimes: CSV of model, prompt tokens, output tokens and seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
from isocost.runtime.table import RowsAre, RuntimeTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from isocost.exchange.columns import Columns
    from isocost.exchange.runtime_columns import IntArray

__all__ = ["NEEDED", "TimesFormat", "read_times"]

NEEDED = ("model", "prompt_tokens", "output_tokens", "runtime_s")
"""Columns that a table of runtimes must have."""


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
    columns = read_runtime_columns(path, form, needed=NEEDED)
    of_model = _kinds(path, columns, form), scales_of(path, columns)
    groups = groups_of(path, columns, conditions_of(columns))
    return tuple(_table(path, columns, rows, of_model, form) for rows in groups)


def _kinds(path: Path, columns: Columns, form: TimesFormat) -> dict[str, RowsAre]:
    """Tell for each model what its rows are."""
    models = columns.labels["model"]
    if form.rows_are is not None:
        return dict.fromkeys(models.values, form.rows_are)
    return {
        model: kind_of(path, columns, np.flatnonzero(models.codes == number), model)
        for number, model in enumerate(models.values)
    }


def _table(
    path: Path,
    columns: Columns,
    rows: IntArray,
    of_model: tuple[Mapping[str, RowsAre], Mapping[str, float]],
    form: TimesFormat,
) -> RuntimeTable:
    labels, numbers = columns.labels, columns.numbers
    model = labels["model"].values[labels["model"].codes[rows[0]]]
    exact = exact_rows(path, model, columns, rows)
    repeats = [labels[name] for name in REPEATS if name in labels]
    found = RuntimeTable(
        model=model,
        conditions=tuple(
            (name, labels[name].values[labels[name].codes[rows[0]]]) for name in conditions_of(columns)
        ),
        input_tokens=numbers["prompt_tokens"][exact].astype(np.int64),
        output_tokens=numbers["output_tokens"][exact].astype(np.int64),
        runtime_s=numbers["runtime_s"][exact] * of_model[1][model] * form.seconds,
        repeat=combined(repeats)[exact] if repeats else None,
        rows_are=of_model[0][model],
        inexact=len(rows) - len(exact),
        runtime_scale=of_model[1][model],
    )
    if form.unit is None:
        require_seconds(path, model, found.output_tokens, found.runtime_s)
    return found
