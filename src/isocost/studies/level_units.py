"""Levels of load as production units: what each level of a study or sweep takes, makes and keeps waiting."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.exchange import SweepFormat
from isocost.exchange.table import named_unit
from isocost.exchange.unit_table import UnitTable, is_ratio
from isocost.frontier import Axis
from isocost.studies.answer import report_study
from isocost.studies.sweeps import FileQuestion, report_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from isocost.core.provenance import Provenance
    from isocost.economics import CostLevel
    from isocost.exchange.unit_table import UnitColumns
    from isocost.frontier.pareto import Better
    from isocost.studies.report import DeploymentReport, StudyReport

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["LEVEL_QUANTITIES", "LevelChoice", "LevelMoney", "LevelUnits", "is_level_quantity", "level_units"]

LEVEL_QUANTITIES: dict[str, str] = {
    "cost_usd": "USD per million output tokens",
    "cost_usd_per_request": "USD per request",
    "machine_s": "machine-seconds per million output tokens",
    "price_usd_per_hour": "USD per hour of the whole deployment",
    "tokens_per_second": "output tokens per second",
    "requests_per_second": "requests finished per second",
    "user_tokens_per_second": "speed for one user, median",
    "power_w": "mean electrical power",
    "energy_j": "joules per output token",
    "gpus": "accelerators",
    "parameters": "weights of the model",
    "concurrency": "requests at a time",
    "ttft_s": "time to first token, median",
    "tpot_s": "time per output token, median",
    "e2e_s": "time of a request, median",
}
"""Columns that a level of load has, where it was measured; ``ttft_p95_s`` and its like too."""
_GROUPS = ("deployment", "model", "study")
_DEFAULT = "p50"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelMoney:
    """What a machine costs by the hour, and how files of sweeps are read.

    Parameters
    ----------
    price_usd_per_hour : float or None
        Of each whole deployment.
    machine : str or None
        To take the price from.
    """

    price_usd_per_hour: float | None = None
    machine: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChoice:
    """Which levels, and how files of sweeps call their columns.

    Parameters
    ----------
    renames : mapping of str to str
        The files' names of columns to ours.
    where : mapping of str to str
        Only levels of this ``deployment``, ``model`` or ``study``; other names are columns of the files.
    """

    renames: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelUnits:
    """Levels as units.

    Parameters
    ----------
    table : UnitTable
        Clustered by deployment.
    models : tuple of str, length n
        By which quality is joined: the deployment of each unit.
    provenance : tuple of Provenance
    """

    table: UnitTable
    models: tuple[str, ...]
    provenance: tuple[Provenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    name: str
    facts: Mapping[str, str]
    known: Mapping[str, Estimate] = field(default_factory=dict)


def is_level_quantity(name: str) -> bool:
    """Tell whether a level of load may have a quantity of this name."""
    parts = name.split("_")
    return name in LEVEL_QUANTITIES or (
        len(parts) == 3 and parts[0] in ("ttft", "tpot", "gaps", "e2e") and parts[2] == "s"
    )


def level_units(
    paths: Sequence[Path],
    columns: UnitColumns,
    money: LevelMoney | None = None,
    *,
    choice: LevelChoice | None = None,
) -> LevelUnits:
    """Take the levels of studies and of other tools' sweeps as units.

    Parameters
    ----------
    paths : sequence of Path
        Folders of studies, each for itself; files of sweeps, taken together.
    columns : UnitColumns
        Of `LEVEL_QUANTITIES`; the group is ``deployment``, ``model`` or ``study``.
    money : LevelMoney, optional
    choice : LevelChoice, optional

    Returns
    -------
    LevelUnits

    Raises
    ------
    InputError
        If a quantity is not known of levels, or no level has all of them.
    """
    for column in columns.quantities:
        if not is_level_quantity(column):
            raise InputError(
                f"{column!r} is no quantity of a level of load; there are {', '.join(LEVEL_QUANTITIES)}, and "
                "percentiles such as ttft_p95_s (a file of units, with columns of its own, is given alone; "
                "quality comes by --quality RESULTS|STUDY)"
            )
    if columns.group is not None and columns.group not in _GROUPS:
        raise InputError(f"--group of levels is one of {', '.join(_GROUPS)}; got {columns.group!r}")
    if columns.date is not None or columns.cluster is not None or columns.name is not None:
        raise InputError(
            "--date, --cluster and --name are of a file of units; levels are clustered by deployment"
        )
    choice = choice or LevelChoice()
    reports = _reports(paths, money or LevelMoney(), choice)
    counted = Counter(each.deployment.name for report in reports for each in report.deployments)
    levels = [each for report in reports for each in _levels(report, counted)]
    chosen = [
        each for each in levels if all(each.facts[k] == v for k, v in choice.where.items() if k in _GROUPS)
    ]
    kept = [each for each in chosen if all(name in each.known for name in columns.quantities)]
    if not kept:
        raise InputError(_nothing(chosen, columns))
    values, lows, highs = _numbers(kept, columns)
    table = UnitTable(
        source=", ".join(path.name or str(path) for path in paths),
        inputs=tuple(_axis(name, "lower", kept, columns) for name in columns.inputs),
        outputs=tuple(_axis(name, "higher", kept, columns) for name in columns.outputs),
        bads=tuple(_axis(name, "lower", kept, columns) for name in columns.bads),
        names=tuple(each.name for each in kept),
        values=values,
        lows=lows,
        highs=highs,
        groups=None if columns.group is None else tuple(each.facts[columns.group] for each in kept),
        clusters=tuple(each.facts["cluster"] for each in kept),
        kind="measured",
        cautions=(*_doubts(reports), *_left_out(chosen, kept)),
    )
    return LevelUnits(
        table=table,
        models=tuple(each.facts["deployment"] for each in kept),
        provenance=tuple(origin for report in reports for origin in report.provenance),
    )


def _reports(paths: Sequence[Path], money: LevelMoney, choice: LevelChoice) -> list[StudyReport]:
    studies = [path for path in paths if (path / "study.yaml").is_file()]
    files = [path for path in paths if path not in studies]
    found = [
        report_study(path, price_usd_per_hour=money.price_usd_per_hour, machine=money.machine)
        for path in studies
    ]
    if files and found and choice.renames:
        raise InputError("--map renames columns of files; give studies and such files apart")
    if files:
        question = FileQuestion(
            price_usd_per_hour=money.price_usd_per_hour,
            machine=money.machine,
            form=SweepFormat(
                names={ours: theirs for theirs, ours in choice.renames.items()},
                where={name: text for name, text in choice.where.items() if name not in _GROUPS},
            ),
        )
        found.append(report_files(files, question))
    return found


def _levels(report: StudyReport, counted: Mapping[str, int]) -> Iterator[_Level]:
    for each in report.deployments:
        if each.curve is None:
            continue
        before = f"{report.name}: " if counted[each.deployment.name] > 1 else ""
        for level in each.curve.levels:
            yield _Level(
                name=f"{before}{each.deployment.name} at {level.load.label}",
                facts={
                    "deployment": each.deployment.name,
                    "model": each.deployment.model,
                    "study": report.name,
                    "cluster": f"{before}{each.deployment.name}",
                },
                known={name: value for name, value in _known(report, each, level) if value is not None},
            )


def _known(
    report: StudyReport, each: DeploymentReport, level: CostLevel
) -> Iterator[tuple[str, Estimate | None]]:
    """Yield what a level has; intervals are those of measurement, a price's range shifts all levels alike."""
    seconds, price = level.machine_seconds_per_million, None if each.curve is None else each.curve.price
    yield "machine_s", seconds
    yield "cost_usd", _by_time(level.cost_per_million_tokens.get("output"), seconds)
    yield "cost_usd_per_request", level.cost_per_request
    yield "price_usd_per_hour", None if price is None else _exact(price.usd_per_hour, "USD", price.source)
    yield "tokens_per_second", level.output_tokens_per_second
    yield "user_tokens_per_second", level.latency.get("user_speed.p50")
    yield (
        "concurrency",
        None if level.load.concurrency is None else _exact(level.load.concurrency, "", "asked for"),
    )
    size = each.deployment.parameters
    yield "parameters", None if size is None else _exact(size, "", "architecture")
    count = [pool.accelerators for pool in each.deployment.pools]
    yield "gpus", None if None in count else _exact(sum(one or 0 for one in count), "", "deployment")
    yield "requests_per_second", _mean([point.requests_per_second for point in level.points])
    yield "power_w", _mean([point.power_w for point in level.points])
    if report.energy is not None:
        yield "energy_j", report.energy.per_token(each.deployment.name, level.load)
    for key, value in level.latency.items():
        latency, statistic = key.split(".")
        if latency != "user_speed":
            yield f"{latency}_{statistic}_s", value
            if statistic == _DEFAULT:
                yield f"{latency}_s", value


