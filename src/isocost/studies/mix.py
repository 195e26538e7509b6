"""The cheapest mix of models for a budget or a quality, at random or by a cascade."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.frontier import (
    area_under_hull,
    best_within_budget,
    cheapest_at_quality,
    hull_band,
    mixing_hull,
)
from isocost.statistics.draws import DRAWS, Draws, draws_around, generator, summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.provenance import Provenance
    from isocost.frontier import Axis, Hull, HullBand, Mix, ProductionUnit
    from isocost.frontier.mixing import AreaConvention
    from isocost.studies.cascade import CascadeReport

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["MixQuestion", "MixReport", "MixedUnit", "RandomMix", "mixed_units"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixQuestion:
    """What is asked.

    Parameters
    ----------
    cost, quality : str or None
        Columns of the file; found by their usual names where left out.
    name : str or None
        Column with each unit's name.
    budget : float or None
        Mean cost a request that may not be passed, in the unit of the file.
    floor : float or None
        Mean quality to reach. At most one of the two.
    renames, where : mapping of str to str
        Columns to rename; rows to choose.

    Raises
    ------
    InputError
        If the budget is negative or not finite, or the quality not finite.
    """

    cost: str | None = None
    quality: str | None = None
    name: str | None = None
    budget: float | None = None
    floor: float | None = None
    renames: Mapping[str, str] | None = None
    where: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse aims that no mix can have."""
        if self.budget is not None and not 0 <= self.budget < math.inf:
            raise InputError(
                "--budget must be a finite number of at least 0, the mean cost a request; "
                f"got {self.budget:g}"
            )
        if self.floor is not None and not math.isfinite(self.floor):
            raise InputError(f"--quality must be a finite number, the mean to reach; got {self.floor:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedUnit:
    """A unit that could take part in a mix.

    Parameters
    ----------
    name : str
    cost, quality : Estimate
    on_hull : bool
        Whether some mix that no other beats sends requests to it.
    """

    name: str
    cost: Estimate
    quality: Estimate
    on_hull: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomMix:
    """A mix in which each request is sent to a unit at random, with fixed shares.

    Parameters
    ----------
    shares : tuple of (str, float)
        Units and their shares of the requests; one or two.
    cost, quality : Estimate
        Means over requests, of these shares whatever the units turn out to be.
    shadow_price : float or None
        dC/dQ from this mix upward: cost of a whole unit of quality more.
    single : str or None
        The best single unit for the same aim; ``None`` when no unit alone keeps it.
    single_cost, single_quality : Estimate or None
    """

    shares: tuple[tuple[str, float], ...]
    cost: Estimate
    quality: Estimate
    shadow_price: float | None
    single: str | None
    single_cost: Estimate | None
    single_quality: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MixReport:
    """What mixing can reach.

    Parameters
    ----------
    name : str
        The file.
    axes : tuple of Axis
        Cost, then quality.
    units : tuple of MixedUnit
        In the order of the file.
    hull : Hull
    band : HullBand or None
        How well the hull is known; ``None`` without intervals.
    prices : tuple of (str, str, float)
        Along the hull: from which unit to which, and the shadow price of quality between them.
    area, area_by_code : Estimate or None
        AIQ as arXiv 2403.12031 defines it, and as its code computes it; ``None`` where all cost the same.
    mix : RandomMix or None
        ``None`` when nothing was asked for or nothing keeps the aim.
    question : MixQuestion
    cascade : CascadeReport or None
    cautions : tuple of Caution
    provenance : tuple of Provenance
    """

    name: str
    axes: tuple[Axis, ...]
    units: tuple[MixedUnit, ...]
    hull: Hull
    band: HullBand | None
    prices: tuple[tuple[str, str, float], ...]
    area: Estimate | None
    area_by_code: Estimate | None
    mix: RandomMix | None
    question: MixQuestion
    cascade: CascadeReport | None
    cautions: tuple[Caution, ...]
    provenance: tuple[Provenance, ...]


def mixed_units(
    name: str,
    axes: tuple[Axis, ...],
    units: Sequence[ProductionUnit],
    question: MixQuestion,
    *,
    provenance: Provenance,
    seed: int = 0,
) -> MixReport:
    """Find what mixing units can reach.

    Parameters
    ----------
    name : str
        Of what they are units of.
    axes : tuple of Axis
        Cost, then quality.
    units : sequence of ProductionUnit
        At least one.
    question : MixQuestion
    provenance : Provenance
    seed : int

    Returns
    -------
    MixReport
        Without cascade.
    """
    hull = mixing_hull(*([unit.values[part].value for unit in units] for part in (0, 1)))
    drawn = _draws(units, axes, seed)
    worlds = _worlds(drawn)
    names = [unit.name for unit in units]
    chosen = _chosen(hull, question)
    return MixReport(
        name=name,
        axes=axes,
        units=tuple(
            MixedUnit(
                name=unit.name, cost=unit.values[0], quality=unit.values[1], on_hull=number in hull.members
            )
            for number, unit in enumerate(units)
        ),
        hull=hull,
        band=hull_band(hull, worlds, bounds=_limits(units)) if worlds else None,
        prices=tuple(_prices(hull, names)),
        area=_area(hull, worlds, axes[1].unit, len(units), "paper"),
        area_by_code=_area(hull, worlds, axes[1].unit, len(units), "routerbench"),
        mix=None if chosen is None else _mix(chosen, units, drawn, question),
        question=question,
        cascade=None,
        cautions=tuple(_doubts(units, hull)),
        provenance=(provenance,),
    )


def _draws(units: Sequence[ProductionUnit], axes: Sequence[Axis], seed: int) -> list[list[Draws]]:
    """Draw cost and quality of each unit, a list a unit; a quality between 0 and 1 stays there."""
    limits = ((0.0, np.inf), _limits(units))
    return [
        [
            draws_around(value, rng=generator(seed, f"{unit.name}, {axis.name}"), bounds=bounds)
            for value, axis, bounds in zip(unit.values, axes, limits, strict=True)
        ]
        for unit in units
    ]


def _limits(units: Sequence[ProductionUnit]) -> tuple[float, float]:
    """Return what a quality can be: a share stays between 0 and 1."""
    share = all(0 <= unit.values[1].value <= 1 for unit in units)
    return (0.0, 1.0) if share else (-np.inf, np.inf)


def _prices(hull: Hull, names: Sequence[str]) -> Iterator[tuple[str, str, float]]:
    for place in range(len(hull.members) - 1):
        rise = hull.costs[place + 1] - hull.costs[place]
        price = rise / (hull.qualities[place + 1] - hull.qualities[place])
        yield names[hull.members[place]], names[hull.members[place + 1]], price


def _worlds(drawn: list[list[Draws]]) -> list[Hull]:
    """Return the hulls of joint draws; none where nothing is uncertain."""
    if all(float(np.ptp(each.samples)) == 0 for unit in drawn for each in unit):
        return []
    cost, quality = (np.array([unit[part].samples for unit in drawn]).T.tolist() for part in (0, 1))
    return [mixing_hull(cost[world], quality[world]) for world in range(DRAWS // 8)]


def _area(
    hull: Hull, worlds: list[Hull], unit: str, count: int, convention: AreaConvention
) -> Estimate | None:
    """Estimate AIQ; the hull of noisy units lies too high, so the interval is the basic one of the draws."""
    value = area_under_hull(hull, convention)
    if value is None:
        return None
    low = high = None
    if worlds:
        areas = np.array([area_under_hull(world, convention) or np.nan for world in worlds])
        below, above = np.nanquantile(areas, [0.025, 0.975])
        low, high = min(value, 2 * value - float(above)), max(value, 2 * value - float(below))
    return Estimate(
        value=value,
        low=low,
        high=high,
        unit=unit,
        kind="published",
        method="area under the hull over its range of cost"
        + ("; basic interval of joint draws" if worlds else ""),
        n=count,
    )


def _chosen(hull: Hull, question: MixQuestion) -> Mix | None:
    if question.budget is not None:
        return best_within_budget(hull, question.budget)
    return None if question.floor is None else cheapest_at_quality(hull, question.floor)


def _mix(
    chosen: Mix, units: Sequence[ProductionUnit], drawn: list[list[Draws]], question: MixQuestion
) -> RandomMix:
    alone = _single(units, question)
    return RandomMix(
        shares=tuple((units[number].name, share) for number, share in chosen.shares),
        cost=_blend(chosen, drawn, 0),
        quality=_blend(chosen, drawn, 1),
        shadow_price=chosen.shadow_price,
        single=None if alone is None else alone.name,
        single_cost=None if alone is None else alone.values[0],
        single_quality=None if alone is None else alone.values[1],
    )


def _blend(chosen: Mix, drawn: list[list[Draws]], part: int) -> Estimate:
    parts = [(drawn[number][part], share) for number, share in chosen.shares]
    samples = np.sum([share * each.samples for each, share in parts], axis=0)
    uncertain = float(np.ptp(samples)) > 0
    return summarise(
        Draws(
            value=sum(share * each.value for each, share in parts),
            samples=samples if uncertain else np.full_like(samples, np.nan),
            unit=parts[0][0].unit,
            kind=parts[0][0].kind,
            method="mean over requests sent with these shares",
        )
    )


def _single(units: Sequence[ProductionUnit], question: MixQuestion) -> ProductionUnit | None:
    """Return the best unit alone: of most quality within the budget, or cheapest that reaches the floor."""
    if question.budget is not None:
        kept = [unit for unit in units if unit.values[0].value <= question.budget]
        return max(kept, key=lambda unit: (unit.values[1].value, -unit.values[0].value), default=None)
    kept = [unit for unit in units if unit.values[1].value >= (question.floor or 0.0)]
    return min(kept, key=lambda unit: (unit.values[0].value, -unit.values[1].value), default=None)


def _doubts(units: Sequence[ProductionUnit], hull: Hull) -> Iterator[Caution]:
    if len(units) == 1:
        yield Caution("one-unit", "one unit alone cannot be mixed; give at least two rows")
    elif len(hull.members) == 1:
        yield Caution(
            "no-mix",
            f"{units[hull.members[0]].name} is both the cheapest and the best: no mix improves on it",
        )
    if not any(value.has_interval for unit in units for value in unit.values):
        yield Caution(
            "no-interval-given",
            "the file gives no interval of cost or quality, so none is told; add columns such as "
            "quality_low and quality_high, or quality_se",
        )
