"""What an hour of a machine costs: its parts, own against rent, and what to question first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isocost.catalog import MachineProfile, machine_names, owned_names, published_prices
from isocost.catalog.tables import nearest_names
from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.core.money import Currency, HourlyPrice
from isocost.economics import (
    PARAMETERS,
    hourly_cost,
    hourly_parts,
    price_draws,
    sensitivity,
)
from isocost.statistics import summarise
from isocost.studies.machine import find_machine, in_usd, rate_of
from isocost.studies.renting import against_rents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from isocost.catalog import OwnedMachine
    from isocost.economics import Sensitivity
    from isocost.economics.ownership import Boundary, Formula
    from isocost.statistics import Draws
    from isocost.studies.hourly_energy import HourlyEnergy
    from isocost.studies.machine import Machine
    from isocost.studies.renting import RentComparison

__all__ = [
    "HourlyQuestion",
    "HourlyReport",
    "hourly_report",
    "known_prices",
    "machine_price",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyQuestion:
    """What is asked of a machine.

    Parameters
    ----------
    changes : mapping of str to str
        Parameters set anew: ``"0.6"``, ``"0.3..0.9"``, ``"0.3..0.6..0.9"``, or ``"none"`` to leave one out.
    rents : tuple of str
        To compare with: USD per hour of one accelerator, or names of machines by the hour; empty: the
        profile's own.
    formula, boundary : Formula, Boundary or None
        In place of the profile's.
    currency : str
        ISO 4217 code to show amounts in.
    rates : mapping of str to float
        Units of a currency for one US dollar, in place of the catalogue's.
    sensitivity : bool
        Whether to tell what the total hangs on.
    seed : int
    """

    changes: Mapping[str, str]
    rents: tuple[str, ...] = ()
    formula: Formula | None = None
    boundary: Boundary | None = None
    currency: str = "USD"
    rates: Mapping[str, float] | None = None
    sensitivity: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyReport:
    """What an hour of a machine costs; amounts in USD, to be shown in `currency`.

    Parameters
    ----------
    machine : Machine
        Its profile with all changes.
    currency : Currency
        To show amounts in.
    total : Estimate
        USD per hour of use of all of them.
    draws : Draws
        Behind it.
    parts : mapping of str to Estimate
        USD per hour of use of one; empty for a machine by the hour.
    boundaries : mapping of Boundary to Estimate
        Totals of one within each boundary that can be told; empty for a machine by the hour.
    left_out : tuple of str
        Parameters that the formula has and the profile does not: they are not counted.
    rents : tuple of RentComparison
    sensitivity : Sensitivity or None
        Of the total of one; ranges in the machine's currency.
    cautions : tuple of Caution
    energy : HourlyEnergy or None
        Of all of them; ``None`` where no grid was named.
    """

    machine: Machine
    currency: Currency
    total: Estimate
    draws: Draws
    parts: Mapping[str, Estimate]
    boundaries: Mapping[Boundary, Estimate]
    left_out: tuple[str, ...]
    rents: tuple[RentComparison, ...]
    sensitivity: Sensitivity | None
    cautions: tuple[Caution, ...]
    energy: HourlyEnergy | None = None

    @property
    def price(self) -> HourlyPrice:
        """The total as the price of a deployment, with its draws."""
        profile = self.machine.profile
        if isinstance(profile, MachineProfile):
            source = profile.source if self.machine.count == 1 else f"{self.machine.name}: {profile.source}"
        else:
            source = f"{self.machine.name}, {profile.formula} formula, {profile.boundary}"
        return HourlyPrice(
            usd_per_hour=self.total.value,
            source=source,
            date=profile.date or datetime.now(UTC).date().isoformat(),
            low=self.total.low,
            high=self.total.high,
            samples=None if isinstance(profile, MachineProfile) else self.draws.samples,
        )


def hourly_report(
    machine: str, question: HourlyQuestion | None = None, *, folder: Path | None = None
) -> HourlyReport:
    """Say what an hour of use of a machine costs, with interval, and what renting would.

    Parameters
    ----------
    machine : str
        ``a800-owned``, ``8xh100-rented`` or ``ours.yaml``; see `isocost.studies.machine.find_machine`.
    question : HourlyQuestion, optional
    folder : Path, optional
        Where the file of a machine may lie, beside the present folder.

    Returns
    -------
    HourlyReport

    Raises
    ------
    InputError
        If a parameter, a rent or a file is no good.
    CatalogError
        If there is no such machine, or no rate of a currency.

    Examples
    --------
    >>> round(hourly_report("a800-owned").total.value, 4)
    0.7866
    """
    asked = question or HourlyQuestion(changes={})
    if asked.seed < 0:
        raise InputError(f"seed must be at least 0, got {asked.seed}")
    today = datetime.now(UTC).date().isoformat()
    rates = {
        code.upper(): Currency(code=code.upper(), per_usd=rate, date=today, source="given by you")
        for code, rate in (asked.rates or {}).items()
    }
    found = find_machine(machine, rates=rates, folder=folder)
    own = asked.currency.upper() == found.currency.code
    shown = found.currency if own else rate_of(asked.currency, rates)
    if isinstance(found.profile, MachineProfile):
        return _by_the_hour(found, found.profile, asked, shown)
    profile = _changed(found.profile, asked, today)
    return _owned(replace(found, profile=profile), profile, asked, shown)


def machine_price(machine: str, *, seed: int = 0) -> HourlyPrice:
    """Return what an hour of a machine costs, as the price of a deployment.

    Examples
    --------
    >>> price = machine_price("8xh100-rented")
    >>> round(price.usd_per_hour, 2), price.date
    (23.6, '2026-05-20')
    """
    return hourly_report(machine, HourlyQuestion(changes={}, seed=seed)).price


def known_prices(names: Sequence[str] = ()) -> tuple[tuple[str, HourlyPrice], ...]:
    """Return what an hour of machines costs by their names; of all in the catalogue where none is named.

    Examples
    --------
    >>> [name for name, _ in known_prices()][:2]
    ['a100-rented', 'a800-rented']
    >>> known_prices(["paper-a100-2022"])[0][1].usd_per_hour
    3.67
    """
    papers = {each.name: each for each in published_prices()}
    return tuple(
        (name, papers[name].of(1) if name in papers else machine_price(name))
        for name in names or (*machine_names(), *owned_names(), *papers)
    )


def _by_the_hour(
    found: Machine, profile: MachineProfile, asked: HourlyQuestion, shown: Currency
) -> HourlyReport:
    given = [("--set", asked.changes), ("--rent", asked.rents), ("--formula", asked.formula)]
    for option, value in [*given, ("--boundary", asked.boundary), ("--sensitivity", asked.sensitivity)]:
        if value:
            raise InputError(
                f"{profile.name} is rented at one price, so {option} says nothing of it; "
                "take an owned machine: isocost catalog machines"
            )
    one, n = profile.price, found.count
    draws = price_draws(one, seed=asked.seed)
    draws = replace(draws, value=n * draws.value, samples=n * draws.samples)
    total = Estimate(
        value=draws.value,
        low=None if one.low is None else n * one.low,
        high=None if one.high is None else n * one.high,
        level=1.0,
        unit="USD/h",
        kind="published",
        method="range over comparable offers",
        source=f"{profile.source}, {profile.date}",
    )
    return HourlyReport(
        machine=found,
        currency=shown,
        total=total,
        draws=draws,
        parts={},
        boundaries={},
        left_out=(),
        rents=(),
        sensitivity=None,
        cautions=(),
    )


def _owned(found: Machine, profile: OwnedMachine, asked: HourlyQuestion, shown: Currency) -> HourlyReport:
    assumed = in_usd(profile.parameters, found.currency)
    formula, boundary, n = profile.formula, profile.boundary, found.count
    boundaries: tuple[Boundary, ...] = (
        ("accelerator",) if formula == "published" else ("accelerator", "all-in")
    )
    costs = {
        each: hourly_cost(assumed, formula=formula, boundary=each, seed=asked.seed) for each in boundaries
    }
    if boundary not in costs:  # the published formula with the boundary all-in: says why not
        hourly_cost(assumed, formula=formula, boundary=boundary)
    cost = costs[boundary]
    named = (profile.rented,) if profile.rented else ()
    total = replace(cost.total, value=n * cost.total.value, samples=n * cost.total.samples)
    rents = against_rents(assumed, cost, asked.rents or named, seed=asked.seed)
    widest = costs.get("all-in", cost)
    return HourlyReport(
        machine=found,
        currency=shown,
        total=summarise(total),
        draws=total,
        parts={name: summarise(part) for name, part in widest.parts.items()},
        boundaries={each: summarise(one.total) for each, one in costs.items()},
        left_out=tuple(_left_out(profile)),
        rents=rents,
        sensitivity=_sensitivity(assumed, profile, asked.seed) if asked.sensitivity else None,
        cautions=tuple(_cautions(profile, rents)),
    )


def _changed(profile: OwnedMachine, asked: HourlyQuestion, today: str) -> OwnedMachine:
    parameters = dict(profile.parameters)
    for name, text in asked.changes.items():
        if name not in PARAMETERS:
            near = ", ".join(nearest_names(name, PARAMETERS))
            raise InputError(f"--set {name}={text}: there is no parameter {name!r}; the nearest: {near}")
        if text.lower() == "none":
            parameters.pop(name, None)
            continue
        spec = PARAMETERS[name]
        unit = f"{profile.currency}{spec.unit}" if spec.money else spec.unit
        parameters[name] = _given(name, text, unit, today)
    return replace(
        profile,
        parameters={name: parameters[name] for name in PARAMETERS if name in parameters},
        formula=asked.formula or profile.formula,
        boundary=asked.boundary or profile.boundary,
    )


def _given(name: str, text: str, unit: str, today: str) -> Assumed:
    """Read a value, a range with all values alike, or a range with its most likely value."""
    try:
        numbers = [float(part) for part in text.split("..")]
        if not 1 <= len(numbers) <= 3:
            raise ValueError
    except ValueError:
        raise InputError(
            f"--set {name}={text}: give a number, a range LOW..HIGH, or LOW..VALUE..HIGH"
        ) from None
    if PARAMETERS[name].money and min(numbers) < 0:  # in the machine's own currency, before it is converted
        raise InputError(f"{name} must be at least 0, got {min(numbers):g} {unit}")
    ends = (None, None) if len(numbers) == 1 else (numbers[0], numbers[-1])
    try:
        return Assumed(
            value=numbers[1] if len(numbers) == 3 else sum(numbers) / len(numbers),
            low=ends[0],
            high=ends[1],
            unit=unit,
            source="given by you",
            date=today,
            shape="uniform" if len(numbers) == 2 else "triangular",
        )
    except InputError as error:
        raise InputError(f"--set {name}={text}: {error}") from None


def _left_out(profile: OwnedMachine) -> Iterator[str]:
    around = ("server_price", "network_price", "server_power_w", "rack_per_kw_month", "staff_per_year")
    for name, spec in PARAMETERS.items():
        in_formula = profile.formula == "full" or spec.published
        if (
            in_formula
            and name not in profile.parameters
            and (profile.boundary == "all-in" or name not in around)
        ):
            yield name


def _sensitivity(assumed: Mapping[str, Assumed], profile: OwnedMachine, seed: int) -> Sensitivity:
    found = sensitivity(
        lambda values: sum(hourly_parts(values, formula=profile.formula, boundary=profile.boundary).values()),
        assumed,
        seed=seed,
    )
    told = tuple(replace(each, assumed=profile.parameters[each.name]) for each in found.influences)
    return replace(found, influences=told)


def _cautions(profile: OwnedMachine, rents: Sequence[RentComparison]) -> Iterator[Caution]:
    used = profile.parameters["utilization"]
    if used.is_exact and used.value == 1:
        yield Caution(
            "no-idle-hours",
            "utilization 1 takes the machine to serve around the clock for all its life; each idle hour "
            "makes the others dearer: --set utilization=0.6",
        )
    if rents and profile.boundary == "accelerator":
        yield Caution(
            "boundaries-differ",
            "the rent includes server, network, room and people, the cost of owning here the accelerator "
            "alone: owning looks cheaper than it is",
        )
