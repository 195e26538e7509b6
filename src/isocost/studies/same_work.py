"""The same requests on both sides: their lengths, and what an API or a rented deployment takes for them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np

from isocost.catalog import api_price, machine_names
from isocost.core.errors import CatalogError, EstimationError, InputError
from isocost.core.money import HourlyPrice
from isocost.core.token_price import parse_token_price
from isocost.economics import api_cost, input_per_output, price_draws, request_sizes
from isocost.exchange import read_price
from isocost.statistics import DRAWS, Draws, combine
from isocost.studies.hourly import machine_price

if TYPE_CHECKING:
    from isocost.core.token_price import TokenPrice
    from isocost.economics import CostCurve
    from isocost.studies.break_even_question import BreakEvenQuestion

__all__ = ["Alternative", "WorkSizes", "alternative_of", "other_hour"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSizes:
    """What one output token comes with, as draws, and the mean request; ``None``: nobody counted."""

    inputs: Draws | None
    requests: Draws | None
    input_tokens: float | None
    output_tokens: float | None

    @classmethod
    def of(cls, curve: CostCurve, question: BreakEvenQuestion) -> WorkSizes:
        """Learn sizes from all runs of a sweep; input that nobody counted may be given.

        Raises
        ------
        InputError
            If input is given that was counted, or that no length of an answer is known for.
        """
        points = [point for level in curve.levels for point in level.points]
        sizes = request_sizes(points, seed=question.seed)
        ratio = sizes.input_tokens
        if ratio is None and (seen := input_per_output(points)) is not None:
            ratio = _exact(seen, "1", "ratio of rates")
        given = question.input_tokens
        if given is not None:
            ratio = _given_ratio(curve, given, ratio, sizes.requests)
        output = None if sizes.requests is None else 1 / sizes.requests.value
        known = ratio is not None and output is not None
        return cls(
            inputs=ratio,
            requests=sizes.requests,
            input_tokens=ratio.value * output if known else None,  # type: ignore[union-attr, operator]
            output_tokens=output,
        )


def _given_ratio(curve: CostCurve, given: float, counted: Draws | None, requests: Draws | None) -> Draws:
    if counted is not None:
        raise InputError(
            f"{curve.deployment} was measured with its input tokens counted; leave --input-tokens out"
        )
    if requests is None:
        raise InputError(
            f"--input-tokens {given:g}: {curve.deployment} was measured without counting requests, so how "
            "long an answer is cannot be told; add a column requests_per_second"
        )
    return combine(lambda each: given * each, requests, unit="1", kind="assumed", method="as given")


def _exact(value: float, unit: str, method: str) -> Draws:
    return Draws(value=value, samples=np.full(DRAWS, value), unit=unit, kind="measured", method=method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What the own deployment is compared with.

    Parameters
    ----------
    name : str
    tokens : TokenPrice or None
        Of an API.
    rent : HourlyPrice or None
        Of a rented deployment; one of the two is there.
    """

    name: str
    tokens: TokenPrice | None = None
    rent: HourlyPrice | None = None


def alternative_of(question: BreakEvenQuestion, sizes: WorkSizes) -> Alternative:
    """Find the price of what was asked for; tiers go by the mean length of the prompts.

    Raises
    ------
    InputError
        If a price or a file is no good.
    CatalogError
        If no such price is known.
    """
    today = datetime.now(UTC).date()
    day = question.on or today
    if question.rent is not None:
        return _rented(question.rent, day)
    if question.api_price is not None:
        price = parse_token_price(question.api_price, date=day.isoformat())
    elif question.prices is not None:
        price = read_price(question.prices, question.against or "", input_tokens=sizes.input_tokens)
    else:
        price = api_price(question.against or "", on=day, input_tokens=sizes.input_tokens)
        if day > today:
            told = f"{day} is still to come: the price is what {price.source} knows of that day"
            price = replace(price, note="; ".join(filter(None, (price.note, told))))
    return Alternative(name=price.name, tokens=price)


def _rented(text: str, day: date) -> Alternative:
    try:
        amount = float(text.removeprefix("$"))
    except ValueError:
        amount = None
    if amount is None:
        try:
            return Alternative(name=text, rent=machine_price(text))
        except (CatalogError, InputError):
            known = ", ".join(machine_names()[:3])
            raise InputError(
                f"--rent {text}: give USD per hour of the whole deployment, such as 2.82, or a machine by "
                f"the hour, such as {known} (isocost catalog machines)"
            ) from None
    if not (math.isfinite(amount) and amount > 0):
        raise InputError(f"--rent must be above 0 USD per hour, got {text}")
    price = HourlyPrice(usd_per_hour=amount, source="given by you", date=day.isoformat())
    return Alternative(name="the rented deployment", rent=price)


def other_hour(
    alternative: Alternative, sizes: WorkSizes, capacity: Draws, question: BreakEvenQuestion
) -> Draws:
    """Return what the alternative takes for what the deployment does in an hour when full.

    Raises
    ------
    EstimationError
        If it bills what nobody counted.
    """
    if alternative.rent is not None:
        return price_draws(alternative.rent, seed=question.seed)
    price = alternative.tokens
    assert price is not None  # noqa: S101 - one of the two is there
    inputs = sizes.inputs
    if inputs is None:
        if price.input_usd > 0 or question.cached_share > 0:
            raise EstimationError(
                f"nobody counted the input tokens of this sweep, and {price.name} bills them too, so what it "
                "would take for the same requests cannot be told; add a column input_tokens_per_second, or "
                "give --input-tokens N to isocost breakeven"
            )
        inputs = _exact(0.0, "1", "input is free")
    each = replace(price, request_usd=0.0)

    def hour(tokens: float, ratio: float) -> float:
        cost = api_cost(each, input_tokens=ratio, output_tokens=1.0, cached_share=question.cached_share)
        return 3600 * tokens * cost  # type: ignore[no-any-return]

    told = combine(
        hour, capacity, inputs, unit="USD/h", kind="published", method="list price of the same work"
    )
    if not price.request_usd:
        return told
    if sizes.requests is None:
        raise EstimationError(
            f"{price.name} bills requests, and nobody counted them; give requests_per_second"
        )
    requests = combine(
        lambda tokens, rate: 3600 * tokens * rate * price.request_usd,
        capacity,
        sizes.requests,
        unit="USD/h",
        kind="published",
        method="list price of requests",
    )
    return combine(np.add, told, requests, unit="USD/h", kind="published", method=told.method)
