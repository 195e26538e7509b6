"""What a deployment is compared with: an API by name or price, or a rented deployment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.economics import HOURS_PER_MONTH

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

__all__ = ["BreakEvenQuestion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEvenQuestion:
    """What a deployment is compared with: exactly one of the first three.

    Parameters
    ----------
    against : str or None
        An API, ``"PROVIDER/MODEL"``.
    api_price : str or None
        USD per million tokens, ``"INPUT/OUTPUT"`` or ``"INPUT/OUTPUT/CACHED"``.
    rent : str or None
        USD per hour of the whole rented deployment, or a machine by the hour.
    prices : Path or None
        File with the price of `against`, in place of genai-prices.
    cached_share : float
        Share of the input tokens that the API reads from its cache.
    input_tokens : float or None
        Mean input tokens a request, for sweeps that did not count them.
    requests_per_day : float or None
        A load to tell both sides at.
    hours_per_month : float or None
        Hours of use for the payback time; ``None``: all.
    on : date or None
        Day of the prices; ``None``: today.
    seed : int
    """

    against: str | None = None
    api_price: str | None = None
    rent: str | None = None
    prices: Path | None = None
    cached_share: float = 0.0
    input_tokens: float | None = None
    requests_per_day: float | None = None
    hours_per_month: float | None = None
    on: date | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no question."""
        sides = [each for each in (self.against, self.api_price, self.rent) if each is not None]
        if len(sides) != 1:
            raise InputError(
                "a break-even is against one thing: give exactly one of --against PROVIDER/MODEL, "
                "--api-price INPUT/OUTPUT and --rent USD_PER_HOUR"
            )
        if self.prices is not None and self.against is None:
            raise InputError("--prices FILE goes with --against PROVIDER/MODEL")
        if not 0 <= self.cached_share <= 1:
            raise InputError(f"--cached-share must be between 0 and 1, got {self.cached_share!r}")
        if self.cached_share > 0 and self.rent is not None:
            raise InputError("--cached-share is for an API: a rented machine bills no tokens")
        for option, value in (
            ("--input-tokens", self.input_tokens),
            ("--requests-per-day", self.requests_per_day),
        ):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InputError(f"{option} must be above 0, got {value!r}")
        hours = self.hours_per_month
        if hours is not None and not 0 < hours <= HOURS_PER_MONTH:
            raise InputError(f"--hours-per-month must be above 0 and at most 730, got {hours!r}")
