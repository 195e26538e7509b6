"""Traces of requests: Azure's and BurstGPT's CSV files, Mooncake's JSON Lines, plain tables of arrivals."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.exchange.lengths import INPUT_NAMES, OUTPUT_NAMES
from isocost.exchange.text_file import csv_rows, text_file
from isocost.exchange.trace_time import seconds_of
from isocost.workload import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["read_trace", "trace_digest"]

MOONCAKE_BLOCK_TOKENS = 512
_TIME_NAMES = (
    "timestamp", "time", "arrival_time", "arrived_at", "arrival", "due_s", "arrival_s", "arrival_time_s",
    "timestamp_s", "time_s", "timestamp_ms", "time_ms", "arrival_ms", "arrival_time_ms",
)  # fmt: skip
_INPUTS = (*(name.lower() for name in INPUT_NAMES), "request tokens")
_OUTPUTS = (*(name.lower() for name in OUTPUT_NAMES), "response tokens")
_LARGEST_TOKENS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Columns as they stand in the file."""

    path: Path
    time: Sequence[Any]
    unit_s: float
    input_name: str
    output_name: str
    inputs: Sequence[Any]
    outputs: Sequence[Any]
    blocks: Sequence[Any] | None = None


def trace_digest(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def read_trace(path: Path) -> Trace:
    """Read when requests arrived and how long they were; the format is known by its columns.

    - Azure's LLM inference traces (arXiv 2311.18677; AzurePublicDataset): ``TIMESTAMP``, ``ContextTokens``,
      ``GeneratedTokens``.
    - BurstGPT (arXiv 2401.17644): ``Timestamp`` in seconds, ``Request tokens``, ``Response tokens``.
    - Mooncake (arXiv 2407.00079), JSON Lines: ``timestamp`` in ms, ``input_length``, ``output_length`` and
      ``hash_ids``, a number for each block of 512 tokens that is the same where prompts began alike.
    - A CSV file or JSON Lines with a column ``timestamp`` (seconds, or date and time as in ISO 8601;
      ``timestamp_ms`` in ms) and lengths as `read_lengths` knows them.

    The first arrival becomes second 0. Rows without tokens in or out, which is how failures are logged, are
    left out; rows that do not stand in the order of time are put in order. Both are told in the notes.

    Parameters
    ----------
    path : Path
        A name that ends in ``.jsonl`` or ``.ndjson`` is read as JSON Lines, any other as CSV.

    Returns
    -------
    Trace

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, has a cell that is no instant or number of tokens (told by
        its line), or has no request with tokens.
    """
    lines = path.suffix in (".jsonl", ".ndjson")
    table = _json_table(path) if lines else _csv_table(path)
    due_s = seconds_of(path, table.time, unit_s=table.unit_s)
    inputs = _tokens(path, table.inputs, table.input_name)
    outputs = _tokens(path, table.outputs, table.output_name)
    kept = np.flatnonzero((inputs > 0) & (outputs > 0))
    if kept.size == 0:
        raise InputError(f"{path} has no request with tokens in and out; there is nothing to replay")
    in_order = kept[np.argsort(due_s[kept], kind="stable")]
    return Trace(
        name=path.name,
        due_s=due_s[in_order] - due_s[in_order[0]],
        input_tokens=inputs[in_order],
        output_tokens=outputs[in_order],
        duration_s=float(due_s[in_order[-1]] - due_s[in_order[0]]),
        blocks=None if table.blocks is None else _blocks(path, table.blocks, in_order),
        block_tokens=MOONCAKE_BLOCK_TOKENS,
        notes=_notes(len(inputs) - kept.size, unsorted=bool((in_order != kept).any())),
    )


def _notes(dropped: int, *, unsorted: bool) -> tuple[str, ...]:
    left_out = f"{dropped:,} row{'s' if dropped > 1 else ''} without tokens in or out left out"
    return (*((left_out,) if dropped else ()), *(("put in the order of time",) if unsorted else ()))


def _csv_table(path: Path) -> _Table:
    with csv_rows(path) as reader:
        header = [name.strip() for name in next(reader, [])]
        rows = [cells for cells in reader if cells]
    if not any(header):
        raise InputError(f"{path} is empty; give a trace with a header: timestamp,input_tokens,output_tokens")
    wrong = next((place for place, cells in enumerate(rows) if len(cells) != len(header)), None)
    if wrong is not None:
        raise InputError(f"{path}, row {wrong + 1}: {len(rows[wrong])} cells under {len(header)} columns")
    if not rows:
        raise InputError(f"{path} has a header but no row")
    columns = dict(zip((name.lower() for name in header), zip(*rows, strict=True), strict=False))
    time = _named(path, header, _TIME_NAMES, "timestamp", "when a request arrived")
    input_name = _named(path, header, _INPUTS, "input_tokens", "the length of a prompt")
    output_name = _named(path, header, _OUTPUTS, "output_tokens", "the length of an answer")
    return _Table(
        path=path,
        time=columns[time.lower()],
        unit_s=1e-3 if time.lower().endswith("_ms") else 1.0,
        input_name=input_name,
        output_name=output_name,
        inputs=columns[input_name.lower()],
        outputs=columns[output_name.lower()],
    )


def _json_table(path: Path) -> _Table:
    rows = list(_objects(path))
    if not rows:
        raise InputError(f"{path} lists no request; give one JSON object a line")
    names = list(rows[0])
    time = _named(path, names, _TIME_NAMES, "timestamp", "when a request arrived")
    input_name = _named(path, names, _INPUTS, "input_tokens", "the length of a prompt")
    output_name = _named(path, names, _OUTPUTS, "output_tokens", "the length of an answer")
    mooncake = time == "timestamp" and input_name == "input_length" and not isinstance(rows[0][time], str)
    return _Table(
        path=path,
        time=[row.get(time) for row in rows],
        unit_s=1e-3 if mooncake or time.endswith("_ms") else 1.0,
        input_name=input_name,
        output_name=output_name,
        inputs=[row.get(input_name) for row in rows],
        outputs=[row.get(output_name) for row in rows],
        blocks=[row.get("hash_ids") for row in rows] if "hash_ids" in names else None,
    )


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    with text_file(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise InputError(
                    f'{path}, line {number}: no JSON object; expected {{"timestamp": …, "input_length": …, '
                    '"output_length": …}'
                )
            yield row


def _named(path: Path, header: Sequence[str], names: Sequence[str], wanted: str, role: str) -> str:
    found = [name for name in header if name.lower() in names]
    if len(found) != 1:
        said = f"several columns for {role}: {', '.join(found)}" if found else f"no column for {role}"
        have = ", ".join(header[:12])
        raise InputError(f"{path} has {said} (it has: {have}); call one {wanted!r}")
    return found[0]


def _tokens(path: Path, cells: Sequence[Any], name: str) -> IntArray:
    """Read numbers of tokens; an empty cell is none of them."""
    try:
        numbers = np.array([float(cell or 0) for cell in cells], dtype=np.float64)
        good = (numbers >= 0) & (numbers <= _LARGEST_TOKENS) & (numbers == np.rint(numbers))
    except (TypeError, ValueError):
        good = np.array([_is_count(cell) for cell in cells])
    if not good.all():
        place = int(np.argmin(good))
        raise InputError(
            f"{path}, request {place + 1}: {name} must be a whole number of tokens, got {cells[place]!r}"
        )
    return numbers.astype(np.int64)


def _is_count(cell: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    return isinstance(cell, int) or (isinstance(cell, str) and re.fullmatch(r"\d*(\.0*)?", cell) is not None)


def _blocks(path: Path, cells: Sequence[Any], chosen: IntArray) -> tuple[tuple[int, ...], ...]:
    """Read the numbers of blocks of the chosen requests; none of a request that tells none."""
    told = [cells[place] or [] for place in chosen.tolist()]
    found = [tuple(each) if isinstance(each, list) else None for each in told]
    for place, numbers in zip(chosen.tolist(), found, strict=True):
        if numbers is None or not all(type(number) is int and number >= 0 for number in numbers):
            raise InputError(
                f"{path}, request {place + 1}: hash_ids must be a list of whole numbers of at least 0, "
                f"got {str(cells[place])[:40]}"
            )
    return tuple(numbers or () for numbers in found)
