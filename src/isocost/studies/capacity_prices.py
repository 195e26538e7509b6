"""What each kind of capacity costs: by number, by range, by machine; an API's tokens as a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from isocost.catalog import MachineProfile, api_price
from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.core.money import HourlyPrice
from isocost.core.token_price import TokenPrice, parse_token_price
from isocost.economics import CapacityPrices, hourly_cost, price_draws
from isocost.exchange import read_price
from isocost.statistics import Draws, summarise
from isocost.studies.machine import find_machine, in_usd
from isocost.studies.report import Assumption

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

    from isocost.economics import CapacityKind
    from isocost.studies.machine import Machine
    from isocost.studies.report import StudyReport

__all__ = ["KnownPrices", "PriceTerms", "known_prices_of"]

_ALL_DAY = "utilization 1: its idle hours are counted here, and it draws power as at full load in all of them"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTerms:
    """What capacity costs, as written by the user; ``None``: nothing said.

    Parameters
    ----------
    owned, reserved, on_demand : str or None
        USD per hour of one replica, a range ``2.2..3.1``, or a machine.
    api : str or None
        ``IN/OUT`` or ``IN/OUT/CACHED``, USD per million tokens.
    against : str or None
        An API by name, ``PROVIDER/MODEL``, in place of `api`.
    price_file : Path or None
        File with the price of `against`, in place of genai-prices.
    cached_share : float
        Share of the input tokens that the API reads from its cache, in [0, 1].
    """

    owned: str | None = None
    reserved: str | None = None
    on_demand: str | None = None
    api: str | None = None
    against: str | None = None
    price_file: Path | None = None
    cached_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse two prices of one API."""
        if self.api is not None and self.against is not None:
            raise InputError("--api-price and --against are both the price of the API; give one of them")
        if self.price_file is not None and self.against is None:
            raise InputError("--prices FILE goes with --against PROVIDER/MODEL")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPrices:
    """Prices as draws, and where they come from.

    Parameters
    ----------
    prices : CapacityPrices
    hourly : mapping of CapacityKind to HourlyPrice
    tokens : TokenPrice or None
        Of the API.
    cached_share : float
        Of the input tokens.
    assumptions : tuple of Assumption
    """

    prices: CapacityPrices
    hourly: Mapping[CapacityKind, HourlyPrice]
    tokens: TokenPrice | None
    cached_share: float
    assumptions: tuple[Assumption, ...]


def known_prices_of(
    terms: PriceTerms,
    report: StudyReport,
    sizes: tuple[float | None, float | None],
    *,
    standing: HourlyPrice | None,
    today: str,
) -> KnownPrices:
    """Gather the prices of all kinds of capacity.

    Parameters
    ----------
    terms : PriceTerms
    report : StudyReport
        Its machine, where it is owned, is a price of kind ``"owned"``.
    sizes : (float or None, float or None)
        Input and output tokens of a request.
    standing : HourlyPrice or None
        The price of the deployment: by the hour, unless the report's machine is owned. What `terms` say goes
        before it.
    today : str
        ISO date of given prices.

    Raises
    ------
    InputError
        If a price is none, a machine is of the other kind, or an API is given and nobody counted tokens.
    CatalogError
        If there is no such machine.
    """
    hourly: dict[CapacityKind, HourlyPrice] = {}
    if standing is not None:
        machine = None if report.hourly is None else report.hourly.machine
        if machine is not None and not isinstance(machine.profile, MachineProfile):
            hourly["owned"] = _calendar_price(machine, today)
        else:
            hourly["on-demand"] = standing
    given: dict[CapacityKind, str | None] = {
        "owned": terms.owned,
        "reserved": terms.reserved,
        "on-demand": terms.on_demand,
    }
    hourly |= {kind: _price(kind, text, today) for kind, text in given.items() if text is not None}
    tokens = _token_price(terms, sizes[0], today)
    per_hour = {kind: price_draws(price, seed=0) for kind, price in hourly.items()}
    return KnownPrices(
        prices=CapacityPrices(
            owned=per_hour.get("owned"),
            reserved=per_hour.get("reserved"),
            on_demand=per_hour.get("on-demand"),
            api=None if tokens is None else _per_request(tokens, sizes, terms.cached_share),
        ),
        hourly=hourly,
        tokens=tokens,
        cached_share=terms.cached_share,
        assumptions=(*_assumptions(hourly), *_api_assumptions(tokens, sizes, terms.cached_share)),
    )


def _token_price(terms: PriceTerms, input_tokens: float | None, today: str) -> TokenPrice | None:
    if terms.api is not None:
        return parse_token_price(terms.api, date=today)
    if terms.against is None:
        return None
    if terms.price_file is not None:
        return read_price(terms.price_file, terms.against, input_tokens=input_tokens)
    return api_price(terms.against, on=date.fromisoformat(today), input_tokens=input_tokens)


