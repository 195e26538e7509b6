"""What an API bills for a request: prices of tokens by kind, dated and sourced, in USD."""

from __future__ import annotations

import math
from dataclasses import dataclass

from isocost.core.errors import InputError

__all__ = ["TokenPrice", "parse_token_price"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrice:
    """Prices of an API.

    Parameters
    ----------
    name : str
        Provider and model, such as ``"openai/gpt-5"``; ``"given by you"``.
    input_usd, output_usd : float
        USD per million tokens, at least 0.
    cached_usd : float or None
        USD per million input tokens read from the provider's cache; ``None``: unknown, which is not free.
    request_usd : float
        USD for each request beside its tokens.
    source, date : str
        Who says so, and the ISO date on which it held; ``""`` where it has none.
    note : str
        What to doubt; empty where nothing.

    Examples
    --------
    >>> TokenPrice(name="api", input_usd=1.25, output_usd=10.0, source="example", date="").label
    '$1.25 input, $10 output per million tokens'
    """

    name: str
    input_usd: float
    output_usd: float
    cached_usd: float | None = None
    request_usd: float = 0.0
    source: str
    date: str
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse amounts that are no price."""
        amounts = {
            "input": self.input_usd,
            "output": self.output_usd,
            "cached input": self.cached_usd,
            "request": self.request_usd,
        }
        for kind, amount in amounts.items():
            if amount is not None and not (math.isfinite(amount) and amount >= 0):
                raise InputError(
                    f"the price of {kind} of {self.name} must be a number of at least 0 USD, got {amount!r}"
                )

    def usd(self, input_tokens: float, output_tokens: float) -> float:
        """Return what a request costs whose input is billed in full, none of it read from a cache.

        Examples
        --------
        >>> TokenPrice(name="api", input_usd=1, output_usd=4, source="example", date="").usd(1000, 250)
        0.002
        """
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / 1e6 + self.request_usd

    @property
    def label(self) -> str:
        """In words, unknown parts left out."""
        cached = "" if self.cached_usd is None else f", ${self.cached_usd:g} cached input"
        each = "" if not self.request_usd else f", ${self.request_usd:g} a request"
        return f"${self.input_usd:g} input{cached}, ${self.output_usd:g} output per million tokens{each}"


def parse_token_price(text: str, *, option: str = "--api-price", date: str = "") -> TokenPrice:
    """Read prices as written on the command line: ``INPUT/OUTPUT`` or ``INPUT/OUTPUT/CACHED``.

    Parameters
    ----------
    text : str
        USD per million tokens.
    option : str
        What to call it in an error.
    date : str
        ISO date on which they hold.

    Returns
    -------
    TokenPrice
        Without a third number the price of cached input is unknown.

    Raises
    ------
    InputError
        If it is something else, or an amount below 0.

    Examples
    --------
    >>> parse_token_price("1.25/10").cached_usd is None, parse_token_price("1.25/10/0.125").cached_usd
    (True, 0.125)
    """
    parts = text.split("/")
    try:
        amounts = [float(part.strip().removeprefix("$")) for part in parts]
        if not 2 <= len(amounts) <= 3 or not all(math.isfinite(each) and each >= 0 for each in amounts):
            raise ValueError
    except ValueError:
        raise InputError(
            f"{option} {text}: give USD per million tokens as INPUT/OUTPUT or INPUT/OUTPUT/CACHED, "
            "such as 1.25/10 or 1.25/10/0.125"
        ) from None
    return TokenPrice(
        name="the API",
        input_usd=amounts[0],
        output_usd=amounts[1],
        cached_usd=amounts[2] if len(amounts) == 3 else None,
        source="given by you",
        date=date,
    )
