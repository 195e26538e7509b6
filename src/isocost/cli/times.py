"""``isocost runtime TIMES.csv``: the options of a table of runtimes, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from isocost.cli import options
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.exchange import TimesFormat
    from isocost.studies.fitting import FitTerms
    from isocost.studies.request_cost import CostTerms
    from isocost.studies.times import TimesQuestion

__all__ = ["TableOptions", "parse_share", "show_table", "times_format"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """Options that only a table takes, as they were given."""

    rule: str | None
    denoised: bool
    width: str | None
    idealized: Path | None
    names: list[str]
    where: list[str]
    ignore: list[str]
    unit: str | None

    def given(self, *, of_rows: bool = True) -> list[str]:
        """Return the options that were given, with or without those that only say how rows are read."""
        values = {
            "--rule": self.rule is not None,
            "--denoised": self.denoised,
            "--width": self.width is not None,
            "--idealized": self.idealized is not None,
            "--map": bool(self.names),
            "--where": bool(self.where),
            "--ignore": bool(self.ignore),
            "--unit": self.unit is not None,
        }
        reading = ("--map", "--where", "--ignore", "--unit")
        return [name for name, is_given in values.items() if is_given and (of_rows or name not in reading)]


def show_table(
    path: Path,
    table: TableOptions,
    asked: tuple[tuple[int | None, int | None], CostTerms, FitTerms],
    shape: str,
    page: Path | None = None,
) -> None:
    """Fit each model of a table and print the fits as text, JSON or HELM's form."""
    from isocost.cli.pages import write_page
    from isocost.reporting import helm_json, times_json, times_page, times_text
    from isocost.studies.times import fit_times

    report = fit_times(path, _question(table, *asked), times_format(table))
    write = {"helm": helm_json, "json": times_json, "text": times_text}[shape]
    text = write(report)
    if page is not None:
        write_page(page, times_page(report))
    typer.echo(text + (f"\n\npage: {page}" if page is not None and shape == "text" else ""))


def _question(
    table: TableOptions, request: tuple[int | None, int | None], terms: CostTerms, fitting: FitTerms
) -> TimesQuestion:
    from isocost.studies.times import TimesQuestion

    if table.rule not in (None, "published"):
        raise InputError(f"--rule must be published, or left out for ours, got {table.rule!r}")
    return TimesQuestion(
        rule=None if table.rule is None else "published",
        denoised=table.denoised,
        request=options.parse_request(*request),
        terms=terms,
        fitting=fitting,
        half_width_share=None if table.width is None else parse_share(table.width),
        idealized=table.idealized,
    )


def times_format(table: TableOptions) -> TimesFormat:
    """Return how to read the columns of the table."""
    from isocost.exchange import TimesFormat

    if table.unit not in (None, "s", "ms"):
        raise InputError(f"--unit must be s or ms, got {table.unit!r}")
    return TimesFormat(
        names=options.parse_pairs(table.names, "--map", "THEIRS=OURS"),
        where=options.parse_pairs(table.where, "--where", "COLUMN=VALUE"),
        ignore=tuple(table.ignore),
        unit=None if table.unit is None else "ms" if table.unit == "ms" else "s",
    )


def parse_share(text: str) -> float:
    """Read a share, ``5%`` or ``0.05``."""
    number = text.strip().removesuffix("%")
    try:
        value = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise InputError(f"--width must be a share such as 5%, above 0 and below 100%, got {text!r}")
    return value
