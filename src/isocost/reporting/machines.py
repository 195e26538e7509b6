"""Machine profiles as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.catalog import MachineProfile

__all__ = ["machines_text"]


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
