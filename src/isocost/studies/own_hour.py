"""What an hour of the own deployment costs standing ready and in use, and what its purchase took."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.catalog import OwnedMachine
from isocost.economics import (
    HOURS_PER_MONTH,
    READINGS,
    OwnHour,
    break_even_share,
    capital,
    payback_months,
    price_draws,
    running_cost,
    standing_and_used,
)
from isocost.statistics import Draws, summarise
from isocost.statistics.ranges import assumed_draws
from isocost.studies.machine import in_usd
from isocost.studies.renting import BreakEvenPoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from isocost.core.assumed import Assumed
    from isocost.core.estimate import Estimate
    from isocost.core.money import HourlyPrice
    from isocost.economics.hourly import Reading
    from isocost.studies.hourly import HourlyReport

__all__ = ["OwnedHour", "Payback", "PaybackAt", "own_hour", "owned_hour"]

LOADS = (1.0, 0.5, 0.1, 0.01)
"""Shares of full use that a payback time is told at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaybackAt:
    """How long a purchase takes to be saved at one load.

    Parameters
    ----------
    share : float
        Share of full use in the hours of use.
    months : Estimate or None
        ``None``: never.
    never : float or None
        Share of the draws in which it is never saved; ``None`` where the data allow none.
    """

    share: float
    months: Estimate | None
    never: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payback:
    """The purchase of one replica against what the alternative would have taken.

    Parameters
    ----------
    capital : Estimate
        USD.
    hours_per_month : float
        Hours of use.
    rows : tuple of PaybackAt
        From full load down.
    """

    capital: Estimate
    hours_per_month: float
    rows: tuple[PaybackAt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedHour:
    """An owned machine whose hour can be taken apart.

    Parameters
    ----------
    profile : OwnedMachine
    count : int
        How many accelerators.
    values : mapping of str to float
        Its parameters in USD.
    samples : mapping of str to float array
        Their joint draws, the same as behind its hourly cost.
    """

    profile: OwnedMachine
    count: int
    values: Mapping[str, float]
    samples: Mapping[str, Any]

    @property
    def reading(self) -> Reading:
        """How its idle hours are read: with power throughout, where no idle power is known."""
        return "full" if self.profile.formula == "full" else "power by the calendar"

    def hour(self, reading: Reading | None = None) -> OwnHour:
        """Split an hour of all accelerators into what stands and what use adds."""
        asked = reading or self.reading
        both = self._draws(
            lambda values: standing_and_used(values, reading=asked, boundary=self.profile.boundary),
            "USD/h",
            f"{self.profile.formula} formula",
        )
        return OwnHour(standing=both[0], used=both[1])

    def readings(self, other: Draws) -> tuple[BreakEvenPoint, ...]:
        """Return the break-even utilization under each reading of the published formula; none of the full."""
        if self.profile.formula == "full":
            return ()
        shares = {each: _share(self.hour(each), other) for each in READINGS}
        return tuple(
            BreakEvenPoint(reading=each, utilization=_told(share), never=_beyond(share))
            for each, share in shares.items()
        )

    def payback(
        self, other: Draws, *, hours_per_month: float = HOURS_PER_MONTH, loads: Sequence[float] = ()
    ) -> Payback:
        """Tell after how many months the purchase is saved, at full load, below, and at `loads`."""
        boundary, formula = self.profile.boundary, self.profile.formula
        price = self._draws(lambda values: (capital(values, boundary=boundary),), "USD", "purchase")[0]
        standing, used = self._draws(
            lambda values: running_cost(values, formula=formula, boundary=boundary), "USD/h", "running cost"
        )
        rows = []
        for share in sorted({*LOADS, *loads}, reverse=True):
            found = _applied(
                lambda p, s, u, a, at=share: payback_months(
                    p, saved=a, used=u, standing=s, load_share=at, hours_per_month=hours_per_month
                ),
                (price, standing, used, other),
                "months",
            )
            unknown = bool(np.isnan(found.samples).any())
            never = None if unknown else float(np.mean(np.isinf(found.samples)))
            rows.append(PaybackAt(share=share, months=_told(found), never=never))
        return Payback(capital=summarise(price), hours_per_month=hours_per_month, rows=tuple(rows))

    def _draws(self, function: Callable[[Any], Sequence[Any]], unit: str, method: str) -> tuple[Draws, ...]:
        size = len(next(iter(self.samples.values())))
        points, drawn = function(self.values), function(self.samples)
        return tuple(
            Draws(
                value=float(self.count * point),
                samples=self.count * np.broadcast_to(np.asarray(samples, dtype=np.float64), (size,)),
                unit=unit,
                kind="assumed",
                method=f"{method}; joint draws over its assumptions",
                source=self.profile.name,
            )
            for point, samples in zip(points, drawn, strict=True)
        )


def owned_hour(hourly: HourlyReport | None, *, seed: int = 0) -> OwnedHour | None:
    """Take the hour of an owned machine apart; ``None`` where the price is not of one.

    Parameters
    ----------
    hourly : HourlyReport or None
    seed : int
        That the hourly cost was drawn with.
    """
    if hourly is None or not isinstance(hourly.machine.profile, OwnedMachine):
        return None
    profile = hourly.machine.profile
    assumed: Mapping[str, Assumed] = in_usd(profile.parameters, hourly.machine.currency)
    return OwnedHour(
        profile=profile,
        count=hourly.machine.count,
        values={name: each.value for name, each in assumed.items()},
        samples={name: assumed_draws(name, each, seed=seed).samples for name, each in assumed.items()},
    )


def own_hour(owned: OwnedHour | None, price: HourlyPrice | None, *, seed: int = 0) -> OwnHour | None:
    """Return what an hour of a deployment costs: of an owned machine in parts, of a price by the calendar."""
    if price is None:
        return None
    if owned is not None:
        return owned.hour()
    standing = price_draws(price, seed=seed)
    nothing = replace(standing, value=0.0, samples=np.zeros_like(standing.samples))
    return OwnHour(standing=standing, used=nothing)


def _share(own: OwnHour, other: Draws) -> Draws:
    return _applied(break_even_share, (own.standing, own.used, other), "1")


def _beyond(share: Draws) -> float:
    """Return how often a share is above 1; by the value alone where the data allow no interval."""
    unknown = bool(np.isnan(share.samples).any())
    return float(share.value > 1) if unknown else float(np.mean(share.samples > 1))


def _applied(function: Any, parts: Sequence[Draws], unit: str) -> Draws:  # noqa: ANN401
    samples = function(*(part.samples for part in parts))
    return Draws(
        value=float(function(*(part.value for part in parts))),
        samples=np.asarray(samples, dtype=np.float64),
        unit=unit,
        kind="assumed",
        method="joint draws",
    )


def _told(draws: Draws) -> Estimate | None:
    return summarise(draws) if np.isfinite(draws.value) else None
