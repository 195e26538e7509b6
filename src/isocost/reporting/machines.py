"""Machine profiles and prices as lines of text and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isocost.reporting.catalog_envelope import catalog_json
from isocost.reporting.format import bracket, decimals, grouped
from isocost.reporting.markup import shorten
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.catalog import MachineProfile, OwnedMachine
    from isocost.core.money import HourlyPrice

__all__ = ["machines_json", "machines_text", "prices_json", "prices_text"]

SOURCE = 60
"""Longest source shown in a table of many."""


def machines_text(machines: Sequence[MachineProfile], owned: Sequence[OwnedMachine] = ()) -> str:
    """Write machines by the hour with price, range, date and source, and owned ones; nothing is a quote."""
    lines = [
        f"{machine.name}: {machine.description}\n"
        f"  {machine.usd_per_hour:g} [{machine.low:g}, {machine.high:g}] USD per hour in {machine.region}, "
        f"{machine.date}\n"
        f"  {machine.source}, {machine.url}\n"
        f"  {machine.note}"
        for machine in machines
    ]
    lines += [
        f"{machine.name}: {machine.description}\n"
        f"  {machine.formula} formula, {machine.boundary}; amounts in {machine.currency}, {machine.date}\n"
        f"  isocost hourly-cost --machine {machine.name} says what an hour of it costs"
        + (f"\n  {machine.note}" if machine.note else "")
        for machine in owned
    ]
    return "\n".join(lines)


def machines_json(machines: Sequence[MachineProfile], owned: Sequence[OwnedMachine] = ()) -> str:
    """Return machines as JSON text: the tables ``machines`` (by the hour) and ``owned`` have a row each."""
    tables: dict[str, Any] = {"machines": [asdict(each) for each in machines]}
    if owned:
        tables["owned"] = [_owned_row(each) for each in owned]
    return catalog_json(f"{len(machines) + len(owned)} machines", tables)


def _owned_row(machine: OwnedMachine) -> dict[str, Any]:
    facts = (
        "name",
        "description",
        "accelerator",
        "formula",
        "boundary",
        "currency",
        "rented",
        "date",
        "note",
    )
    parameters = {name: asdict(each) for name, each in machine.parameters.items()}
    return {**{name: getattr(machine, name) for name in facts}, "parameters": parameters}


def prices_text(prices: Sequence[tuple[str, HourlyPrice]], *, width: int = 100) -> str:
    """Write what an hour of each machine costs as a table: price, range, date, source."""
    if len(prices) == 1:
        (name, price), amounts = prices[0], _amounts(prices[0][1])
        return f"{name}: {' '.join(amounts).strip()} USD per hour, {price.date}\n  {price.source}"
    columns = (
        Column(title="Machine", numeric=False),
        Column(title="USD/h"),
        Column(title="Range"),
        Column(title="Date", numeric=False),
        Column(title="Source", numeric=False),
    )
    rows = tuple(
        (name, *_amounts(price), price.date, shorten(price.source, SOURCE)) for name, price in prices
    )
    title = f"{len(rows)} prices of an hour; of one accelerator where the machine has one"
    table = Table(title=title, columns=columns, groups=(("", rows),))
    after = (
        "isocost catalog machines NAME tells what a price includes; isocost hourly-cost what it is made of."
    )
    return "\n".join([*table_lines(table, width=width), "", after])


def _amounts(price: HourlyPrice) -> tuple[str, str]:
    digits = max(2, decimals(price.usd_per_hour, price.low, price.high))
    return grouped(price.usd_per_hour, digits), bracket(price.low, price.high, digits)


def prices_json(prices: Sequence[tuple[str, HourlyPrice]]) -> str:
    """Return prices as JSON text: the table ``prices`` has a row each."""
    rows = [
        {
            "machine": name,
            "usd_per_hour": price.usd_per_hour,
            "low": price.low,
            "high": price.high,
            "date": price.date,
            "source": price.source,
        }
        for name, price in prices
    ]
    return catalog_json(f"{len(rows)} prices", {"prices": rows})
