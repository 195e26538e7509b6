"""The capacity for a day, for programs: the same envelope as every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.capacity import capacity_verdict
from isocost.reporting.json_text import json_text
from isocost.reporting.objects import SCHEMA, estimate_object

if TYPE_CHECKING:
    from isocost.economics import CapacityMix, PlannedInterval
    from isocost.studies.capacity import CapacityReport

__all__ = ["capacity_json"]

_QUESTION = "How many replicas does a daily volume take, and which mix of capacity costs least?"
Json = dict[str, Any]


def capacity_json(report: CapacityReport) -> str:
    """Return a plan as JSON text.

    Tables: ``intervals``; with prices ``mix``, ``alternatives``, ``allocation`` (a row a kind and
    ``cost_basis``) and ``cost_bases`` (the whole, as OpenCost and llm-d name it).
    """
    mix = report.plan.mix
    content = {
        "schema": SCHEMA,
        "question": _QUESTION,
        "verdict": {"text": " ".join(capacity_verdict(report)), "state": _state(mix)},
        "estimates": {name: estimate_object(each) for name, each in _estimates(report).items()},
        "tables": _tables(report),
        "assumptions": [
            {"name": each.name, "value": each.value, "source": each.source} for each in report.assumptions
        ],
        "warnings": [{"code": each.code, "text": each.text, "about": None} for each in report.cautions],
        "provenance": [
            {
                "source": each.source,
                "tool": each.tool,
                "measured_at_utc": each.measured_at_utc,
                "facts": dict(sorted(each.facts.items())),
            }
            for each in report.provenance
        ],
    }
    return json_text(content) + "\n"


def _state(mix: CapacityMix | None) -> str:
    if mix is None:
        return "no-price"
    return "undecided" if any(each.undecided for each in mix.alternatives) else "planned"


def _estimates(report: CapacityReport) -> Json:
    plan = report.plan
    found: Json = {"requests_per_second_of_one_replica": plan.capacity, "utilization": plan.utilization}
    if plan.mix is not None:
        found |= {
            "cost_per_day": plan.mix.cost_per_day,
            "usage_per_day": plan.mix.usage_per_day,
            "idle_cost_per_day": plan.mix.idle_per_day,
        }
    return found | dict(report.unit_costs)


def _tables(report: CapacityReport) -> Json:
    tables: Json = {"intervals": [_interval(each) for each in report.plan.intervals]}
    mix = report.plan.mix
    if mix is None:
        return tables
    tables["mix"] = [
        {
            "base_kind": mix.base_kind,
            "base": mix.base,
            "base_shares": _shares(mix.base_shares),
            "best_share": mix.best_share,
        }
    ]
    tables["alternatives"] = [
        {
            "kind": each.kind,
            "cost_per_day": estimate_object(each.cost_per_day),
            "extra_per_day": estimate_object(each.extra),
            "mix_cheaper": each.mix_cheaper,
            "same": each.same,
            "undecided": each.undecided,
        }
        for each in mix.alternatives
    ]
    tables["allocation"] = [
        {
            "kind": each.kind,
            "cost_basis": basis,
            "cost_per_day": estimate_object(cost),
        }
        for each in mix.allocations
        for basis, cost in (("allocation", each.allocation), ("usage", each.usage))
    ]
    tables["cost_bases"] = [
        {
            "cost_basis": basis,
            "llm_total_hourly_cost": cost.value / 24,
            "llm_cost_per_million_tokens": estimate_object(report.unit_costs.get(name)),
        }
        for basis, cost, name in (
            ("allocation", mix.cost_per_day, "llm_cost_per_million_tokens"),
            ("usage", mix.usage_per_day, "llm_cost_per_million_tokens_usage"),
        )
    ]
    return tables


def _interval(each: PlannedInterval) -> Json:
    return {
        "start_h": each.load.start_h,
        "end_h": each.load.end_h,
        "requests": each.load.requests,
        "requests_per_second": each.load.requests_per_second,
        "replicas_needed": each.needed,
        "replicas_needed_shares": _shares(each.needed_shares),
        "all_day": each.base,
        "on_demand": each.on_demand,
        "api_requests": each.api_requests,
        "utilization": each.utilization,
        "headroom_per_second": each.headroom_per_s,
        "costs": dict(each.costs),
        "idle_cost": each.idle_cost,
    }


def _shares(shares: tuple[tuple[int, float], ...] | None) -> list[Json] | None:
    return None if shares is None else [{"replicas": count, "share": share} for count, share in shares]
