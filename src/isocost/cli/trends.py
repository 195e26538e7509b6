"""``isocost runtime … --contention, --variation, --drift``: what moves a runtime but its size."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from isocost.cli.times import parse_share, times_format
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.cli.times import TableOptions
    from isocost.studies.trends import TrendQuestion, TrendReport

__all__ = ["TrendOptions", "show_study_trends", "show_table_trends"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendOptions:
    """What is asked, as it was given.

    Parameters
    ----------
    contention, drift : str or None
        Columns to compare along.
    variation : bool
    request : tuple of int or None
        A prediction that was asked for besides, which does not go together.
    page : Path or None
        Where to write a page.
    """

    contention: str | None
    variation: bool
    drift: str | None
    request: tuple[int | None, int | None]
    page: Path | None

    @property
    def asked(self) -> bool:
        """Whether anything was."""
        return self.variation or self.contention is not None or self.drift is not None

    def given(self) -> list[str]:
        """Return the options that were given."""
        values = {
            "--contention": self.contention is not None,
            "--variation": self.variation,
            "--drift": self.drift is not None,
            "--out": self.page is not None,
        }
        return [name for name, is_given in values.items() if is_given]


def show_table_trends(path: Path, table: TableOptions, trends: TrendOptions, shape: str) -> None:
    """Print what moves the runtimes of a table."""
    from isocost.studies.table_trends import table_trends

    question = _question(table, trends, shape, {"--map", "--where", "--ignore", "--unit", "--width"})
    _show(table_trends(path, question, times_format(table)), trends.page, shape)


def show_study_trends(
    path: Path, deployment: str | None, table: TableOptions, trends: TrendOptions, shape: str
) -> None:
    """Print what moved the runtimes of a study."""
    from isocost.studies.answer import report_study
    from isocost.studies.trends import study_trends

    question = _question(table, trends, shape, {"--width"})
    _show(study_trends(report_study(path), str(path), question, deployment), trends.page, shape)


def _question(table: TableOptions, trends: TrendOptions, shape: str, goes: set[str]) -> TrendQuestion:
    from isocost.studies.trends import TrendQuestion

    given = [*table.given(), *(["--format helm"] if shape == "helm" else [])]
    given += ["--prompt and --output"] if trends.request != (None, None) else []
    other = next((option for option in given if option not in goes), None)
    if other is not None:
        raise InputError(f"{trends.given()[0]} compares runtimes and fits nothing; leave out {other}")
    if table.width is not None and not trends.variation:
        raise InputError(
            "--width asks how many requests a mean takes; give it with --variation or --denoised"
        )
    return TrendQuestion(
        contention=trends.contention,
        drift=trends.drift,
        variation=trends.variation,
        **({} if table.width is None else {"half_width_share": parse_share(table.width)}),
    )


def _show(report: TrendReport, page: Path | None, shape: str) -> None:
    from isocost.cli.pages import write_page
    from isocost.reporting import trends_json, trends_page, trends_text

    if page is not None:
        write_page(page, trends_page(report))
    if shape == "json":
        typer.echo(trends_json(report))
        return
    terminal = sys.stdout.isatty()
    width = min(shutil.get_terminal_size((100, 24)).columns, 140) if terminal else 120
    typer.echo(trends_text(report, width=width) + ("" if page is None else f"\n\npage: {page}"))
