"""``isocost compare``: the same model on two stacks, and a gate for continuous integration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import options
from isocost.cli.showing import write_page
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.studies.compared import CompareQuestion
    from isocost.studies.sides import SideQuestion

__all__ = ["compare"]

_SIDE = "a study, STUDY:DEPLOYMENT, a table of runtimes, TIMES.csv:MODEL, or a published runtime, MODEL@a100"


def compare(
    first: Annotated[str, typer.Argument(help=f"The baseline: {_SIDE}; sessions with commas.", metavar="A")],
    second: Annotated[str, typer.Argument(help="What to compare with it, alike.", metavar="B")],
    prompt: Annotated[int | None, typer.Option("--prompt", help="Compare for so many input tokens.")] = None,
    output: Annotated[int | None, typer.Option("--output", help="Compare for so many output tokens.")] = None,
    fail_over: Annotated[
        str | None,
        typer.Option(
            "--fail-over",
            help="A gate: end with status 1 where B is worse than A by more than this, such as 5%.",
        ),
    ] = None,
    metric: Annotated[
        str,
        typer.Option(
            "--metric",
            help="What the gate is on: runtime, prefill, decode, accelerator-seconds, request-cost, cost or "
            "throughput.",
        ),
    ] = "runtime",
    where_a: Annotated[
        list[str] | None,
        typer.Option("--where-a", help="Rows of A, or deployments: COLUMN=VALUE; may be given again."),
    ] = None,
    where_b: Annotated[
        list[str] | None,
        typer.Option("--where-b", help="Rows of B, or deployments: COLUMN=VALUE; may be given again."),
    ] = None,
    renames: options.Renames = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", help="A column of tables that is no condition; may be given again."),
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Of the runtimes of tables: s or ms.")] = None,
    denoised: Annotated[
        bool, typer.Option("--denoised", help="Rows of tables are requests to a service; the least count.")
    ] = False,
    price_a: Annotated[
        float | None, typer.Option("--price-per-hour-a", help="USD per hour of all of A.")
    ] = None,
    price_b: Annotated[
        float | None, typer.Option("--price-per-hour-b", help="USD per hour of all of B.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seeds the draws.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write a page too.", metavar="FILE")] = None,
    as_json: options.Json = False,
) -> None:
    """Compare the same model on two stacks: ratios with intervals, what differs, and a gate."""
    from isocost.studies.compared import CompareQuestion

    tables = _Tables(renames=renames, ignore=ignore, unit=unit, denoised=denoised)
    question = CompareQuestion(
        baseline=tables.side(first, where_a, "--where-a", price_a),
        other=tables.side(second, where_b, "--where-b", price_b),
        request=_request(prompt, output),
        metric=metric,
        margin=None if fail_over is None else _margin(fail_over),
        seed=seed,
    )
    _show(question, out, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """How to read either side, if it is a table."""

    renames: list[str] | None
    ignore: list[str] | None
    unit: str | None
    denoised: bool

    def side(self, text: str, where: list[str] | None, option: str, price: float | None) -> SideQuestion:
        """Return what is asked of one side."""
        from isocost.exchange import TimesFormat
        from isocost.studies.sides import SideQuestion
        from isocost.studies.times import TimesQuestion

        if self.unit not in (None, "s", "ms"):
            raise InputError(f"--unit must be s or ms, got {self.unit!r}")
        return SideQuestion(
            text=text,
            table=TimesFormat(
                names=options.parse_pairs(self.renames, "--map", "THEIRS=OURS"),
                where=options.parse_pairs(where, option, "COLUMN=VALUE"),
                ignore=tuple(self.ignore or ()),
                unit=None if self.unit is None else "ms" if self.unit == "ms" else "s",
            ),
            times=TimesQuestion(denoised=self.denoised),
            price_usd_per_hour=price,
        )


def _request(p: int | None, o: int | None) -> tuple[int, int] | None:
    if (p is None) != (o is None):
        raise InputError("one request needs both lengths: give --prompt and --output")
    return None if p is None or o is None else (p, o)


def _margin(text: str) -> float:
    """Read how much worse is allowed, ``5%`` or ``0.05``."""
    number = text.strip().removesuffix("%")
    try:
        value = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise InputError(
            f"--fail-over must be a share such as 5% or 0.05, at least 0 and below 100%, got {text!r}"
        )
    return value


def _show(question: CompareQuestion, out: Path | None, *, as_json: bool) -> None:
    """Compare, print, and end with status 1 where the gate fails."""
    from isocost.reporting import comparison_json, comparison_page, comparison_text
    from isocost.studies.compare import compare as compared

    report = compared(question)
    if out is not None:
        write_page(out, comparison_page(report), "--out")
    if as_json:
        typer.echo(comparison_json(report))
    else:
        typer.echo(comparison_text(report, width=options.width()))
        if out is not None:
            typer.echo(f"\npage: {out}")
    if report.gate is not None and report.gate.failed:
        raise typer.Exit(1)
