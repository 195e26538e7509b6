"""A report on standard output: as wide as the terminal, in colour only there."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import typer

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isocost.studies.report import StudyReport

__all__ = ["show", "write_page"]


def show(report: StudyReport) -> None:
    """Print verdict, levels and doubts."""
    from isocost.reporting import terminal_text

    terminal = sys.stdout is not None and sys.stdout.isatty()
    width = min(shutil.get_terminal_size((100, 24)).columns, 120) if terminal else 100
    colour = terminal and "NO_COLOR" not in os.environ
    typer.echo(terminal_text(report, width=width, colour=colour))


def write_page(path: Path, page: str, option: str, *, beside: Sequence[Path] = ()) -> None:
    """Write a page to a file that `option` named, never over a file that it was made of.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    if path.resolve() in [each.resolve() for each in beside]:
        raise InputError(f"{path} is what the page is made of; name another file with {option}")
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}; name another file with {option}") from None
