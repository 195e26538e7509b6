"""Machine profiles as lines of text and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from isocost.reporting.catalog_envelope import catalog_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.catalog import MachineProfile

__all__ = ["machines_json", "machines_text"]


def machines_text(machines: Sequence[MachineProfile]) -> str:
    """Write machines with price, range, date and source; nothing here is a quote."""
    return "\n".join(
        f"{machine.name}: {machine.description}\n"
        f"  {machine.usd_per_hour:g} [{machine.low:g}, {machine.high:g}] USD per hour in {machine.region}, "
        f"{machine.date}\n"
        f"  {machine.source}, {machine.url}\n"
        f"  {machine.note}"
        for machine in machines
    )


def machines_json(machines: Sequence[MachineProfile]) -> str:
    """Return machines as JSON text: the table ``machines`` has a row each."""
    return catalog_json(f"{len(machines)} machines", {"machines": [asdict(each) for each in machines]})
