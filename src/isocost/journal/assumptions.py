"""Prices and assumptions of a study: applied on reading, never baked into measurements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from isocost.journal.yaml_edge import read_checked, write_text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Assumptions", "read_assumptions", "write_template"]

_TEMPLATE = """\
# Prices and assumptions of this study. They are applied whenever a report is made; nothing is measured again.
# price_usd_per_hour: 2.5         # of the whole deployment
# price_source: "our contract"
# price_date: "2026-11-21"
# machine: cloud-2core            # or a profile: isocost catalog machines
# service_levels: [ttft.p95=1s, tpot.p50=50ms]
# size_floor: 50000000            # least number of parameters of a deployment worth recommending
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What ``assumptions.yaml`` says; absent fields are ``None``.

    Parameters
    ----------
    price_usd_per_hour : float or None
        Of the whole deployment.
    price_source, price_date : str or None
        Who says so, and when it held.
    machine : str or None
        Name of a machine profile that carries a price.
    service_levels : tuple of str
        As on the command line: ``ttft.p95=1s``.
    size_floor : int or None
        Least number of parameters of a deployment worth recommending.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    price_usd_per_hour: float | None = None
    price_source: str | None = None
    price_date: str | None = None
    machine: str | None = None
    service_levels: tuple[str, ...] = ()
    size_floor: int | None = None


def read_assumptions(path: Path) -> Assumptions:
    """Read ``assumptions.yaml``; an absent file assumes nothing.

    Raises
    ------
    InputError
        If the file is broken; names line and key.
    """
    if not path.exists():
        return Assumptions()
    return read_checked(path, Assumptions)  # type: ignore[no-any-return]


def write_template(path: Path, assumed: Assumptions | None = None) -> None:
    """Write ``assumptions.yaml`` where there is none: a template, and what is assumed from the start."""
    if path.exists():
        return
    lines = [
        f"{name}: {value}\n"
        for name in ("price_usd_per_hour", "price_source", "price_date", "machine", "size_floor")
        if assumed is not None and (value := getattr(assumed, name)) is not None
    ]
    write_text(path, _TEMPLATE + "".join(lines))
