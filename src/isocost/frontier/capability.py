"""Who is efficient at which capability: frontiers of speed and accuracy over many scenarios."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.frontier.dominance import ProductionUnit, frontier_of
from isocost.statistics import percentiles, rank_correlation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.core.estimate import Kind
    from isocost.frontier.dominance import Axis, Dominance, Frontier
    from isocost.statistics import RankCorrelation

__all__ = [
    "CapabilityTable",
    "CapabilityUnit",
    "Coincidence",
    "RankAgreement",
    "ScenarioFrontier",
    "Standing",
    "coincidences",
    "metric_ratios",
    "rank_agreements",
    "scenario_frontiers",
    "standings",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RankAgreement:
    """How alike two quantities rank the models of a scenario; the median over scenarios.

    Parameters
    ----------
    one, other : str
        Names of metrics, or of the capability.
    spearman, kendall : Estimate
        Median of the coefficients; its interval takes scenarios as independent.
    scenarios : int
        How many have at least three models with both, not all tied.
    """

    one: str
    other: str
    spearman: Estimate
    kendall: Estimate
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
    rows = _by_scenario(table)
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
    rows = _by_scenario(table)
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


def rank_agreements(table: CapabilityTable) -> tuple[RankAgreement, ...]:
    """Correlate, within scenarios, how the metrics and the capability rank the models.

    Parameters
    ----------
    table : CapabilityTable

    Returns
    -------
    tuple of RankAgreement
        For each pair of metrics, then for the capability with each metric; pairs without a scenario of three
        models that have both are absent. A metric where less is better and a capability where more is better
        enter as they are: a positive coefficient says that the more capable model takes more.
    """
    rows = list(_by_scenario(table).values())
    columns = [(metric.name, place) for place, metric in enumerate(table.metrics)]
    pairs = [*itertools.combinations(columns, 2), *((_capability(table), column) for column in columns)]
    found = (_agreement(one, other, rows) for one, other in pairs)
    return tuple(each for each in found if each is not None)


def metric_ratios(table: CapabilityTable, over: str, under: str) -> tuple[tuple[str, Estimate], ...]:
    """Return each model's median, over scenarios, of one metric divided by another.

    Raw over idealized runtime says what the service adds to the model's own work: above 1 contention and
    overhead, below 1 better hardware or software than the reference (arXiv 2305.02440, section 4).

    Parameters
    ----------
    table : CapabilityTable
    over, under : str
        Names of metrics of the table, above 0.

    Returns
    -------
    tuple of (str, Estimate)
        Models in order of first appearance, without those that never have both; the interval, from order
        statistics, takes scenarios as independent.

    Raises
    ------
    InputError
        If the table has no such metric, or they differ in unit.
    """
    above, below = (_place(table, name) for name in (over, under))
    if table.metrics[above].unit != table.metrics[below].unit:
        raise InputError(
            f"a ratio needs metrics of one unit: {over!r} is in {table.metrics[above].unit or 'no unit'}, "
            f"{under!r} in {table.metrics[below].unit or 'no unit'}"
        )
    kind = table.units[0].capability.kind
    ratios: dict[str, list[float]] = {}
    for unit in table.units:
        top, bottom = unit.metrics[above], unit.metrics[below]
        if top is not None and bottom is not None:
            ratios.setdefault(unit.model, []).append(top.value / bottom.value)
    return tuple(
        (model, _median(ratios[model], "scenarios", kind)) for model in table.models if model in ratios
    )


def _place(table: CapabilityTable, name: str) -> int:
    names = [metric.name for metric in table.metrics]
    if name not in names:
        raise InputError(f"there is no metric {name!r}; the table has {', '.join(names)}")
    return names.index(name)


def _by_scenario(table: CapabilityTable) -> dict[str, list[CapabilityUnit]]:
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


def _capability(table: CapabilityTable) -> tuple[str, None]:
    return table.capability.name, None


def _value(unit: CapabilityUnit, place: int | None) -> float | None:
    seen = unit.capability if place is None else unit.metrics[place]
    return None if seen is None else seen.value


def _agreement(
    one: tuple[str, int | None], other: tuple[str, int | None], rows: Sequence[Sequence[CapabilityUnit]]
) -> RankAgreement | None:
    found = [each for units in rows if (each := _correlation(units, one[1], other[1])) is not None]
    if not found:
        return None
    kind = rows[0][0].capability.kind
    return RankAgreement(
        one=one[0],
        other=other[0],
        spearman=_median([each.spearman for each in found], "models within a scenario", kind),
        kendall=_median([each.kendall for each in found], "models within a scenario", kind),
        scenarios=len(found),
    )


def _correlation(
    units: Sequence[CapabilityUnit], one: int | None, other: int | None
) -> RankCorrelation | None:
    pairs = [(_value(unit, one), _value(unit, other)) for unit in units]
    known = [(x, y) for x, y in pairs if x is not None and y is not None]
    if not known:
        return None
    values = np.array(known, dtype=np.float64)
    return rank_correlation(values[:, 0], values[:, 1])


def _median(values: Sequence[float], basis: str, kind: Kind) -> Estimate:
    told = percentiles(np.array(values, dtype=np.float64), [50], unit="", kind=kind)
    seen = told.get(50)
    return Estimate(
        value=float(np.median(values)),
        low=None if seen is None else seen.low,
        high=None if seen is None else seen.high,
        unit="",
        kind=kind,
        n=len(values),
        basis=basis,
        method="median over scenarios; order statistics, scenarios taken as independent",
    )
