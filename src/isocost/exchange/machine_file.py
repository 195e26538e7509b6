"""A user's own machine: the parameters of its hourly cost in a YAML file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from isocost.journal.yaml_edge import read_checked

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MachineFile", "ParameterRow", "read_machine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow:
    """A parameter as a file gives it; without range it is exact.

    Parameters
    ----------
    value : float
    low, high : float or None
    source, date : str or None
        Who says so, and when it held.
    shape : str
        Of the distribution over the range.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    value: float
    low: float | None = None
    high: float | None = None
    source: str | None = None
    date: str | None = None
    shape: Literal["triangular", "uniform"] = "triangular"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFile:
    """What a file of a machine says; absent fields are ``None``, or taken from its base.

    Parameters
    ----------
    name, description : str or None
    base : str or None
        An owned machine of the catalogue; what the file does not say is taken from it.
    accelerator, rented : str or None
        Of the catalogue.
    formula, boundary, currency, date, note : str or None
    rate : float or None
        Units of the currency for one US dollar.
    parameters : dict of str to float or ParameterRow
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str | None = None
    description: str | None = None
    base: str | None = None
    accelerator: str | None = None
    rented: str | None = None
    formula: Literal["published", "full"] | None = None
    boundary: Literal["accelerator", "all-in"] | None = None
    currency: str | None = None
    rate: float | None = None
    date: str | None = None
    note: str | None = None
    parameters: dict[str, float | ParameterRow] = field(default_factory=dict)


def read_machine(path: Path) -> MachineFile:
    """Read the file of a machine.

    Raises
    ------
    InputError
        If it cannot be read, is no YAML, or holds an unknown key; names file, line and key.
    """
    return read_checked(path, MachineFile, prepare=_with_text_dates)  # type: ignore[no-any-return]


def _with_text_dates(content: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Write dates as text: YAML makes dates of what looks like one."""
    if isinstance(content, dict):
        return {key: _with_text_dates(value) for key, value in content.items()}
    return content.isoformat() if isinstance(content, dt.date) else content
