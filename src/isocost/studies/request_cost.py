"""What a request costs and draws on the accelerators it holds, at a price that somebody gave or published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isocost.catalog import accelerator_profile, published_price
from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.core.money import USD, Currency, HourlyPrice
from isocost.runtime import CostAware, accelerator_seconds, board_power, request_cost, request_energy
from isocost.studies.hourly import machine_price
from isocost.studies.machine import find_machine, rate_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.catalog import PublishedPrice

__all__ = ["POWER_SHARE", "CostTerms", "cost_aware", "currency_named", "must_have_request"]

POWER_SHARE = (0.64, 0.29, 0.90)
"""Share of its design power that an accelerator is assumed to draw: median, least and most of 114 sweeps of
the ML.ENERGY Benchmark v3 at their smallest batch, about 8 requests at a time on H100 and B200."""
_POWER_SOURCE = (
    "assumption: what H100 and B200 drew at about 8 requests at a time, median and range of 114 sweeps, "
    "ML.ENERGY Benchmark v3, 2026-02-16; {name} with one request was not measured"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTerms:
    """What is said of the money and the power behind a request; ``None``: nothing.

    Parameters
    ----------
    price_per_hour : float or None
        Of the whole deployment, in `currency`.
    price : str or None
        Name of a published price of one accelerator.
    machine : str or None
        A machine that carries a price; see `isocost.studies.machine.find_machine`.
    accelerator : str or None
        Its name in the catalogue.
    count : int or None
        How many of them the request holds.
    power_w : float or None
        Watts of the whole deployment.
    currency : Currency
        In which prices are given and costs told.
    today : str or None
        ISO date of a given price; today if left out.
    """

    price_per_hour: float | None = None
    price: str | None = None
    machine: str | None = None
    accelerator: str | None = None
    count: int | None = None
    power_w: float | None = None
    currency: Currency = USD
    today: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is out of range or said twice."""
        prices = (self.price_per_hour, self.price, self.machine)
        if sum(each is not None for each in prices) > 1:
            raise InputError("give one of --price-per-hour, --price and --machine, not several")
        if self.count is not None and self.count < 1:
            raise InputError(f"--count must be at least 1 accelerator, got {self.count}")
        if self.power_w is not None and not 0 < self.power_w < float("inf"):
            raise InputError(f"--power-w must be above 0 watts, got {self.power_w!r}")

    @property
    def of_one_deployment(self) -> list[str]:
        """The options given that hold for one deployment only."""
        told = {
            "--price-per-hour": self.price_per_hour,
            "--machine": self.machine,
            "--power-w": self.power_w,
            "--count": self.count,
        }
        return [name for name, value in told.items() if value is not None]

    @property
    def given(self) -> list[str]:
        """All options given."""
        told = {"--price": self.price, "--accelerator": self.accelerator}
        return [*self.of_one_deployment, *(name for name, value in told.items() if value is not None)]


def currency_named(code: str, rates: Mapping[str, float], *, today: str | None = None) -> Currency:
    """Return a currency at the rate that was given, else at the catalogue's.

    Parameters
    ----------
    code : str
        ISO 4217, capitals or not.
    rates : mapping of str to float
        Units for one US dollar by code, as of `today`.
    today : str, optional
        ISO date; today if left out.

    Raises
    ------
    CatalogError
        If there is neither.
    InputError
        If a rate is not above 0, or is of the US dollar.

    Examples
    --------
    >>> currency_named("cny", {}).per_usd, currency_named("EUR", {"EUR": 0.9}).source
    (7.09, 'given by you')
    """
    date = today or datetime.now(UTC).date().isoformat()
    given = {
        name.upper(): Currency(code=name.upper(), per_usd=rate, date=date, source="given by you")
        for name, rate in rates.items()
    }
    if USD.code in given:
        raise InputError("--rate is per US dollar, which is 1 of itself; give the rate of another currency")
    found = rate_of(code, given)
    return USD if found.code == USD.code else found


def must_have_request(terms: CostTerms, request: object | None) -> None:
    """Refuse money and power without a request to cost.

    Raises
    ------
    InputError
        If terms are given and no request.
    """
    if terms.given and request is None:
        raise InputError(f"{terms.given[0]} costs a request: say which with --prompt and --output")


