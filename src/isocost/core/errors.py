"""Every error and warning that isocost raises, sorted by who can act on it.

::

    IsocostError
    ├── InputError (also ValueError)     the caller's parameter, file or configuration
    ├── CatalogError (also LookupError)  unknown model, accelerator or price
    ├── MeasurementError                 the target failed; carries observations so far
    ├── BudgetError                      what was allowed is spent; nothing more was sent
    ├── EstimationError                  the data cannot identify the model
    └── MissingExtraError                optional dependency absent; names the extra

    IsocostWarning
    ├── ExtrapolationWarning             asked outside the range that was measured
    ├── ClientSaturatedWarning           the load generator itself was the limit
    ├── FailedRequestsWarning            some requests of a run failed
    ├── LostWorkerWarning                a worker was lost while it measured
    └── UnverifiedTlsWarning             anybody on the way may read along, and be the server
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.observation import Observation

__all__ = [
    "BudgetError",
    "CatalogError",
    "ClientSaturatedWarning",
    "EstimationError",
    "ExtrapolationWarning",
    "FailedRequestsWarning",
    "InputError",
    "IsocostError",
    "IsocostWarning",
    "LostWorkerWarning",
    "MeasurementError",
    "MissingExtraError",
    "UnverifiedTlsWarning",
]


class IsocostError(Exception):
    """Base of all errors that isocost raises on purpose."""


class InputError(IsocostError, ValueError):
    """The caller's parameter, file or configuration cannot be used as it is."""


class CatalogError(IsocostError, LookupError):
    """No such model, accelerator, machine or price is known."""


class MeasurementError(IsocostError):
    """The target failed; what was observed until then comes along.

    Parameters
    ----------
    message : str
        What was tried, what came back and what to do.
    observations : sequence of Observation, optional
        What had been observed before the failure.
    """

    def __init__(self, message: str, observations: Sequence[Observation] = ()) -> None:
        super().__init__(message)
        self.observations = tuple(observations)


class BudgetError(IsocostError):
    """What was allowed to be sent or spent is used up; what was measured until then is kept."""


class EstimationError(IsocostError):
    """The data cannot identify what was asked of them."""


class MissingExtraError(IsocostError, ImportError):
    """An optional dependency is absent.

    Parameters
    ----------
    extra : str
        Name of the extra that brings it.
    needed_for : str
        What the caller wanted to do, as a noun: "the embedded engine".
    """

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(f"{needed_for} needs the extra [{extra}]: pip install 'isocost[{extra}]'")
        self.extra = extra


class IsocostWarning(UserWarning):
    """Base of all doubts about the quality of a result."""


class ExtrapolationWarning(IsocostWarning):
    """The answer lies outside the range that was measured."""


class ClientSaturatedWarning(IsocostWarning):
    """The load generator, not the target, was the limit."""


class FailedRequestsWarning(IsocostWarning):
    """Some requests of a run failed."""


class LostWorkerWarning(IsocostWarning):
    """A process or node that measured was lost, and with it the requests it had in flight."""


class UnverifiedTlsWarning(IsocostWarning):
    """Certificates go unchecked: anybody on the way may read along, and be the server."""
