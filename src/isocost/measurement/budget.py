"""What may still be sent: requests, tokens, money and time, set aside before each request."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from isocost.core.errors import BudgetError, InputError
from isocost.core.limits import Limits, Spent

if TYPE_CHECKING:
    from isocost.core.token_price import TokenPrice
    from isocost.measurement.dialect import Usage

__all__ = ["Budget", "Reservation"]

_WINDOW = 100
_ENOUGH = 20


class Reservation(NamedTuple):
    """What was set aside for one request.

    Parameters
    ----------
    tokens : int
    usd : float
    """

    tokens: int
    usd: float


class Budget:
    """What a stage may use; may be asked from several threads, and never waits.

    Parameters
    ----------
    limits : Limits
    price : TokenPrice or None
        What tokens cost.
    spent : Spent
        Before.

    Raises
    ------
    InputError
        If money is limited and no price is known.

    Examples
    --------
    >>> budget = Budget(Limits(max_tokens=100))
    >>> reserved = budget.reserve(60, 8)
    >>> budget.spent.tokens, budget.offer(60, 8)
    (68, None)
    """

    def __init__(
        self, limits: Limits | None = None, *, price: TokenPrice | None = None, spent: Spent | None = None
    ) -> None:
        self.limits, self.price = limits or Limits(), price
        if self.limits.max_cost_usd is not None and price is None:
            raise InputError(
                "--max-cost needs to know what tokens cost; give --input-usd-per-million and "
                "--output-usd-per-million"
            )
        before = spent or Spent()
        minutes = self.limits.max_minutes
        self._ends_at_s = None if minutes is None else time.monotonic() + 60 * minutes - before.seconds
        self._lock = threading.Lock()
        self._requests, self._tokens, self._usd = before.requests, before.tokens, before.usd
        self._failed: deque[bool] = deque(maxlen=_WINDOW)
        self._failures = 0
        self.refusal: str | None = None
        """Why a request was not sent; ``None`` while all were."""

    @property
    def spent(self) -> Spent:
        """What was used so far, what is set aside included."""
        return Spent(requests=self._requests, tokens=self._tokens, usd=self._usd)

    def reserve(self, input_tokens: int, output_tokens: int) -> Reservation:
        """Set aside the most that a request may use.

        Raises
        ------
        BudgetError
            If that would be more than is left.
        """
        reserved = self.offer(input_tokens, output_tokens)
        if reserved is None:
            raise BudgetError(self.refusal or "the budget is spent")
        return reserved

    def offer(self, input_tokens: int, output_tokens: int) -> Reservation | None:
        """Set aside the most that a request may use; ``None`` if that would be more than is left."""
        price = self.price
        usd = 0.0 if price is None else price.usd(input_tokens, output_tokens)
        tokens = input_tokens + output_tokens
        with self._lock:
            refusal = self._refusal(tokens, usd)
            if refusal is not None:
                self.refusal = refusal
                return None
            self._requests += 1
            self._tokens += tokens
            self._usd += usd
        return Reservation(tokens, usd)

    def _refusal(self, tokens: int, usd: float) -> str | None:
        """Say why a request may not be sent."""
        limits = self.limits
        if limits.max_requests is not None and self._requests >= limits.max_requests:
            return (
                f"the budget is spent: {self._requests:,} requests of at most {limits.max_requests:,} were "
                "sent"
            )
        if limits.max_tokens is not None and self._tokens + tokens > limits.max_tokens:
            return (
                f"the budget is spent: {self._tokens:,} tokens of at most {limits.max_tokens:,}, and another "
                f"request may have {tokens:,}"
            )
        if limits.max_cost_usd is not None and self._usd + usd > limits.max_cost_usd:
            return (
                f"the budget is spent: ${self._usd:.4g} of at most ${limits.max_cost_usd:.4g}, and "
                f"another request may cost ${usd:.4g}"
            )
        if self._ends_at_s is not None and time.monotonic() >= self._ends_at_s:
            return f"the time is over: at most {limits.max_minutes:g} minutes were given"
        share, seen = limits.max_error_rate, len(self._failed)
        if share is not None and seen >= _ENOUGH and self._failures > share * seen:
            return (
                f"too many requests fail: {self._failures} of the latest {seen}, and at most {share:.4g} of "
                "them may (--max-error-rate)"
            )
        return None

    def settle(self, reserved: Reservation, usage: Usage | None) -> None:
        """Put what a request did use in the place of what was set aside; kept where nobody counted."""
        if usage is None:
            return
        self.settle_tokens(reserved, usage.input_tokens, usage.output_tokens)

    def settle_tokens(self, reserved: Reservation, used: int | None, written: int | None) -> None:
        """Put the tokens that a target counted in the place of what was set aside; kept where it did not."""
        if used is None or written is None:
            return
        usd = 0.0 if self.price is None else self.price.usd(used, written)
        with self._lock:
            self._tokens += used + written - reserved.tokens
            self._usd += usd - reserved.usd

    def release(self, reserved: Reservation, *, sent: bool = True) -> None:
        """Give back what was set aside for a request that was turned away, or not even `sent`."""
        with self._lock:
            self._tokens -= reserved.tokens
            self._usd -= reserved.usd
            self._requests -= not sent

    def saw(self, *, failed: bool) -> None:
        """Note how a request ended, for the share of the latest that failed."""
        if self.limits.max_error_rate is None:
            return
        with self._lock:
            if len(self._failed) == _WINDOW:
                self._failures -= self._failed[0]
            self._failed.append(failed)
            self._failures += failed
