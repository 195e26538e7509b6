"""Lists of request sizes: CSV or JSON Lines of input and output tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.exchange.text_file import csv_rows, text_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["INPUT_NAMES", "OUTPUT_NAMES", "read_lengths"]

INPUT_NAMES = ("input_tokens", "prompt_tokens", "input", "prompt", "isl", "input_length", "ContextTokens")
OUTPUT_NAMES = ("output_tokens", "completion_tokens", "output", "osl", "output_length", "GeneratedTokens")


def read_lengths(path: Path) -> tuple[RequestShape, ...]:
    """Read request sizes from a CSV file with a header, or from JSON Lines.

    Columns or keys are ``input_tokens`` and ``output_tokens``, or what is usual for them
    (``prompt_tokens``, ``isl``, ``ContextTokens``, …).

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of RequestShape

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or has a line without two whole numbers of at least 1.
    """
    rows = list(_rows(path))
    if not rows:
        raise InputError(f"{path} lists no request; give one line each: input_tokens,output_tokens")
    return tuple(_shape(path, number, row) for number, row in rows)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if path.suffix in (".jsonl", ".ndjson"):
        yield from _json_lines(path)
        return
    with csv_rows(path) as reader:
        header = next(reader, [])
        for cells in reader:
            if cells:
                lacking = [None] * (len(header) - len(cells))
                yield reader.line_num, dict(zip(header, [*cells, *lacking], strict=False))


def _json_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with text_file(path) as file:
        text = file.read()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise InputError(
                f'{path}, line {number}: no JSON object; expected {{"input_tokens": …, "output_tokens": …}}'
            )
        yield number, row


def _shape(path: Path, line: int, row: Mapping[str, Any]) -> RequestShape:
    return RequestShape(_length(path, line, row, INPUT_NAMES), _length(path, line, row, OUTPUT_NAMES))


def _length(path: Path, line: int, row: Mapping[str, Any], names: tuple[str, ...]) -> int:
    name = next((name for name in names if name in row), None)
    if name is None:
        have = ", ".join(str(key) for key in list(row)[:8])
        raise InputError(f"{path} has no column {names[0]!r} (it has: {have}); name one so")
    try:
        value = int(row[name])
    except (TypeError, ValueError):
        value = 0
    if value < 1:
        raise InputError(
            f"{path}, line {line}: {name} must be a whole number of at least 1, got {row[name]!r}"
        )
    return value
