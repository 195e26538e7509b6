"""How efficient units are: options of ``isocost frontier``, and how their text becomes a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isocost.cli import options
from isocost.cli.showing import write_page
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isocost.frontier import Direction
    from isocost.frontier.direction import Way
    from isocost.studies.unit_question import UnitQuestion
    from isocost.studies.unit_sources import UnitSource

__all__ = ["Asked", "Columns", "Places", "show_efficiency"]

Inputs = Annotated[str | None, typer.Option("--inputs", help="Columns where less is better.", metavar="A,B")]
Outputs = Annotated[
    str | None, typer.Option("--outputs", help="Columns where more is better.", metavar="C,D")
]
Bad = Annotated[
    str | None,
    typer.Option(
        "--bad", help="Columns of what nobody wants but production brings, such as waits.", metavar="E"
    ),
]
Ratio = Annotated[
    list[str] | None,
    typer.Option(
        "--ratio",
        help="A column that is a ratio with an upper end, and is not scaled; may be given again.",
        metavar="COLUMN",
        show_default="quality, accuracy, score, share, ..._percent",
    ),
]
Group = Annotated[
    str | None,
    typer.Option("--group", help="Column of groups, whose frontiers are compared.", metavar="COLUMN"),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", help="Column of what is not independent, such as deployments.", metavar="COLUMN"
    ),
]
Date = Annotated[
    str | None,
    typer.Option("--date", help="Column of dates: how productivity changed between them.", metavar="COLUMN"),
]
MethodOption = Annotated[
    str,
    typer.Option(
        "--method",
        help="pareto: who is undominated; fdh: against single units; dea: against what units span; order-m: "
        "against the best of m; sfa: a stochastic frontier.",
    ),
]
Returns = Annotated[
    str | None,
    typer.Option("--rts", help="Of dea, returns to scale: vrs, crs, drs or irs.", show_default="vrs"),
]
Orientation = Annotated[
    str | None,
    typer.Option(
        "--orientation", help="input, output or directional.", show_default="input; directional with --bad"
    ),
]
DirectionOption = Annotated[
    str | None,
    typer.Option(
        "--direction",
        help="What a step of a directional distance changes: PART=own, mean or fixed, of inputs, "
        "outputs, bads.",
        metavar="PART=WAY,...",
        show_default="own",
    ),
]
DisposabilityOption = Annotated[
    str | None,
    typer.Option(
        "--disposability",
        help="Of bad outputs: weak (only cut with good ones) or strong (freely).",
        show_default="weak; strong for fdh and --super",
    ),
]
Prices = Annotated[
    str | None,
    typer.Option(
        "--prices",
        help="Of all inputs, or of all outputs: cost, or revenue, and allocative efficiency.",
        metavar="COLUMN=NUMBER,...",
    ),
]
Super = Annotated[bool, typer.Option("--super", help="Score each unit against the others without it too.")]
Bootstrap = Annotated[
    int | None,
    typer.Option("--bootstrap", help="Of dea: resamples for bias and intervals.", metavar="N"),
]
Order = Annotated[
    str | None,
    typer.Option("--order", help="Of order-m: m, or a share below 1 for order-alpha.", show_default="25"),
]
Form = Annotated[
    str | None, typer.Option("--form", help="Of sfa: cobb-douglas or translog.", show_default="cobb-douglas")
]
Distribution = Annotated[
    str | None,
    typer.Option(
        "--distribution",
        help="Of sfa, inefficiency: half-normal, truncated-normal or exponential.",
        show_default="half-normal",
    ),
]
Kind = Annotated[
    str | None,
    typer.Option(
        "--kind",
        help="Of sfa: production, one output by the inputs; cost, one input by the outputs and prices.",
        show_default="production",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns are what, as text."""

    inputs: str | None
    outputs: str | None
    bad: str | None
    ratio: Sequence[str] | None
    name: str | None
    group: str | None
    cluster: str | None
    date: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What to open, and at what price."""

    paths: Sequence[Path]
    renames: dict[str, str]
    where: dict[str, str]
    quality: Sequence[Path] | None
    quality_metric: str | None
    tasks: Sequence[str] | None
    price_per_hour: float | None
    machine: str | None
    reference: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to score, as text."""

    method: str
    dominance: str | None
    rts: str | None
    orientation: str | None
    direction: str | None
    disposability: str | None
    prices: str | None
    super_efficiency: bool
    bootstrap: int | None
    order: str | None
    form: str | None
    distribution: str | None
    kind: str | None
    seed: int


