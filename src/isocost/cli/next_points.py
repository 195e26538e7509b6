"""``isocost runtime … --next N``: which (p, o) to measure next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from isocost.cli import fitting, options
from isocost.cli.times import times_format
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isocost.cli.times import TableOptions
    from isocost.core.load import RequestShape

__all__ = ["NextOptions", "refuse_beside_next", "refuse_without_next", "show_next"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOptions:
    """The options of ``--next``, as they were given."""

    count: int
    workload: str | None
    repeats: int | None
    tile: str | None
    prior: str | None
    deployment: str | None


def refuse_beside_next(form: str, request: tuple[int | None, int | None], others: Sequence[str]) -> None:
    """Refuse options that ask another question.

    Raises
    ------
    InputError
        If one was given.
    """
    asked = {"--format helm": form == "helm", "--prompt and --output": request != (None, None)}
    given = [*others, *(name for name, is_given in asked.items() if is_given)]
    if given:
        raise InputError(f"--next asks what to measure, and {given[0]} another question; ask one at a time")


def refuse_without_next(workload: str | None, repeats: int | None) -> None:
    """Refuse the options of ``--next`` without it.

    Raises
    ------
    InputError
        If one was given.
    """
    if workload is not None or repeats is not None:
        option = "--repeats" if workload is None else "--workload"
        raise InputError(f"{option} goes with --next; add --next 5")


def show_next(study: Path, asked: NextOptions, table: TableOptions, shape: str) -> None:
    """Choose the points and print them as text or JSON."""
    from isocost.reporting import next_json, next_text
    from isocost.studies.asking import workload_of
    from isocost.studies.next_points import NextQuestion, choose_next

    for name, value in (("--next", asked.count), ("--repeats", asked.repeats)):
        if value is not None and value < 1:
            raise InputError(f"{name} must be at least 1, got {value}")
    shapes: tuple[RequestShape, ...] = ()
    if asked.workload is not None:
        shapes = workload_of(asked.workload, input_tokens=None, output_tokens=None, seed=0).shapes
    question = NextQuestion(
        count=asked.count,
        targets=shapes,
        repeats=asked.repeats,
        fitting=fitting.fit_terms(asked.tile, asked.prior, of_table=not study.is_dir()),
    )
    if study.is_dir() and table.given():
        raise InputError(f"{table.given()[0]} is for a table of runtimes, a file; {study} is a folder")
    if not study.is_dir() and asked.deployment is not None:
        raise InputError("--deployment is for a study; choose rows of a table with --where")
    report = choose_next(study, question, deployment=asked.deployment, form=times_format(table))
    typer.echo(next_json(report) if shape == "json" else next_text(report, width=options.width()))
