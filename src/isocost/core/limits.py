"""What may be sent, spent and waited for at most: the budget of a stage."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from isocost.core.errors import InputError

__all__ = ["Limits", "Spent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a stage, over all its parts: what was used before an interruption counts.

    Parameters
    ----------
    max_cost_usd : float or None
        US dollars, above 0.
    max_requests : int or None
        Requests that ask for an answer, at least 1; those that warm up or look how a target answers count.
    max_tokens : int or None
        Tokens of prompts and answers together, at least 1.
    max_minutes : float or None
        Minutes of measuring, above 0.
    max_error_rate : float or None
        Share of the latest requests that may fail, in [0, 1).
    input_usd_per_million, output_usd_per_million : float or None
        What tokens cost, both or neither, at least 0.
    self_hosted : bool
        Whether the user says that nobody bills the target.

    Examples
    --------
    >>> Limits(max_requests=100).is_cap, Limits(max_minutes=5).is_cap
    (True, False)
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "strict": False}

    max_cost_usd: float | None = None
    max_requests: int | None = None
    max_tokens: int | None = None
    max_minutes: float | None = None
    max_error_rate: float | None = None
    input_usd_per_million: float | None = None
    output_usd_per_million: float | None = None
    self_hosted: bool = False

    def __post_init__(self) -> None:
        """Refuse what limits nothing."""
        for name, value in (("--max-requests", self.max_requests), ("--max-tokens", self.max_tokens)):
            if value is not None and value < 1:
                raise InputError(f"{name} must be at least 1, got {value}")
        if self.max_cost_usd is not None and not 0 < self.max_cost_usd < math.inf:
            raise InputError(f"--max-cost must be above 0 US dollars, got {self.max_cost_usd:g}")
        if self.max_minutes is not None and not 0 < self.max_minutes < math.inf:
            raise InputError(f"--max-minutes must be above 0, got {self.max_minutes:g}")
        if self.max_error_rate is not None and not 0 <= self.max_error_rate < 1:
            raise InputError(
                f"--max-error-rate must be at least 0 % and below 100 %, got {self.max_error_rate:.0%}"
            )
        prices = (self.input_usd_per_million, self.output_usd_per_million)
        if (prices[0] is None) != (prices[1] is None):
            raise InputError(
                "prices of tokens need both: give --input-usd-per-million and --output-usd-per-million"
            )
        for price in prices:
            if price is not None and not 0 <= price < math.inf:
                raise InputError(f"a price of tokens must be at least 0 USD per million, got {price:g}")

    @property
    def is_cap(self) -> bool:
        """Whether money, requests or tokens have an end."""
        return (self.max_cost_usd, self.max_requests, self.max_tokens) != (None, None, None)

    @property
    def is_any(self) -> bool:
        """Whether anything is limited at all."""
        return self.is_cap or (self.max_minutes, self.max_error_rate) != (None, None)

    def with_changes(self, other: Limits) -> Limits:
        """Return these limits with what `other` gives in their place.

        Examples
        --------
        >>> Limits(max_requests=5, max_minutes=2.0).with_changes(Limits(max_requests=9)).max_minutes
        2.0
        """
        given = {
            each.name: value
            for each in fields(other)
            if (value := getattr(other, each.name)) is not None and value is not False
        }
        return replace(self, **given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was used so far.

    Parameters
    ----------
    requests, tokens : int
        Tokens at most: where nobody counted, the most that the request can have had.
    usd : float
        Likewise; 0 where no price is known.
    seconds : float
        Of measuring.

    Examples
    --------
    >>> (Spent(requests=2, tokens=9) + Spent(requests=1)).requests
    3
    """

    requests: int = 0
    tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        """Add what was used."""
        return Spent(
            requests=self.requests + other.requests,
            tokens=self.tokens + other.tokens,
            usd=self.usd + other.usd,
            seconds=self.seconds + other.seconds,
        )
