"""Where data come from: tool, time, machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Provenance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a set of numbers comes from.

    Parameters
    ----------
    source : str
        The file, study stage, publication or tool it was taken from.
    tool : str
        What measured it, with version: ``"isocost 0.1.0"``.
    measured_at_utc : str or None
        ISO 8601 start of the measurement, UTC; ``None`` when unknown.
    facts : mapping of str to str
        Whatever else identifies the condition: machine, engine version, address.
    """

    source: str
    tool: str
    measured_at_utc: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
