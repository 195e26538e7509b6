"""Who is efficient at which capability: frontiers of speed and accuracy over many scenarios."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.frontier.dominance import ProductionUnit, frontier_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.core.estimate import Estimate
    from isocost.frontier.dominance import Axis, Frontier
    from isocost.frontier.pareto import Dominance

__all__ = [
    "CapabilityTable",
    "CapabilityUnit",
    "Coincidence",
    "ScenarioFrontier",
    "Standing",
    "coincidences",
    "scenario_frontiers",
    "standings",
    "units_by_scenario",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityUnit:
    """What one model reaches in one scenario, and what that takes.

    Parameters
    ----------
    scenario, model : str
    capability : Estimate
        Accuracy or another score; more is better.
    metrics : tuple of Estimate or None
        One a metric of the table; ``None`` where it was not measured.
    """

    scenario: str
    model: str
    capability: Estimate
    metrics: tuple[Estimate | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityTable:
    """Models in scenarios, by capability and by metrics of efficiency.

    Parameters
    ----------
    capability : Axis
    metrics : tuple of Axis
        At least one.
    units : tuple of CapabilityUnit
        At least one; each model at most once a scenario.

    Raises
    ------
    InputError
        If there is no metric or no unit, a unit's metrics do not fit, or a model comes twice in a scenario.
    """

    capability: Axis
    metrics: tuple[Axis, ...]
    units: tuple[CapabilityUnit, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be compared."""
        if not self.metrics or not self.units:
            raise InputError(
                f"capability needs a metric and a unit, got {len(self.metrics)} metrics "
                f"and {len(self.units)} units"
            )
        seen = set()
        for unit in self.units:
            if len(unit.metrics) != len(self.metrics):
                raise InputError(
                    f"{unit.model!r} in {unit.scenario!r} has {len(unit.metrics)} metrics, "
                    f"the table {len(self.metrics)}"
                )
            if (unit.scenario, unit.model) in seen:
                raise InputError(f"scenario {unit.scenario!r} has the model {unit.model!r} twice")
            seen.add((unit.scenario, unit.model))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, in order of first appearance."""
        return tuple(dict.fromkeys(unit.scenario for unit in self.units))

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models, in order of first appearance."""
        return tuple(dict.fromkeys(unit.model for unit in self.units))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFrontier:
    """Who is undominated in one scenario, by one metric.

    Parameters
    ----------
    scenario : str
    metric : str
    frontier : Frontier
        Of two axes, metric and capability; its units are the models that have the metric.
    """

    scenario: str
    metric: str
    frontier: Frontier

    @property
    def ahead(self) -> tuple[str, ...]:
        """Models on the frontier."""
        return tuple(unit.name for unit in self.frontier.units if unit.on_frontier)


@dataclass(frozen=True, slots=True)
class Standing:
    """In how many scenarios a model is on the frontier.

    Parameters
    ----------
    model, metric : str
    ahead, scenarios : int
        On the frontier in so many of so many.
    """

    model: str
    metric: str
    ahead: int
    scenarios: int


@dataclass(frozen=True, slots=True)
class Coincidence:
    """In how many scenarios two metrics draw the same frontier, among the models that have both.

    Parameters
    ----------
    one, other : str
        Names of the metrics.
    same, scenarios : int
        The same in so many of so many.
    """

    one: str
    other: str
    same: int
    scenarios: int


def scenario_frontiers(
    table: CapabilityTable, *, dominance: Dominance = "weak"
) -> tuple[ScenarioFrontier, ...]:
    """Find who is undominated, for each scenario and each metric.

    Parameters
    ----------
    table : CapabilityTable
    dominance : {"weak", "strict"}
        Weak, the rule of arXiv 2305.02440: dropped is who is beaten in metric and in capability. Strict:
        dropped is who is beaten in one and not ahead in the other.

    Returns
    -------
    tuple of ScenarioFrontier
        Scenario by scenario, metric by metric; none where no model of the scenario has the metric.
    """
    rows = units_by_scenario(table)
    found = []
    for scenario in table.scenarios:
        for place, metric in enumerate(table.metrics):
            frontier = _frontier(table, rows[scenario], place, dominance)
            if frontier is not None:
                found.append(ScenarioFrontier(scenario=scenario, metric=metric.name, frontier=frontier))
    return tuple(found)


def standings(frontiers: Iterable[ScenarioFrontier]) -> tuple[Standing, ...]:
    """Count for each model and metric on how many frontiers it is, of how many it could be on.

    Parameters
    ----------
    frontiers : iterable of ScenarioFrontier

    Returns
    -------
    tuple of Standing
        Models in order of first appearance, metrics likewise; absent where the model has no such metric.
    """
    counts: dict[tuple[str, str], list[int]] = {}
    for each in frontiers:
        for unit in each.frontier.units:
            tally = counts.setdefault((unit.name, each.metric), [0, 0])
            tally[0] += unit.on_frontier
            tally[1] += 1
    models = list(dict.fromkeys(model for model, _ in counts))
    ordered = sorted(counts.items(), key=lambda item: models.index(item[0][0]))
    return tuple(Standing(model, metric, ahead, of) for (model, metric), (ahead, of) in ordered)


def coincidences(table: CapabilityTable, *, dominance: Dominance = "weak") -> tuple[Coincidence, ...]:
    """Count for each pair of metrics in how many scenarios both draw the same frontier.

    Only models that have both metrics are compared, and only scenarios with at least two of them: one alone
    is on every frontier.

    Parameters
    ----------
    table : CapabilityTable
    dominance : {"weak", "strict"}

    Returns
    -------
    tuple of Coincidence
    """
    rows = units_by_scenario(table)
    found = []
    for one, other in itertools.combinations(range(len(table.metrics)), 2):
        both = [_with(units, one, other) for units in rows.values()]
        same = [
            _ahead(_frontier(table, units, one, dominance))
            == _ahead(_frontier(table, units, other, dominance))
            for units in both
            if len(units) > 1
        ]
        names = table.metrics[one].name, table.metrics[other].name
        found.append(Coincidence(*names, same=sum(same), scenarios=len(same)))
    return tuple(found)


def units_by_scenario(table: CapabilityTable) -> dict[str, list[CapabilityUnit]]:
    """Return the units of each scenario, in order of first appearance."""
    rows: dict[str, list[CapabilityUnit]] = {}
    for unit in table.units:
        rows.setdefault(unit.scenario, []).append(unit)
    return rows


def _with(units: Sequence[CapabilityUnit], *places: int) -> list[CapabilityUnit]:
    return [unit for unit in units if all(unit.metrics[place] is not None for place in places)]


def _frontier(
    table: CapabilityTable, units: Sequence[CapabilityUnit], place: int, dominance: Dominance
) -> Frontier | None:
    compared = [
        ProductionUnit(name=unit.model, group=unit.model, values=(metric, unit.capability))
        for unit in units
        if (metric := unit.metrics[place]) is not None
    ]
    axes = (table.metrics[place], table.capability)
    return frontier_of(compared, axes=axes, dominance=dominance) if compared else None


def _ahead(frontier: Frontier | None) -> set[str]:
    return set() if frontier is None else {unit.name for unit in frontier.units if unit.on_frontier}