def show_efficiency(
    columns: Columns, places: Places, asked: Asked, output: Path | None, *, as_json: bool
) -> None:
    """Score units, print them, and write the page.

    Raises
    ------
    InputError
        If an option is no good, or the units cannot be scored so.
    """
    from isocost.reporting import frontier_page, unit_json, unit_text
    from isocost.studies.units import unit_report

    report = unit_report(_source(columns, places), _question(asked), reference=places.reference)
    if output is not None:
        write_page(output, frontier_page(report), "--output", beside=places.paths)
    if as_json:
        typer.echo(unit_json(report))
        return
    typer.echo(unit_text(report, width=options.width()))
    if output is not None:
        typer.echo(f"\npage: {output}")


def _source(columns: Columns, places: Places) -> UnitSource:
    from isocost.exchange.unit_table import UnitColumns
    from isocost.studies.level_units import LevelMoney
    from isocost.studies.unit_sources import QualitySource, UnitSource

    if places.quality is None and (places.quality_metric is not None or places.tasks):
        raise InputError("--quality-metric and --task go with --quality RESULTS")
    quality = (
        None
        if not places.quality
        else QualitySource(
            paths=tuple(places.quality), metric=places.quality_metric, tasks=tuple(places.tasks or ())
        )
    )
    return UnitSource(
        paths=tuple(places.paths),
        columns=UnitColumns(
            inputs=tuple(options.parse_names(columns.inputs, "--inputs")),
            outputs=tuple(options.parse_names(columns.outputs, "--outputs")),
            bads=tuple(options.parse_names(columns.bad, "--bad")),
            ratios=tuple(
                name for text in columns.ratio or () for name in options.parse_names(text, "--ratio")
            ),
            name=columns.name,
            group=columns.group,
            cluster=columns.cluster,
            date=columns.date,
        ),
        renames=places.renames,
        where=places.where,
        money=LevelMoney(price_usd_per_hour=places.price_per_hour, machine=places.machine),
        quality=quality,
    )


def _question(asked: Asked) -> UnitQuestion:
    from isocost.studies.unit_question import UnitQuestion

    said: Any = asked  # words are checked with the columns
    return UnitQuestion(
        method=said.method,
        dominance=_dominance(asked.dominance),
        returns=said.rts,
        orientation=said.orientation,
        direction=None if asked.direction is None else _direction(asked.direction),
        disposability=said.disposability,
        prices=_prices(asked.prices),
        super_efficiency=asked.super_efficiency,
        resamples=asked.bootstrap,
        order=None if asked.order is None else _order(asked.order),
        form=said.form,
        distribution=said.distribution,
        kind=said.kind,
        seed=asked.seed,
    )


def _dominance(text: str | None) -> Any:  # noqa: ANN401 - a word of Dominance, or nothing
    if text not in (None, "weak", "strict"):
        raise InputError(f"--dominance must be weak or strict, got {text!r}")
    return text


def _prices(text: str | None) -> dict[str, float]:
    form = "COLUMN=NUMBER, such as cost_usd=1,gpus=2.5"
    pairs = options.parse_pairs(None if text is None else text.split(","), "--prices", form)
    return {name: _number(value, f"--prices {name}={value}") for name, value in pairs.items()}


def _order(text: str) -> int | float:
    value = _number(text, f"--order {text}")
    if value >= 1 and value == int(value):
        return int(value)
    if not 0 < value < 1:
        raise InputError(f"--order must be a whole number m of at least 1, or a share below 1; got {text}")
    return value


def _direction(text: str) -> Direction:
    from isocost.frontier import Direction

    form = "PART=WAY, such as inputs=own,outputs=fixed"
    ways: dict[str, Way] = {}
    for part, way in options.parse_pairs(text.split(","), "--direction", form).items():
        if part not in ("inputs", "outputs", "bads"):
            raise InputError(f"--direction {part}={way}: a part is inputs, outputs or bads")
        if way == "fixed":
            ways[part] = None
        elif way in ("own", "mean"):
            ways[part] = "own" if way == "own" else "mean"
        else:
            ways[part] = tuple(
                _number(
                    each, f"--direction {part}={way}", "own, mean, fixed, or numbers with a colon between"
                )
                for each in way.split(":")
            )
    return Direction(**ways)


def _number(text: str, where: str, wanted: str = "a number") -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{where}: {text!r} is not {wanted}") from None
    if not -float("inf") < value < float("inf"):
        raise InputError(f"{where}: {text!r} is not finite")
    return value
