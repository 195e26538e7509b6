"""``isocost frontier``: who is efficient, by inputs and outputs or by capability."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import efficiency, options, sweeps
from isocost.cli.showing import write_page
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.frontier import Dominance

__all__ = ["frontier"]


def frontier(
    units: Annotated[
        list[Path],
        typer.Argument(
            help="A CSV file, one unit a row; or studies and sweeps, whose levels of load are the units.",
            metavar="UNITS.csv|STUDY...",
        ),
    ],
    inputs: efficiency.Inputs = None,
    outputs: efficiency.Outputs = None,
    bad: efficiency.Bad = None,
    method: efficiency.MethodOption = "pareto",
    rts: efficiency.Returns = None,
    orientation: efficiency.Orientation = None,
    direction: efficiency.DirectionOption = None,
    disposability: efficiency.DisposabilityOption = None,
    ratio: efficiency.Ratio = None,
    prices: efficiency.Prices = None,
    super_efficiency: efficiency.Super = False,
    bootstrap: efficiency.Bootstrap = None,
    order: efficiency.Order = None,
    form: efficiency.Form = None,
    distribution: efficiency.Distribution = None,
    kind: efficiency.Kind = None,
    group: efficiency.Group = None,
    cluster: efficiency.Cluster = None,
    date: efficiency.Date = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            help="Hold units against those of this file, of the same columns.",
            metavar="UNITS.csv",
        ),
    ] = None,
    quality: Annotated[
        list[Path] | None,
        typer.Option(
            "--quality",
            help="Scores of lm-evaluation-harness, HELM, Inspect, a CSV file or a study, joined as quality; "
            "may be given again.",
            metavar="RESULTS",
        ),
    ] = None,
    quality_metric: Annotated[
        str | None, typer.Option("--quality-metric", help="Of --quality: the metric to take of each task.")
    ] = None,
    task: Annotated[
        list[str] | None,
        typer.Option("--task", help="Of --quality: only this task; may be given again."),
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
    price_per_hour: sweeps.PricePerHour = None,
    machine: sweeps.Machine = None,
    seed: Annotated[int, typer.Option("--seed", help="Seeds draws and resamples.")] = 0,
    output: Annotated[
        Path | None, typer.Option("--output", "--out", "-o", help="Write a page too.", metavar="FILE.html")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Find who is efficient, by inputs and outputs or by capability."""
    chosen = options.parse_pairs(where, "--where", "COLUMN=VALUE")
    mapped = options.parse_pairs(renames, "--map", "THEIRS=OURS")
    columns = efficiency.Columns(
        inputs=inputs,
        outputs=outputs,
        bad=bad,
        ratio=ratio,
        name=name,
        group=group,
        cluster=cluster,
        date=date,
    )
    places = efficiency.Places(
        paths=units, renames=mapped, where=chosen, quality=quality, quality_metric=quality_metric, tasks=task,
        price_per_hour=price_per_hour, machine=machine, reference=reference,
    )  # fmt: skip
    asked = efficiency.Asked(
        method=method, dominance=dominance, rts=rts, orientation=orientation, direction=direction,
        disposability=disposability, prices=prices, super_efficiency=super_efficiency, bootstrap=bootstrap,
        order=order, form=form, distribution=distribution, kind=kind, seed=seed,
    )  # fmt: skip
    if preset is None:
        _refuse({"--metrics": metrics, "--scenario": scenario}, "goes with --preset capability only")
        efficiency.show_efficiency(columns, places, asked, output, as_json=as_json)
        return
    _check_preset(preset, columns, places, asked)
    _capability(
        units[0],
        _dominance(dominance, "weak"),
        options.parse_names(metrics, "--metrics"),
        scenario or [],
        mapped,
        chosen,
        output,
        as_json=as_json,
    )


def _check_preset(
    preset: str, columns: efficiency.Columns, places: efficiency.Places, asked: efficiency.Asked
) -> None:
    """Refuse what a comparison of capability has no use for."""
    if preset != "capability":
        raise InputError(f"--preset must be capability, got {preset!r}")
    if len(places.paths) > 1:
        raise InputError(f"--preset capability reads one file, got {len(places.paths)}")
    others = {
        "--inputs": columns.inputs,
        "--outputs": columns.outputs,
        "--bad": columns.bad,
        "--ratio": columns.ratio,
        "--name": columns.name,
        "--group": columns.group,
        "--cluster": columns.cluster,
        "--date": columns.date,
        "--method": None if asked.method == "pareto" else asked.method,
        "--rts": asked.rts,
        "--orientation": asked.orientation,
        "--direction": asked.direction,
        "--disposability": asked.disposability,
        "--prices": asked.prices,
        "--super": asked.super_efficiency or None,
        "--bootstrap": asked.bootstrap,
        "--order": asked.order,
        "--form": asked.form,
        "--distribution": asked.distribution,
        "--kind": asked.kind,
        "--reference": places.reference,
        "--quality": places.quality,
        "--price-per-hour": places.price_per_hour,
        "--machine": places.machine,
    }
    _refuse(others, "does not go with --preset capability")


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


def _refuse(given: Mapping[str, object], where: str) -> None:
    for option, value in given.items():
        if value is not None:
            raise InputError(f"{option} {where}")
