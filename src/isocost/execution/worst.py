"""The health of several clients as one: that of the worst."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.observation import ClientHealth

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["worst_health"]


def worst_health(healths: Sequence[ClientHealth]) -> ClientHealth:
    """Return the health of a crew: of each figure the worst, ``None`` where nobody told.

    A crew is as saturated as its most saturated worker; a good property (kernel stamps) holds only where all
    have it.

    Parameters
    ----------
    healths : sequence of ClientHealth
        Of each worker, at least one.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> worst = worst_health([ClientHealth(cpu_share=0.2, kernel_stamps=True), ClientHealth(cpu_share=0.9)])
    >>> worst.cpu_share, worst.kernel_stamps, worst.loop_lag_p99_s
    (0.9, False, None)
    """
    if not healths:
        raise InputError("the health of a crew needs that of at least one worker")
    names = [field.name for field in fields(ClientHealth)]
    return ClientHealth(**{name: _worst([getattr(each, name) for each in healths]) for name in names})


def _worst(values: list[Any]) -> Any:  # noqa: ANN401 - any field of the record
    told = [value for value in values if value is not None]
    if not told:
        return None
    return all(values) if all(isinstance(value, bool) for value in told) else max(told)
