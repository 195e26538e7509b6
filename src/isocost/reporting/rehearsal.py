"""What stages would send and cost at most, in words and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isocost.reporting.markup import clean
from isocost.reporting.objects import SCHEMA
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.limits import Limits
    from isocost.studies.rehearsal import PlannedLevel, Rehearsal

__all__ = ["rehearsal_json", "rehearsal_text"]

_COLUMNS = (
    Column(title="Load", numeric=False),
    Column(title="Runs"),
    Column(title="Requests"),
    Column(title="Input tokens"),
    Column(title="Output tokens"),
    Column(title="Tokens at most"),
    Column(title="Minutes"),
)
_OPEN = "-"


def rehearsal_text(found: Sequence[Rehearsal], *, width: int = 100) -> str:
    """Write what stages would send and cost, one block a stage.

    Parameters
    ----------
    found : sequence of Rehearsal
    width : int
        Of tables, columns.
    """
    return "\n\n".join("\n".join(_block(each, width)) for each in found)


def _block(found: Rehearsal, width: int) -> list[str]:
    rows = tuple(_row(level) for level in found.levels)
    table = Table(
        title=f"{clean(found.stage)}: {found.kind} of {clean(found.target)}; nothing was sent",
        columns=_COLUMNS,
        groups=(("", rows),),
    )
    lines = table_lines(table, width=width)
    lines += ["", f"requests: {_requests(found)}", f"tokens: {_tokens(found)}", f"minutes: {_minutes(found)}"]
    lines += [f"price: {_price(found)}", f"limits: {_limits(found.limits)}"]
    if found.used.requests:
        lines.append(f"used before: {found.used.requests:,} requests, {found.used.tokens:,} tokens at most")
    if found.paid is not None:
        lines.append(f"may cost money: {found.paid}")
    if found.obstacle is not None:
        lines.append(f"! would be refused: {found.obstacle}")
    return lines


def _row(level: PlannedLevel) -> tuple[str, ...]:
    most = (level.input_at_most, level.output_at_most)
    return (
        level.load,
        f"{level.runs}",
        _count(level.requests),
        _count(level.input_tokens),
        _count(level.output_tokens),
        _OPEN if most[0] is None or most[1] is None else f"{most[0] + most[1]:,}",
        _OPEN if level.seconds is None else f"{level.seconds / 60:.1f}",
    )


def _count(value: int | None) -> str:
    return _OPEN if value is None else f"{value:,}"


def _requests(found: Rehearsal) -> str:
    many = "as many as the time allows" if found.requests is None else f"{found.requests:,}"
    before = f", and up to {found.probing_requests} of one token before" if found.probing_requests else ""
    return f"{many}, warm-up included{before}"


def _tokens(found: Rehearsal) -> str:
    if found.tokens_at_most is None:
        return "as many as the time allows"
    asked = "" if found.tokens is None else f"{found.tokens:,} if every answer has its full length; "
    return f"{asked}at most {found.tokens_at_most:,}, each byte of a prompt taken for a token"


def _minutes(found: Rehearsal) -> str:
    return "as long as the answers take" if found.minutes is None else f"about {found.minutes:.1f}"


def _price(found: Rehearsal) -> str:
    if found.price is None:
        return "not known; --input-usd-per-million and --output-usd-per-million say it"
    asked = "" if found.usd is None else f"${found.usd:.4g} if every answer has its full length; "
    most = "no upper end" if found.usd_at_most is None else f"at most ${found.usd_at_most:.4g}"
    return f"{asked}{most} ({found.price.label}; {found.price.source})"


def _limits(limits: Limits) -> str:
    told = {
        "cost": None if limits.max_cost_usd is None else f"${limits.max_cost_usd:g}",
        "requests": None if limits.max_requests is None else f"{limits.max_requests:,}",
        "tokens": None if limits.max_tokens is None else f"{limits.max_tokens:,}",
        "minutes": None if limits.max_minutes is None else f"{limits.max_minutes:g}",
        "share that fails": None if limits.max_error_rate is None else f"{limits.max_error_rate:.4g}",
    }
    parts = [f"{name} {value}" for name, value in told.items() if value is not None]
    return ", ".join([*parts, *(["called self-hosted by you"] if limits.self_hosted else [])]) or "none"


def rehearsal_json(found: Sequence[Rehearsal]) -> str:
    """Return what stages would send and cost as JSON text, in the envelope of every command.

    Parameters
    ----------
    found : sequence of Rehearsal
    """
    refused = any(each.obstacle is not None for each in found)
    content = {
        "schema": SCHEMA,
        "question": "What would be sent, and what does it cost at most?",
        "verdict": {
            "text": "; ".join(f"{each.stage}: {_requests(each)}; {_price(each)}" for each in found),
            "state": "refused" if refused else "planned",
        },
        "estimates": {},
        "tables": {
            "stages": [_stage(each) for each in found],
            "planned_levels": [
                {"stage": each.stage, **asdict(level)} for each in found for level in each.levels
            ],
        },
        "assumptions": [
            {"name": f"price of tokens, {each.stage}", "value": each.price.label, "source": each.price.source}
            for each in found
            if each.price is not None
        ],
        "warnings": [
            {"code": "refused", "text": each.obstacle, "about": each.stage}
            for each in found
            if each.obstacle is not None
        ],
        "provenance": [],
    }
    return json.dumps(content, allow_nan=False, ensure_ascii=False, indent=2)


def _stage(found: Rehearsal) -> dict[str, Any]:
    return {
        "stage": found.stage,
        "kind": found.kind,
        "target": found.target,
        "requests": found.requests,
        "probing_requests": found.probing_requests,
        "tokens": found.tokens,
        "tokens_at_most": found.tokens_at_most,
        "minutes": found.minutes,
        "usd": found.usd,
        "usd_at_most": found.usd_at_most,
        "limits": {name: value for name, value in asdict(found.limits).items() if value not in (None, False)},
        "used_requests": found.used.requests,
        "used_tokens": found.used.tokens,
        "used_usd": None if found.price is None else found.used.usd,
        "paid": found.paid,
    }
