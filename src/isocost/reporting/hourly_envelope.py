"""What an hour of a machine costs, for programs: the same envelope as every command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from isocost.catalog import MachineProfile
from isocost.economics import PARAMETERS
from isocost.reporting.envelope import SCHEMA, estimate_object
from isocost.reporting.hourly import hourly_sentence
from isocost.reporting.json_text import json_text

if TYPE_CHECKING:
    from isocost.core.assumed import Assumed
    from isocost.core.estimate import Estimate
    from isocost.core.money import Currency
    from isocost.studies.hourly import HourlyReport
    from isocost.studies.hourly_energy import HourlyEnergy
    from isocost.studies.renting import RentComparison

__all__ = ["hourly_json", "hourly_tables"]

_QUESTION = "What does an hour of this machine cost?"
Json = dict[str, Any]


def hourly_json(report: HourlyReport) -> str:
    """Return the result as JSON text: amounts in the report's currency, shares as fractions.

    Tables: ``parts``, ``rents`` (a row a rent and reading), ``parameters``, ``influences``, ``energy``.
    """
    per = report.currency
    estimates = {"hourly_cost": _converted(report.total, per)}
    estimates |= {f"hourly_cost_{name}": _converted(each, per) for name, each in report.boundaries.items()}
    content = {
        "schema": SCHEMA,
        "question": _QUESTION,
        "verdict": {
            "text": hourly_sentence(report),
            "state": "rented" if isinstance(report.machine.profile, MachineProfile) else "owned",
        },
        "estimates": {name.replace("-", "_"): estimate_object(each) for name, each in estimates.items()},
        "tables": hourly_tables(report),
        "assumptions": _assumptions(report),
        "warnings": [{"code": each.code, "text": each.text, "about": None} for each in report.cautions],
        "provenance": [],
    }
    return json_text(content)


def hourly_tables(report: HourlyReport) -> Json:
    """Return the tables behind an hourly cost; those without rows are left out."""
    profile, per = report.machine.profile, report.currency
    tables = {
        "parts": [
            {"part": name, "hourly_cost": estimate_object(_converted(each, per))}
            for name, each in report.parts.items()
        ],
        "rents": [row for rent in report.rents for row in _rent_rows(rent, per)],
        "parameters": []
        if isinstance(profile, MachineProfile)
        else [_parameter(name, each) for name, each in profile.parameters.items()],
        "influences": [
            {
                **_parameter(each.name, each.assumed),
                "at_low": per.from_usd(each.at_low),
                "at_high": per.from_usd(each.at_high),
                "first_order": each.first_order,
                "total_order": each.total_order,
            }
            for each in (report.sensitivity.influences if report.sensitivity else ())
        ],
        "energy": [] if report.energy is None else [_energy(report.energy)],
    }
    return {name: rows for name, rows in tables.items() if rows}


def _energy(energy: HourlyEnergy) -> Json:
    grid = energy.grid.intensity
    return {
        "obtained": energy.obtained,
        "kwh_per_hour": {name: estimate_object(each) for name, each in energy.energy.items()},
        "carbon_g_per_hour": estimate_object(energy.carbon),
        "grid": energy.grid.name,
        "grid_g_per_kwh": grid.value,
        "grid_source": grid.source,
    }


def _converted(estimate: Estimate, per: Currency) -> Estimate:
    ends = [None if end is None else per.from_usd(end) for end in (estimate.low, estimate.high)]
    return replace(
        estimate, value=per.from_usd(estimate.value), low=ends[0], high=ends[1], unit=f"{per.code}/h"
    )


def _rent_rows(rent: RentComparison, per: Currency) -> list[Json]:
    price = rent.price
    return [
        {
            "rented": rent.name,
            "price_per_hour": per.from_usd(price.usd_per_hour),
            "low": None if price.low is None else per.from_usd(price.low),
            "high": None if price.high is None else per.from_usd(price.high),
            "unit": f"{per.code}/h",
            "source": price.source,
            "date": price.date,
            "reading": point.reading,
            "break_even_utilization": estimate_object(point.utilization),
            "share_never": point.never,
            "probability_owning_cheaper": rent.owning_cheaper,
        }
        for point in rent.break_evens
    ]


def _parameter(name: str, assumed: Assumed) -> Json:
    return {
        "parameter": name,
        "meaning": PARAMETERS[name].meaning,
        "value": assumed.value,
        "low": assumed.low,
        "high": assumed.high,
        "shape": None if assumed.is_exact else assumed.shape,
        "unit": assumed.unit,
        "kind": "published" if assumed.published else "assumed",
        "source": assumed.source,
        "date": assumed.date or None,
    }


def _assumptions(report: HourlyReport) -> list[Json]:
    profile = report.machine.profile
    rates = {each.code: each for each in (report.machine.currency, report.currency) if each.code != "USD"}
    found: list[tuple[str, str, str]] = [
        ("exchange rate", f"{each.per_usd:g} {code} per USD", f"{each.source}, {each.date}")
        for code, each in rates.items()
    ]
    if not isinstance(profile, MachineProfile):
        found += [("formula", profile.formula, profile.name), ("boundary", profile.boundary, profile.name)]
        found += [("not counted", name, profile.name) for name in report.left_out]
    return [{"name": name, "value": value, "source": source} for name, value, source in found]
