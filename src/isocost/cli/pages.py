"""Writing a page where the user wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_page"]


def write_page(path: Path, page: str) -> None:
    """Write a page to a file.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}; name another file with --out") from None
