"""Prices of APIs from genai-prices: dated, by length of the prompt and by hour of the day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from isocost.catalog.tables import nearest_names
from isocost.core.errors import CatalogError, MissingExtraError
from isocost.core.token_price import TokenPrice

if TYPE_CHECKING:
    from datetime import date

__all__ = ["api_price", "provider_at"]

_ADVICE = "give the prices with --api-price INPUT/OUTPUT, or a file with --prices FILE"


def api_price(name: str, *, on: date, input_tokens: float | None = None, at_most: bool = False) -> TokenPrice:
    """Look up what an API bills for tokens on a day.

    Some prices hold from a date on; some rise for the whole of a request beyond a length of the prompt; some
    differ by the hour of the day (UTC), and are averaged over its 24 hours then.

    Parameters
    ----------
    name : str
        ``"PROVIDER/MODEL"``, such as ``"openai/gpt-5"``.
    on : date
    input_tokens : float, optional
        Length of the prompts, by which tiers are chosen; without it the first tier.
    at_most : bool
        Take the highest price of the day in place of the average.

    Returns
    -------
    TokenPrice
        What is not told of the cache stays ``None``.

    Raises
    ------
    CatalogError
        If provider or model is unknown, or the model is not billed by token; names the nearest.
    MissingExtraError
        Without the extra [prices].

    Examples
    --------
    >>> from datetime import date
    >>> api_price("openai/gpt-5", on=date(2026, 11, 21)).label
    '$1.25 input, $0.125 cached input, $10 output per million tokens'
    """
    provider, model = _find(name)
    hours = [datetime.combine(on, time(half // 2, half % 2 * 30), tzinfo=UTC) for half in range(48)]
    seen = [_amounts(model.get_prices(hour), input_tokens) for hour in hours]
    if any(each["input_mtok"] is None or each["output_mtok"] is None for each in seen):
        raise CatalogError(f"{provider.id}/{model.id} is not billed by input and output token; {_ADVICE}")
    of_day = _highest if at_most else _mean
    cached = [each["cache_read_mtok"] for each in seen]
    found = f"{provider.id}/{model.id}"
    taken = [] if name.lower() == found.lower() else [f"{name} was taken for {found}"]
    return TokenPrice(
        name=found,
        input_usd=of_day([each["input_mtok"] for each in seen]),
        output_usd=of_day([each["output_mtok"] for each in seen]),
        cached_usd=None if None in cached else of_day(cached),
        request_usd=of_day([(each["requests_kcount"] or 0.0) / 1000 for each in seen]),
        source=f"genai-prices {version('genai-prices')}",
        date=on.isoformat(),
        note="; ".join([*taken, *_notes(model, hours[0], seen, input_tokens)]),
    )


def provider_at(url: str) -> str | None:
    """Return the provider of APIs that bills at an address; ``None`` where none is known, or nothing can be.

    Parameters
    ----------
    url : str
        Of the API; http stands for https.

    Examples
    --------
    >>> provider_at("https://api.openai.com/v1"), provider_at("https://example.org/v1")
    ('openai', None)
    """
    try:
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        return None
    secure = re.sub(r"^http:", "https:", url)
    found = (each.id for each in get_snapshot().providers if re.match(each.api_pattern, secure))
    return next(found, None)


def _find(name: str) -> tuple[Any, Any]:
    try:
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        raise MissingExtraError("prices", "looking up the price of an API by name") from None
    providers = get_snapshot().providers
    wanted, slash, reference = name.partition("/")
    if not (slash and wanted and reference):
        raise CatalogError(
            f"an API is named PROVIDER/MODEL, such as openai/gpt-5, got {name!r}; or {_ADVICE}"
        )
    provider = next((each for each in providers if each.id == wanted.lower()), None)
    if provider is None:
        near = ", ".join(nearest_names(wanted, [each.id for each in providers]))
        raise CatalogError(f"no provider {wanted!r} is known; the nearest: {near}; or {_ADVICE}")
    model = provider.find_model(reference, all_providers=providers)
    if model is None:
        near = ", ".join(f"{wanted}/{each}" for each in _near_models(reference, provider))
        raise CatalogError(f"{wanted} has no model {reference!r}; the nearest: {near}; or {_ADVICE}")
    return provider, model


def _near_models(reference: str, provider: Any) -> list[str]:  # noqa: ANN401 - of an optional library
    return nearest_names(reference, [each.id for each in provider.models])


def _amounts(prices: Any, input_tokens: float | None) -> dict[str, float | None]:  # noqa: ANN401
    """Return the prices in force, tiers resolved by the length of the prompt."""
    names = ("input_mtok", "output_mtok", "cache_read_mtok", "requests_kcount")
    return {name: _tier(getattr(prices, name, None), input_tokens) for name in names}


def _tier(price: Any, input_tokens: float | None) -> float | None:  # noqa: ANN401
    if price is None:
        return None
    tiers = getattr(price, "tiers", None)
    if tiers is None:
        return float(price)
    beyond = [tier.price for tier in tiers if (input_tokens or 0.0) > tier.start]
    return float(beyond[-1] if beyond else price.base)


def _mean(amounts: list[Any]) -> float:
    """Average over the day; the same all day stays to the last digit."""
    return float(amounts[0]) if len(set(amounts)) == 1 else float(sum(amounts) / len(amounts))


def _highest(amounts: list[Any]) -> float:
    return float(max(amounts))


def _notes(
    model: Any,  # noqa: ANN401 - of an optional library
    at: datetime,
    seen: list[dict[str, float | None]],
    input_tokens: float | None,
) -> list[str]:
    found = []
    outputs = [each["output_mtok"] or 0.0 for each in seen]
    if min(outputs) < max(outputs):
        found.append(
            f"its price differs by the hour, ${min(outputs):g} to ${max(outputs):g} per million output "
            "tokens; averaged over the day"
        )
    tiers = getattr(getattr(model.get_prices(at), "input_mtok", None), "tiers", None)
    if tiers:
        unknown = ", which is not known here" if input_tokens is None else ""
        found.append(
            f"prompts longer than {tiers[0].start:,} tokens cost more; the tier goes by the mean length of "
            f"the prompts{unknown}"
        )
    if model.deprecated:
        found.append("the provider calls this model deprecated")
    return found
