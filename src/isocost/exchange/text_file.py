"""Opening a user's text file or CSV file: every reader of one goes through here, and fails alike."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["CsvReader", "csv_rows", "text_file"]

_LARGEST_FILE = 1 << 30


class CsvReader(Protocol):
    """What ``csv.reader`` returns: rows of text, and how many lines it has read."""

    @property
    def line_num(self) -> int:
        """Number of lines read so far."""

    def __iter__(self) -> Iterator[list[str]]:
        """Return itself."""

    def __next__(self) -> list[str]:
        """Return the next row."""


@contextmanager
def text_file(path: Path, *, largest: int | None = None) -> Iterator[IO[str]]:
    """Open a UTF-8 text, with or without a byte order mark; what cannot be read is one sentence.

    Parameters
    ----------
    path : Path
    largest : int, optional
        Bytes; 1 GiB if left out. What is read as one JSON document takes many times its size in memory.

    Raises
    ------
    InputError
        If it cannot be opened or read, is larger than that, or is no UTF-8.
    """
    try:
        most = _LARGEST_FILE if largest is None else largest
        if path.stat().st_size > most:
            raise InputError(f"{path} is larger than {most >> 20} MiB; give a part of it")
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text") from None


@contextmanager
def csv_rows(path: Path) -> Iterator[CsvReader]:
    """Open a CSV file, as `text_file` does; its reader tells the number of the line in `line_num`.

    Raises
    ------
    InputError
        As `text_file`, and with its line where something is no CSV, such as a quote that does not end.
    """
    with text_file(path) as file:
        reader = csv.reader(file, strict=True)
        try:
            yield reader
        except csv.Error as error:
            raise InputError(f"{path}, line {reader.line_num}: no CSV: {error}") from None