def _by_time(cost: Estimate | None, seconds: Estimate) -> Estimate | None:
    if cost is None or seconds.low is None or seconds.high is None or seconds.value == 0:
        return cost
    scale = cost.value / seconds.value
    return replace(cost, low=scale * seconds.low, high=scale * seconds.high, level=seconds.level)


def _exact(value: float, unit: str, source: str) -> Estimate:
    return Estimate(value=float(value), unit=unit, kind="published", method="as stated", source=source)


def _mean(values: Sequence[Estimate | None]) -> Estimate | None:
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    if len(known) == 1:
        return known[0]
    return replace(known[0], value=sum(each.value for each in known) / len(known), low=None, high=None)


def _numbers(kept: Sequence[_Level], columns: UnitColumns) -> tuple[FloatArray, FloatArray, FloatArray]:
    table = [[each.known[name] for name in columns.quantities] for each in kept]
    nothing = float("nan")
    return (
        np.array([[one.value for one in row] for row in table]),
        np.array([[nothing if one.low is None else one.low for one in row] for row in table]),
        np.array([[nothing if one.high is None else one.high for one in row] for row in table]),
    )


def _axis(name: str, better: Better, kept: Sequence[_Level], columns: UnitColumns) -> Axis:
    values = np.array([each.known[name].value for each in kept])
    return Axis(
        name=name,
        unit=named_unit(name) or kept[0].known[name].unit,
        better=better,
        bounded=name in columns.ratios or is_ratio(name, values),
    )


