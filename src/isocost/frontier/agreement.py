"""How alike metrics rank models, and what one of them is as a multiple of another."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.frontier.capability import units_by_scenario
from isocost.statistics import percentiles, rank_correlation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Kind
    from isocost.frontier.capability import CapabilityTable, CapabilityUnit
    from isocost.statistics import RankCorrelation

__all__ = ["RankAgreement", "metric_ratios", "rank_agreements"]


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
    rows = list(units_by_scenario(table).values())
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