def cost_aware(
    runtime: Estimate,
    terms: CostTerms,
    *,
    accelerator: str | None = None,
    accelerators: int | None = None,
    published: PublishedPrice | None = None,
) -> CostAware:
    """Work out what a request costs and draws.

    Parameters
    ----------
    runtime : Estimate
        Seconds.
    terms : CostTerms
    accelerator, accelerators : optional
        Known hardware; otherwise as `terms` say.
    published : PublishedPrice, optional
        The price to take where `terms` give none.

    Returns
    -------
    CostAware

    Raises
    ------
    InputError
        If a price of one accelerator comes without their number, or is another one's.
    CatalogError
        If a name is in no catalogue.

    Examples
    --------
    >>> told = Estimate(value=2.0, unit="s", kind="published", method="t")
    >>> found = cost_aware(told, CostTerms(accelerator="a100-80gb", count=8, price="paper-a100-2022"))
    >>> round(found.cost.value, 6), found.energy.value  # 2 * 8 * 3.67 / 3600; 2 * 8 * 400 * .64
    (0.016311, 4096.0)
    """
    name = accelerator if accelerator is not None else terms.accelerator
    count = terms.count if terms.count is not None else accelerators
    if name is not None and count is None:
        raise InputError(f"--accelerator {name} does not say how many: give --count as well")
    price = _price(terms, name, count, published)
    power = _power(terms, name, count)
    return CostAware(
        accelerator_s=None if count is None else accelerator_seconds(runtime, count),
        cost=None if price is None else request_cost(runtime, price),
        energy=None if power is None else request_energy(runtime, power),
        price=price,
        power=power,
    )


def _price(
    terms: CostTerms, name: str | None, count: int | None, published: PublishedPrice | None
) -> HourlyPrice | None:
    if terms.price_per_hour is not None:
        return _given(terms.price_per_hour, terms)
    if terms.machine is not None:
        return _machine(terms.machine, name, count)
    chosen = published if terms.price is None else published_price(terms.price)
    if chosen is None:
        return None
    if name is not None and accelerator_profile(name).name != chosen.accelerator:
        raise InputError(
            f"{chosen.name} is the price of {chosen.accelerator}, and this is {name}; give --price-per-hour"
        )
    if count is None:
        raise InputError(f"{chosen.name} is the price of one {chosen.accelerator}: say how many with --count")
    return chosen.of(count)


def _machine(text: str, name: str | None, count: int | None) -> HourlyPrice:
    """Return the price of a machine; one of accelerators must be of those that the request holds."""
    found = find_machine(text)
    own = found.profile.accelerator
    if own is not None and name is not None and own != accelerator_profile(name).name:
        raise InputError(f"--machine {text} is the price of {own}, and this is {name}; give --price-per-hour")
    if own is not None and count is not None and found.count != count:
        raise InputError(
            f"--machine {text} is the price of {found.count} {own}, and the request holds {count}: "
            f"--machine {count}x{found.profile.name}"
        )
    return machine_price(text)


def _given(amount: float, terms: CostTerms) -> HourlyPrice:
    today = terms.today or datetime.now(UTC).date().isoformat()
    if not 0 <= amount < float("inf"):
        raise InputError(f"--price-per-hour must be a number of at least 0, got {amount!r}")
    told = "given by you"
    if terms.currency != USD:
        told += f" as {amount:g} {terms.currency.code}"
    return HourlyPrice(usd_per_hour=terms.currency.to_usd(amount), source=told, date=today)


def _power(terms: CostTerms, name: str | None, count: int | None) -> Estimate | None:
    if terms.power_w is not None:
        return Estimate(
            value=terms.power_w, unit="W", kind="assumed", method="as given", source="given by you"
        )
    if name is None or count is None:
        return None
    known = accelerator_profile(name)
    if known.power_w is None:
        return None
    source = f"{_POWER_SOURCE.format(name=known.name)}; design power: {known.source}"
    return board_power(known.power_w, count, share=POWER_SHARE, source=source)