def _nothing(levels: Sequence[_Level], columns: UnitColumns) -> str:
    if not levels:
        return "no level of load is left by --where; it chooses by deployment, model or study"
    missing = next(
        (name for name in columns.quantities if not any(name in each.known for each in levels)), None
    )
    known = ", ".join(sorted({name for each in levels for name in each.known}))
    if missing is None:
        return f"no level has all of {', '.join(columns.quantities)}; what levels have is {known}"
    advice = "; give --price-per-hour or --machine" if missing.startswith(("cost_usd", "price")) else ""
    return f"no level tells its {missing}{advice}; what levels have is {known}"


def _doubts(reports: Sequence[StudyReport]) -> Iterator[Caution]:
    workloads = dict.fromkeys(
        each.workload for report in reports for each in report.deployments if each.curve is not None
    )
    if len(workloads) > 1:
        yield Caution(
            "several-workloads",
            f"{len(workloads)} workloads were measured, and levels under different ones are not alike; "
            "choose one "
            "with --where deployment=…",
        )


def _left_out(chosen: Sequence[_Level], kept: Sequence[_Level]) -> Iterator[Caution]:
    names = {each.name for each in kept}
    gone = [each.name for each in chosen if each.name not in names]
    if gone:
        few = ", ".join(gone[:3]) + (", …" if len(gone) > 3 else "")
        word = "one level was" if len(gone) == 1 else f"{len(gone)} levels were"
        yield Caution("rows-left-out", f"{word} left out: a value is missing ({few})")
