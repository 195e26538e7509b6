"""Who is efficient at which capability, by which metric: a table of scenarios, compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.core.provenance import Provenance
from isocost.exchange import read_capability
from isocost.frontier import coincidences, metric_ratios, rank_agreements, scenario_frontiers, standings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isocost.core.estimate import Estimate
    from isocost.frontier import (
        CapabilityTable,
        Coincidence,
        Dominance,
        RankAgreement,
        ScenarioFrontier,
        Standing,
    )

__all__ = ["CapabilityReport", "MetricRatio", "capability_report"]

RAW = ("raw_runtime_s", "runtime_s")
OWN = ("idealized_runtime_s", "denoised_runtime_s")
DRAWN = 12
"""So many scenarios are drawn unless others are asked for."""
FEW = 5
"""Scenarios with fewer models than this are named in a caution: almost everybody is on such a frontier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRatio:
    """What each model's raw runtime is, as a multiple of what the model itself needs.

    Parameters
    ----------
    over, under : str
        Names of the metrics divided.
    models : tuple of (str, Estimate)
        The median over scenarios.
    """

    over: str
    under: str
    models: tuple[tuple[str, Estimate], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityReport:
    """Everything that a table of capability says.

    Parameters
    ----------
    name : str
        The file.
    table : CapabilityTable
    dominance : {"weak", "strict"}
    frontiers : tuple of ScenarioFrontier
    standings : tuple of Standing
    coincidences : tuple of Coincidence
    ranks : tuple of RankAgreement
    ratio : MetricRatio or None
        Raw over idealized runtime, else over denoised; ``None`` where the table lacks them.
    drawn : tuple of str
        Scenarios to draw and to tell one by one, in this order.
    cautions : tuple of Caution
    provenance : tuple of Provenance
    """

    name: str
    table: CapabilityTable
    dominance: Dominance
    frontiers: tuple[ScenarioFrontier, ...]
    standings: tuple[Standing, ...]
    coincidences: tuple[Coincidence, ...]
    ranks: tuple[RankAgreement, ...]
    ratio: MetricRatio | None
    drawn: tuple[str, ...]
    cautions: tuple[Caution, ...]
    provenance: tuple[Provenance, ...]


def capability_report(
    path: Path,
    *,
    dominance: Dominance = "weak",
    metrics: Sequence[str] = (),
    scenarios: Sequence[str] = (),
    renames: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> CapabilityReport:
    """Compare models by capability and efficiency in each scenario of a file (arXiv 2305.02440, section 5).

    Parameters
    ----------
    path : Path
        A CSV file, see `isocost.exchange.read_capability`.
    dominance : {"weak", "strict"}
        Weak, the paper's: dropped is who is beaten in both. Strict: dropped is who is beaten in one and not
        ahead in the other.
    metrics : sequence of str, optional
        Columns to take as metrics; by default the known ones.
    scenarios : sequence of str, optional
        Which to draw and to tell one by one; by default twelve, those with most metrics and models. Counts
        and correlations are always of all.
    renames, where : mapping of str to str, optional
        Columns to rename; rows to choose.

    Returns
    -------
    CapabilityReport

    Raises
    ------
    InputError
        If the file cannot be compared, or has no such scenario.
    """
    read = read_capability(path, metrics=metrics, renames=renames, where=where)
    frontiers = scenario_frontiers(read.table, dominance=dominance)
    return CapabilityReport(
        name=path.name,
        table=read.table,
        dominance=dominance,
        frontiers=frontiers,
        standings=standings(frontiers),
        coincidences=coincidences(read.table, dominance=dominance),
        ranks=rank_agreements(read.table),
        ratio=_ratio(read.table),
        drawn=_drawn(path, read.table, frontiers, scenarios),
        cautions=(*read.cautions, *_cautions(read.table)),
        provenance=(_provenance(path, where or {}),),
    )


def _ratio(table: CapabilityTable) -> MetricRatio | None:
    units = {metric.name: metric.unit for metric in table.metrics}
    over = next((name for name in RAW if name in units), None)
    under = next((name for name in OWN if name in units), None)
    if over is None or under is None:
        return None
    return MetricRatio(over=over, under=under, models=metric_ratios(table, over, under))


def _drawn(
    path: Path, table: CapabilityTable, frontiers: Sequence[ScenarioFrontier], asked: Sequence[str]
) -> tuple[str, ...]:
    """Return the scenarios asked for, else the first few by most metrics, then by most models."""
    for name in asked:
        if name not in table.scenarios:
            names = ", ".join(table.scenarios[:6]) + (", …" if len(table.scenarios) > 6 else "")
            raise InputError(f"{path} has no scenario {name!r} (it has: {names}); name one of them")
    if asked:
        return tuple(dict.fromkeys(asked))
    metrics = dict.fromkeys(table.scenarios, 0)
    models = dict.fromkeys(table.scenarios, 0)
    for each in frontiers:
        metrics[each.scenario] += 1
        models[each.scenario] += len(each.frontier.units)
    return tuple(sorted(table.scenarios, key=lambda name: (-metrics[name], -models[name])))[:DRAWN]


def _cautions(table: CapabilityTable) -> list[Caution]:
    counts = dict.fromkeys(table.scenarios, 0)
    for unit in table.units:
        counts[unit.scenario] += 1
    small = [name for name, count in counts.items() if count < FEW]
    cautions = [
        Caution(
            "no-intervals",
            "the values come without intervals, so ties and noise are taken at face value; "
            "compare weak with strict dominance to see how much hangs on ties",
        )
    ]
    if small:
        named = ", ".join(small[:3]) + (", …" if len(small) > 3 else "")
        text = f"{len(small)} of {len(counts)} scenarios have less than {FEW} models ({named})"
        cautions.append(Caution("few-models", f"{text}: there, being on the frontier says little"))
    return cautions


def _provenance(path: Path, where: Mapping[str, str]) -> Provenance:
    return Provenance(source=str(path), tool="a file given", facts=dict(where))
