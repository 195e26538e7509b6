"""Text on standard output: as wide as the terminal, in colour only there."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from isocost.studies.report import StudyReport

__all__ = ["show", "table_width"]


def show(report: StudyReport) -> None:
    """Print verdict, levels and doubts."""
    from isocost.reporting import terminal_text

    colour = _is_terminal() and "NO_COLOR" not in os.environ
    typer.echo(terminal_text(report, width=_width(120, otherwise=100), colour=colour))


def table_width() -> int:
    """Return how many columns of text a table may take."""
    return _width(140, otherwise=120)


def _width(most: int, *, otherwise: int) -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, most) if _is_terminal() else otherwise


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()