def _price(kind: CapacityKind, text: str, today: str) -> HourlyPrice:
    """Read a price: a number, a range, or a machine."""
    option = f"--{kind}"
    try:
        ends = [float(part.removeprefix("$")) for part in text.split("..")]
    except ValueError:
        return _machine_price(kind, text, today)
    if len(ends) > 2 or not all(end >= 0 for end in ends) or ends != sorted(ends):
        raise InputError(
            f"{option} {text}: give USD per hour of one replica, such as 2.5, a range such as 2.2..3.1, or a "
            "machine (isocost catalog machines)"
        )
    exact = len(ends) == 1
    return HourlyPrice(
        usd_per_hour=sum(ends) / len(ends),
        low=None if exact else ends[0],
        high=None if exact else ends[1],
        source=f"given by you, {kind}",
        date=today,
    )


def _machine_price(kind: CapacityKind, text: str, today: str) -> HourlyPrice:
    machine = find_machine(text)
    if isinstance(machine.profile, MachineProfile):
        if kind == "owned":
            raise InputError(
                f"--owned {text} is a machine by the hour; give an owned one (isocost catalog machines), or "
                "--on-demand or --reserved"
            )
        one, n = machine.profile.price, machine.count
        return HourlyPrice(
            usd_per_hour=n * one.usd_per_hour,
            low=None if one.low is None else n * one.low,
            high=None if one.high is None else n * one.high,
            source=f"{machine.name}: {one.source}, {kind}",
            date=one.date,
        )
    if kind != "owned":
        raise InputError(f"--{kind} {text} is a machine one owns; give it with --owned")
    return _calendar_price(machine, today)


def _calendar_price(machine: Machine, today: str) -> HourlyPrice:
    """Return what an hour of an owned machine costs, used or not."""
    profile = machine.profile
    if isinstance(profile, MachineProfile):
        raise InputError(f"{machine.name} is a machine by the hour; give an owned one")
    whole = Assumed(value=1.0, unit="1", source="capacity plan", date=today)
    cost = hourly_cost(
        in_usd({**profile.parameters, "utilization": whole}, machine.currency),
        formula=profile.formula,
        boundary=profile.boundary,
    )
    samples = machine.count * cost.total.samples
    total = _summary(machine.count * cost.total.value, samples)
    return HourlyPrice(
        usd_per_hour=total[0],
        low=total[1],
        high=total[2],
        samples=samples,
        source=f"{machine.name}, {profile.formula} formula, {profile.boundary}, {_ALL_DAY}",
        date=profile.date or today,
    )


def _summary(
    value: float, samples: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> tuple[float, float | None, float | None]:
    told = summarise(Draws(value=value, samples=samples, unit="USD/h", kind="assumed", method="draws"))
    return told.value, told.low, told.high


def _per_request(tokens: TokenPrice, sizes: tuple[float | None, float | None], cached_share: float) -> Draws:
    """Return what the API bills for a mean request, as exact draws."""
    if not 0 <= cached_share <= 1:
        raise InputError(f"--cached-share must be from 0 to 1, got {cached_share:g}")
    if cached_share > 0 and tokens.cached_usd is None:
        raise InputError(
            f"--cached-share {cached_share:g} needs the price of cached input, which is not known; "
            "say it with --api-price IN/OUT/CACHED"
        )
    if sizes[0] is None or sizes[1] is None:
        raise InputError(
            "nobody counted the tokens of a request, so what an API would bill cannot be told; say them with "
            "--tokens-per-request IN/OUT"
        )
    into = (1 - cached_share) * tokens.input_usd + cached_share * (tokens.cached_usd or 0.0)
    usd = (sizes[0] * into + sizes[1] * tokens.output_usd) / 1e6 + tokens.request_usd
    price = HourlyPrice(usd_per_hour=usd, source=tokens.source, date=tokens.date)
    exact = price_draws(price, seed=0)
    return Draws(
        value=usd,
        samples=exact.samples,
        unit="USD/request",
        kind="assumed",
        method="tokens of a mean request at their prices",
        source=f"{tokens.source}, {tokens.date}",
    )


def _assumptions(hourly: Mapping[CapacityKind, HourlyPrice]) -> list[Assumption]:
    paid = {
        "owned": "paid around the clock",
        "reserved": "paid around the clock",
        "on-demand": "paid in the intervals in which it runs, without a minimum",
    }
    return [
        Assumption(
            name=f"{kind} replica",
            value=f"{_hour(price.usd_per_hour)}/h{_range(price)}, {paid[kind]}",
            source=f"{price.source}, {price.date}",
        )
        for kind, price in hourly.items()
    ]


def _range(price: HourlyPrice) -> str:
    if price.low is None or price.high is None or price.low == price.high:
        return ""
    return f" [{_hour(price.low)}, {_hour(price.high)}]"


def _hour(usd: float) -> str:
    return f"${usd:.2f}" if usd >= 1 or usd == round(usd, 2) else f"${usd:.3g}"


def _api_assumptions(
    tokens: TokenPrice | None, sizes: tuple[float | None, float | None], cached_share: float
) -> list[Assumption]:
    if tokens is None:
        return []
    read = f", {100 * cached_share:g} % of the input from its cache" if cached_share else ""
    return [
        Assumption(
            name="API",
            value=f"{tokens.label}; {sizes[0]:.0f} in and {sizes[1]:.0f} out a request{read}; keeps the "
            "service levels at any load",
            source=f"{tokens.source}, {tokens.date}",
        )
    ]
