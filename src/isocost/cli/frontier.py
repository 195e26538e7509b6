"""``isocost frontier``: which units no other one dominates; who is efficient at which capability."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import options
from isocost.cli.showing import write_page
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.frontier import Dominance

__all__ = ["frontier"]


def frontier(
    units: Annotated[Path, typer.Argument(help="A CSV file, one unit a row.", metavar="UNITS.csv")],
    inputs: Annotated[
        str | None, typer.Option("--inputs", help="Columns where less is better.", metavar="A,B")
    ] = None,
    outputs: Annotated[
        str | None, typer.Option("--outputs", help="Columns where more is better.", metavar="C,D")
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option("--preset", help="capability: models in scenarios, by accuracy and runtime."),
    ] = None,
    dominance: Annotated[
        str | None,
        typer.Option(
            "--dominance",
            help="strict: at least as good and once better; weak: better throughout.",
            show_default="strict; weak with --preset capability",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Column with the name of each unit.")] = None,
    metrics: Annotated[
        str | None, typer.Option("--metrics", help="With the preset: columns to take.", metavar="A,B")
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="With the preset: tell and draw this one; may be given again."),
    ] = None,
    renames: options.Renames = None,
    where: options.Where = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="With the preset: write a page too.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Find who is undominated, by inputs and outputs or by capability."""
    chosen = options.parse_pairs(where, "--where", "COLUMN=VALUE")
    mapped = options.parse_pairs(renames, "--map", "THEIRS=OURS")
    if preset is None:
        _refuse(
            {"--metrics": metrics, "--scenario": scenario, "--output": output},
            "goes with --preset capability only",
        )
        _units(units, inputs, outputs, _dominance(dominance, "strict"), name, mapped, chosen, as_json=as_json)
        return
    if preset != "capability":
        raise InputError(f"--preset must be capability, got {preset!r}")
    _refuse(
        {"--inputs": inputs, "--outputs": outputs, "--name": name}, "does not go with --preset capability"
    )
    _capability(
        units,
        _dominance(dominance, "weak"),
        options.parse_names(metrics, "--metrics"),
        scenario or [],
        mapped,
        chosen,
        output,
        as_json=as_json,
    )


def _units(
    path: Path,
    inputs: str | None,
    outputs: str | None,
    dominance: Dominance,
    name: str | None,
    renames: dict[str, str],
    where: dict[str, str],
    *,
    as_json: bool,
) -> None:
    from isocost.reporting import unit_json, unit_text
    from isocost.studies.units import unit_report

    report = unit_report(
        path,
        inputs=options.parse_names(inputs, "--inputs"),
        outputs=options.parse_names(outputs, "--outputs"),
        dominance=dominance,
        name=name,
        renames=renames,
        where=where,
    )
    typer.echo(unit_json(report) if as_json else unit_text(report, width=options.width()))


def _capability(
    path: Path,
    dominance: Dominance,
    metrics: list[str],
    scenarios: list[str],
    renames: dict[str, str],
    where: dict[str, str],
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    from isocost.reporting import capability_json, capability_page, capability_text
    from isocost.studies.capability import capability_report

    report = capability_report(
        path, dominance=dominance, metrics=metrics, scenarios=scenarios, renames=renames, where=where
    )
    if output is not None:
        write_page(output, capability_page(report), "--output")
    if as_json:
        typer.echo(capability_json(report))
        return
    typer.echo(capability_text(report, one_by_one=bool(scenarios), width=options.width()))
    if output is not None:
        typer.echo(f"\npage: {output}")


def _dominance(text: str | None, otherwise: Dominance) -> Dominance:
    if text is None:
        return otherwise
    if text not in ("weak", "strict"):
        raise InputError(f"--dominance must be weak or strict, got {text!r}")
    return "weak" if text == "weak" else "strict"


def _refuse(given: dict[str, object], where: str) -> None:
    for option, value in given.items():
        if value is not None:
            raise InputError(f"{option} {where}")
