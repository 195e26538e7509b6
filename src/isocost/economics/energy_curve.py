"""Energy and carbon of a sweep: per token, request and million tokens at each level of load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.economics.energy import carbon_g, incremental_energy_j, kilowatt_hours
from isocost.economics.power import (
    EnergyBoundary,
    LoadPower,
    Surroundings,
    combine_known,
    fit_load_power,
    power_within,
)
from isocost.statistics.draws import Draws, generator, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.economics.curve import CostCurve, CostLevel

    Amounts = Mapping[EnergyBoundary, Estimate]

__all__ = ["EnergyCurve", "EnergyLevel", "energy_curve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyLevel:
    """Power, energy and carbon at one level of load, by boundary.

    Parameters
    ----------
    load : Load
    power : mapping of EnergyBoundary to Estimate
        Watts of the whole deployment.
    per_token : mapping of EnergyBoundary to Estimate
        Joules per output token.
    per_million : mapping of EnergyBoundary to Estimate
        kWh per million output tokens.
    per_request : mapping of EnergyBoundary to Estimate
        Joules per request that ended well; empty where nobody counted tokens a request.
    incremental : Estimate or None
        Joules per output token more, from the level below to this one, at the innermost boundary; ``None`` at
        the lowest level, where throughput does not rise, and where one power stands for all loads.
    carbon_per_million, carbon_per_request : Estimate or None
        gCO2e; ``None`` without a grid.
    """

    load: Load
    power: Amounts
    per_token: Amounts
    per_million: Amounts
    per_request: Amounts = field(default_factory=dict)
    incremental: Estimate | None = None
    carbon_per_million: Estimate | None = None
    carbon_per_request: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyCurve:
    """Energy over load of one deployment.

    Parameters
    ----------
    deployment : str
    measured_at : EnergyBoundary
        The innermost boundary: where power is known.
    levels : tuple of EnergyLevel
        By rising load; those whose power is known.
    varies : bool
        Whether power was told level by level; otherwise one power stands for all of them.
    best : Load or None
        The level of least energy per output token that meets the service levels; ``None`` where one power
        stands for all loads, since it is then the cheapest level by arithmetic.
    premium : Estimate or None
        Energy per token at the cheapest level that qualifies over the least, minus 1.
    load_power : LoadPower or None
        Power as a line over throughput at the innermost boundary; ``None`` with fewer than three loads, or
        where power is taken to be the same at all of them.
    """

    deployment: str
    measured_at: EnergyBoundary
    levels: tuple[EnergyLevel, ...]
    varies: bool
    best: Load | None
    premium: Estimate | None
    load_power: LoadPower | None

    def level_at(self, load: Load) -> EnergyLevel | None:
        """Return the level at `load`; ``None`` where its power is not known."""
        return next((level for level in self.levels if level.load == load), None)


def energy_curve(
    curve: CostCurve,
    power: Mapping[Load, Draws] | Draws,
    *,
    measured_at: EnergyBoundary,
    around: Surroundings,
    tokens_per_request: Draws | None = None,
    grid: Draws | None = None,
    seed: int = 0,
) -> EnergyCurve:
    """Work out energy and carbon of a sweep whose power is known, with intervals by joint draws.

    Parameters
    ----------
    curve : CostCurve
    power : mapping of Load to Draws, or Draws
        Watts of the whole deployment at each level, or one power for all of them.
    measured_at : EnergyBoundary
        Where that power is.
    around : Surroundings
    tokens_per_request : Draws, optional
        Output tokens of a request.
    grid : Draws, optional
        gCO2e per kWh.
    seed : int

    Returns
    -------
    EnergyCurve
        An energy has an interval where its power or its throughput has one; where only one of the two has,
        the other is taken as exact.

    Raises
    ------
    InputError
        If no level has a power.
    """
    known = power if isinstance(power, Mapping) else {level.load: power for level in curve.levels}
    varies = isinstance(power, Mapping)
    parts = [
        _Parts(level=level, power=power_within(known[level.load], measured_at, around), around=around)
        for level in curve.levels
        if level.load in known
    ]
    if not parts:
        raise InputError("no level has a power, so no energy can be told; give --power-w W")
    found = [_level(each, tokens_per_request, grid) for each in parts]
    if varies:
        steps = [None, *(_incremental(low, high, measured_at) for low, high in pairwise(parts))]
        found = [replace(level, incremental=step) for level, step in zip(found, steps, strict=True)]
    best, premium = _best(curve, parts, measured_at) if varies else (None, None)
    return EnergyCurve(
        deployment=curve.deployment,
        measured_at=measured_at,
        levels=tuple(found),
        varies=varies,
        best=best,
        premium=premium,
        load_power=_fitted(parts, seed) if varies else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the energy of a level is made of."""

    level: CostLevel
    power: Mapping[EnergyBoundary, Draws]
    around: Surroundings

    @property
    def seconds(self) -> Draws:
        """Machine-seconds per million output tokens; uniform within bounds where only bounds are known."""
        told, draws = self.level.machine_seconds_per_million, self.level.draws
        size = len(next(iter(self.power.values())).samples)
        if draws is not None and told.value == draws.value and bool(np.isfinite(draws.samples).all()):
            return draws
        samples = np.full(size, np.nan)
        if told.low is not None and told.high is not None:
            share = generator(0, f"bounds of {self.level.load.label}").random(size)
            samples = told.low + share * (told.high - told.low)
        return Draws(
            value=told.value, samples=samples, unit=told.unit, kind=told.kind, method=told.method, n=told.n
        )

    def token(self, boundary: EnergyBoundary) -> Draws:
        """Joules per output token."""
        return combine_known(
            lambda watts, seconds: watts * seconds / 1e6,
            self.power[boundary],
            self.seconds,
            unit="J/token",
            basis=boundary,
        )


