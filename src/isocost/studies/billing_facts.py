"""What a segment is told of billing: what looking at its target used, the price taken, who bills."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isocost.core.limits import Spent
    from isocost.journal import Stage
    from isocost.measurement import Budget
    from isocost.studies.report import Assumption

__all__ = ["billing_assumptions", "billing_facts", "without_probing"]


def billing_facts(budget: Budget, before: Spent) -> dict[str, str]:
    """Return facts of a segment: what was used since `before`, and what the budget takes as given.

    Parameters
    ----------
    budget : Budget
    before : Spent
        What its requests had used when the target had not been looked at.

    Examples
    --------
    >>> from isocost.core.limits import Limits, Spent
    >>> from isocost.measurement import Budget
    >>> billing_facts(Budget(Limits(self_hosted=True)), Spent())
    {'billing': 'self-hosted, as given by you'}
    """
    after = budget.spent
    facts = {"billing": "self-hosted, as given by you"} if budget.limits.self_hosted else {}
    if budget.price is not None:
        facts["token_price"] = f"{budget.price.label} ({budget.price.source})"
    if after.requests > before.requests:
        facts |= {
            "probing_requests": str(after.requests - before.requests),
            "probing_tokens": str(after.tokens - before.tokens),
        }
        if budget.price is not None:
            facts["probing_usd"] = f"{after.usd - before.usd:.9f}"
    return facts


def without_probing(facts: Mapping[str, str]) -> dict[str, str]:
    """Return facts without what looking at a target used, which one segment tells."""
    return {name: value for name, value in facts.items() if not name.startswith("probing_")}


def billing_assumptions(stages: Iterable[Stage]) -> tuple[Assumption, ...]:
    """List the targets that the user says nobody bills."""
    from isocost.studies.report import Assumption  # noqa: PLC0415 - of a report, and a load must begin soon

    return tuple(
        Assumption(
            name=f"target of stage {stage.name}", value="self-hosted: nobody bills it", source="given by you"
        )
        for stage in stages
        if stage.limits is not None and stage.limits.self_hosted
    )
