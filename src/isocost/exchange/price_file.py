"""A user's file of API prices in the form of LiteLLM's ``model_prices_and_context_window.json``."""

from __future__ import annotations

import json
import math
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from isocost.core.errors import CatalogError, InputError
from isocost.core.token_price import TokenPrice
from isocost.exchange.text_file import text_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_price"]

_INPUT, _OUTPUT = "input_cost_per_token", "output_cost_per_token"
_CACHED = "cache_read_input_token_cost"
_ABOVE = re.compile(r"_above_(?P<thousands>\d+)k_tokens")
_LARGEST_FILE = 64 << 20
_NOT_MODELS = ("sample_spec", "fallback_generalizations")


def read_price(path: Path, name: str, *, input_tokens: float | None = None) -> TokenPrice:
    """Read the price of one model from a file.

    The file is one object with an entry a model: ``input_cost_per_token``, ``output_cost_per_token`` and
    perhaps ``cache_read_input_token_cost``, USD per token; keys ending in ``_above_200k_tokens`` and the like
    hold for requests with longer prompts. Other keys are not looked at.

    Parameters
    ----------
    path : Path
    name : str
        Key of the model, or ``PROVIDER/MODEL`` with the entry's ``litellm_provider``.
    input_tokens : float, optional
        Length of the prompts, by which tiers are chosen; without it the first tier.

    Returns
    -------
    TokenPrice

    Raises
    ------
    InputError
        If the file cannot be read, is no JSON, has another shape, or a price is none or in another currency.
    CatalogError
        If there is no such model; names the nearest.
    """
    entries = _entries(path)
    key = _key(path, entries, name)
    entry = entries[key]
    currency = str(entry.get("currency", "USD")).upper()
    if currency != "USD":
        raise InputError(f"{path}, {key}: prices are in {currency}; give US dollars per token")
    paid, yielded, cached = (
        _cost(path, key, entry, kind, input_tokens) for kind in (_INPUT, _OUTPUT, _CACHED)
    )
    if paid is None or yielded is None:
        raise InputError(f"{path}, {key}: no price per token; it needs {_INPUT} and {_OUTPUT}, USD per token")
    tiers = sorted({int(found["thousands"]) for each in entry if (found := _ABOVE.search(each))})
    return TokenPrice(
        name=key if "/" in key or "/" not in name else name,
        input_usd=paid * 1e6,
        output_usd=yielded * 1e6,
        cached_usd=None if cached is None else cached * 1e6,
        source=path.name,
        date="",
        note=f"prompts longer than {tiers[0]},000 tokens cost more; the tier goes by their mean length"
        if tiers
        else "",
    )


def _entries(path: Path) -> Mapping[str, Mapping[str, Any]]:
    expected = (
        'expected an object of models, {"MODEL": {"input_cost_per_token": …, "output_cost_per_token": …}}'
    )
    with text_file(path, largest=_LARGEST_FILE) as file:
        try:
            content = json.load(file)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path} is no JSON ({error}); {expected}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} holds no object; {expected}")
    entries = {name: entry for name, entry in content.items() if name not in _NOT_MODELS}
    wrong = next((name for name, entry in entries.items() if not isinstance(entry, dict)), None)
    if wrong is not None or not entries:
        held = f"{wrong!r} is no entry of a model" if wrong is not None else "it names no model"
        raise InputError(f"{path}: {held}; {expected}")
    return entries


def _key(path: Path, entries: Mapping[str, Mapping[str, Any]], name: str) -> str:
    by_case = {key.lower(): key for key in entries}
    if name.lower() in by_case:
        return by_case[name.lower()]
    provider, _, model = name.lower().partition("/")
    bare = by_case.get(model)
    if bare is not None and str(entries[bare].get("litellm_provider", "")).lower() == provider:
        return bare
    near = get_close_matches(name.lower(), by_case, n=3, cutoff=0.4) or sorted(by_case)[:5]
    raise CatalogError(
        f"{path} has no price of {name!r}; the nearest: {', '.join(by_case[key] for key in near)}"
    )


def _cost(
    path: Path, key: str, entry: Mapping[str, Any], kind: str, input_tokens: float | None
) -> float | None:
    """Return USD per token in the tier of the prompts' length; ``None`` where the entry does not tell."""
    tiers = {0: kind}
    for name in entry:
        found = _ABOVE.fullmatch(name.removeprefix(kind)) if name.startswith(kind) else None
        if found is not None:
            tiers[int(found["thousands"]) * 1000] = name
    place = tiers[max(start for start in tiers if start == 0 or (input_tokens or 0.0) > start)]
    cost = entry.get(place)
    if cost is None:
        return None
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not (math.isfinite(cost) and cost >= 0):
        raise InputError(
            f"{path}, {key}: {place} must be USD per token, a number of at least 0, got {cost!r}"
        )
    return float(cost)