def _level(parts: _Parts, tokens: Draws | None, grid: Draws | None) -> EnergyLevel:
    token = {name: parts.token(name) for name in parts.power}
    request = (
        {}
        if tokens is None
        else {
            name: combine_known(np.multiply, each, tokens, unit="J/request", basis=name)
            for name, each in token.items()
        }
    )
    million = {
        name: combine_known(
            lambda joules: kilowatt_hours(joules * 1e6), each, unit="kWh/1M tokens", basis=name
        )
        for name, each in token.items()
    }
    return EnergyLevel(
        load=parts.level.load,
        power={name: _power(each, name) for name, each in parts.power.items()},
        per_token={name: _told(each) for name, each in token.items()},
        per_million={name: _told(each) for name, each in million.items()},
        per_request={name: _told(each) for name, each in request.items()},
        carbon_per_million=_carbon(token, grid, 1e6, "gCO2e/1M tokens"),
        carbon_per_request=_carbon(request, grid, 1.0, "gCO2e/request"),
    )


def _told(draws: Draws) -> Estimate:
    """Summarise draws; the interval holds the value, which may be an end of bounds."""
    found = summarise(draws)
    if found.low is None or found.high is None:
        return found
    return replace(found, low=min(found.low, found.value), high=max(found.high, found.value))


def _power(watts: Draws, boundary: EnergyBoundary) -> Estimate:
    """Tell a power; what is exact has no interval."""
    return _told(combine_known(lambda each: each, watts, unit="W", basis=boundary))


def _carbon(
    joules: Mapping[EnergyBoundary, Draws], grid: Draws | None, times: float, unit: str
) -> Estimate | None:
    if grid is None or "facility" not in joules:
        return None
    return _told(
        combine_known(
            lambda each, grams: carbon_g(each * times, grams),
            joules["facility"],
            grid,
            unit=unit,
            basis="facility, operational, location-based",
        )
    )


def _incremental(low: _Parts, high: _Parts, at: EnergyBoundary) -> Estimate | None:
    """Return the energy of a token more between two levels; no interval where throughput may not rise."""
    rates = [1e6 / each.seconds.value for each in (low, high)]
    value = incremental_energy_j((low.power[at].value, high.power[at].value), (rates[0], rates[1]))
    if value is None:
        return None

    def step(low_w: Any, low_s: Any, high_w: Any, high_s: Any) -> Any:  # noqa: ANN401
        more = 1e6 / high_s - 1e6 / low_s
        return np.where(more > 0, (high_w - low_w) / np.where(more > 0, more, 1.0), np.inf)

    drawn = combine_known(
        step, low.power[at], low.seconds, high.power[at], high.seconds, unit="J/token", basis=at
    )
    return _told(replace(drawn, value=value))


def _best(
    curve: CostCurve, parts: Sequence[_Parts], at: EnergyBoundary
) -> tuple[Load | None, Estimate | None]:
    """Return the level of least energy that qualifies, and what the cheapest one takes above it."""
    good = {each.level.load: each.token(at) for each in parts if not each.level.unmet}
    if not good:
        return None, None
    best = min(good, key=lambda load: good[load].value)
    cheapest = curve.zone.best
    if cheapest is None or cheapest not in good:
        return best, None
    premium = combine_known(
        lambda here, least: here / least - 1, good[cheapest], good[best], unit="1", basis=at
    )
    return best, _told(premium)


def _fitted(parts: Sequence[_Parts], seed: int) -> LoadPower | None:
    """Fit power over load at the innermost boundary, level by level."""
    rates = [1e6 / each.seconds.value for each in parts]
    watts = [next(iter(each.power.values())).value for each in parts]
    size = len(next(iter(parts[0].power.values())).samples)
    return fit_load_power(rates, watts, seed=seed, size=size)
