"""Two sides that do the same work, as joint draws: what each costs, and who is cheaper."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.statistics.draws import Draws, combine, summarise

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Answer", "OwnHour", "Sides", "answer_of", "joint", "told"]

Answer = Literal["own", "other", "undecided"]
SURE = 0.975
"""From this share of the draws on, one side is called the cheaper: within 95 % of them none flips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHour:
    """What an hour of one replica of the own deployment costs.

    Parameters
    ----------
    standing : Draws
        USD per hour of the calendar, whatever it does.
    used : Draws
        USD more per hour of full use.
    """

    standing: Draws
    used: Draws

    @property
    def full(self) -> Draws:
        """An hour of full use."""
        method = self.standing.method
        return combine(np.add, self.standing, self.used, unit="USD/h", kind="assumed", method=method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The two sides for the same work, as joint draws.

    Parameters
    ----------
    own : OwnHour or None
        ``None``: no price is known.
    other : Draws
        USD that the alternative takes for what one replica does in an hour of full use.
    capacity : Draws
        Output tokens per second of one replica within the service levels.
    requests_per_token : Draws or None
        Requests for each output token; ``None``: nobody counted requests.
    by_hours : bool
        Whether a load is a share of the hours, which is known whatever the capacity; otherwise a rate.
    """

    own: OwnHour | None
    other: Draws
    capacity: Draws
    requests_per_token: Draws | None = None
    by_hours: bool = False

    @property
    def serves(self) -> Draws:
        """What one replica serves: requests per second where those were counted, else output tokens."""
        rates = self.requests_per_token
        if rates is None:
            return self.capacity
        return combine(
            np.multiply,
            self.capacity,
            rates,
            unit="requests/s",
            kind=self.capacity.kind,
            method=self.capacity.method,
        )

    def shares(self, share: float) -> Draws:
        """Return a load as draws of its share of the capacity: the load is sure, the capacity is not.

        Parameters
        ----------
        share : float
            By point estimates, above 0.
        """
        if self.by_hours:
            samples = np.full(len(self.other.samples), share)
            return replace(self.other, value=share, samples=samples, unit="1", method="share of the hours")
        serves = self.serves
        samples = share * serves.value / serves.samples
        return replace(serves, value=share, samples=samples, unit="1", method="load over capacity")


def answer_of(value: float, samples: FloatArray) -> tuple[Answer, float | None]:
    """Say who is cheaper from the own cost less the other's; *undecided* where the interval holds both.

    Parameters
    ----------
    value : float
    samples : float array, shape (draws,)
        Where one is no number, the data allow no interval and `value` alone decides.

    Returns
    -------
    tuple of (Answer, float or None)
        And the share of the draws in which the own side is cheaper.

    Examples
    --------
    >>> answer_of(-1.0, np.array([-1.0, -2.0])), answer_of(-1.0, np.array([-1.0, 0.5]))
    (('own', 1.0), ('undecided', 0.5))
    """
    if not bool(np.isfinite(samples).all()):
        return ("own" if value < 0 else "other"), None
    share = float(np.mean(samples < 0))
    if share >= SURE:
        return "own", share
    return ("other" if share <= 1 - SURE else "undecided"), share


def joint(function: Any, *parts: Draws, unit: str) -> Draws:  # noqa: ANN401 - of numbers or arrays
    """Compute one side or both, draw by draw."""
    return combine(function, *parts, unit=unit, kind="assumed", method="break-even; joint draws")


def told(draws: Draws) -> Estimate | None:
    """Summarise draws; ``None`` where the value is infinite: never."""
    return summarise(draws) if np.isfinite(draws.value) else None
