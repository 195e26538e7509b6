"""What may still be sent: requests and money, reserved before each request."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import BudgetError, InputError

if TYPE_CHECKING:
    from isocost.measurement.dialect import Usage

__all__ = ["Budget", "TokenPrices"]

_TEMPLATE_TOKENS = 64  # what a chat template may add to a prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrices:
    """What tokens of an endpoint cost.

    Parameters
    ----------
    input_usd_per_million, output_usd_per_million : float
        At least 0.

    Examples
    --------
    >>> TokenPrices(input_usd_per_million=1.0, output_usd_per_million=4.0).usd(1000, 250)
    0.002
    """

    input_usd_per_million: float
    output_usd_per_million: float

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        for price in (self.input_usd_per_million, self.output_usd_per_million):
            if not 0 <= price < float("inf"):
                raise InputError(f"a price of tokens must be at least 0 USD per million, got {price!r}")

    def usd(self, input_tokens: int, output_tokens: int) -> float:
        """Return what a request costs."""
        return (input_tokens * self.input_usd_per_million + output_tokens * self.output_usd_per_million) / 1e6

    def at_most(self, prompt: str, max_tokens: int) -> float:
        """Return what a request costs at most: each byte of the prompt a token, the answer at full length."""
        return self.usd(len(prompt.encode("utf-8", "replace")) + _TEMPLATE_TOKENS, max_tokens)

    def of_usage(self, usage: Usage | None) -> float | None:
        """Return what a request cost by what the server counted; ``None`` where it did not."""
        if usage is None or usage.input_tokens is None or usage.output_tokens is None:
            return None
        return self.usd(usage.input_tokens, usage.output_tokens)


class Budget:
    """Requests and money that may be used; may be asked from several threads.

    Parameters
    ----------
    max_requests : int or None
        ``None``: as many as are needed.
    max_cost_usd : float or None
        ``None``: whatever it costs. Otherwise `prices` are needed.
    prices : TokenPrices or None
    requests : int
        Sent before.
    spent_usd : float
        Spent before.

    Raises
    ------
    InputError
        If a limit is no positive number, or money is limited and no price is known.

    Examples
    --------
    >>> budget = Budget(max_requests=1)
    >>> budget.reserve("Hello", 8)
    0.0
    >>> budget.requests
    1
    """

    def __init__(
        self,
        *,
        max_requests: int | None = None,
        max_cost_usd: float | None = None,
        prices: TokenPrices | None = None,
        requests: int = 0,
        spent_usd: float = 0.0,
    ) -> None:
        if max_requests is not None and max_requests < 1:
            raise InputError(f"--max-requests must be at least 1, got {max_requests}")
        if max_cost_usd is not None and not 0 < max_cost_usd < float("inf"):
            raise InputError(f"--max-cost-usd must be above 0 US dollars, got {max_cost_usd:g}")
        if max_cost_usd is not None and prices is None:
            raise InputError(
                "--max-cost-usd needs to know what tokens cost; give --input-usd-per-million and "
                "--output-usd-per-million"
            )
        self._max_requests, self._max_cost_usd, self._prices = max_requests, max_cost_usd, prices
        self._lock = threading.Lock()
        self.requests = requests
        self.spent_usd = spent_usd

    def reserve(self, prompt: str, max_tokens: int) -> float:
        """Set aside what a request may cost, USD, and return it.

        Raises
        ------
        BudgetError
            If that would be more than is left.
        """
        most = 0.0 if self._prices is None else self._prices.at_most(prompt, max_tokens)
        with self._lock:
            if self._max_requests is not None and self.requests >= self._max_requests:
                raise BudgetError(
                    f"the budget is spent: {self.requests} requests of at most {self._max_requests} were sent"
                )
            if self._max_cost_usd is not None and self.spent_usd + most > self._max_cost_usd:
                raise BudgetError(
                    f"the budget is spent: ${self.spent_usd:.4g} of at most ${self._max_cost_usd:.4g}, and "
                    f"another request may cost ${most:.4g}"
                )
            self.requests += 1
            self.spent_usd += most
        return most

    def settle(self, reserved_usd: float, usage: Usage | None) -> None:
        """Put what a request did cost in the place of what was reserved; kept where nobody counted."""
        cost = None if self._prices is None else self._prices.of_usage(usage)
        if cost is not None:
            with self._lock:
                self.spent_usd += cost - reserved_usd

    def release(self, reserved_usd: float) -> None:
        """Give back what was reserved for a request that was not answered."""
        with self._lock:
            self.spent_usd -= reserved_usd
