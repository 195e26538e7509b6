"""What the prompts of a stage have in common on purpose, in words."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from isocost.core.errors import IsocostWarning

if TYPE_CHECKING:
    from isocost.core.load import RunPlan
    from isocost.journal import LoadStage

__all__ = ["shared_text", "warn_of_new_beginnings"]


def shared_text(stage: LoadStage) -> str:
    """Say what prompts share: the history of a conversation, a prefix, blocks of a trace; empty: nothing.

    Examples
    --------
    >>> from isocost.core.load import RequestShape
    >>> from isocost.journal import ConversationSpec, LoadStage, TargetSpec
    >>> shared_text(LoadStage(target=TargetSpec(url="http://h"), workload="w", shapes=(RequestShape(8, 4),),
    ...     concurrency=(1,), requests_per_level=8, shared_prefix="512x4",
    ...     conversation=ConversationSpec(turns=4, think_time_s=2.0)))
    '4 turns, 2 s to think; 512 tokens shared in each of 4 groups'
    """
    told = []
    if stage.conversation is not None:
        think = stage.conversation.think_time_s
        told.append(f"{stage.conversation.turns} turns" + (f", {think:g} s to think" if think else ""))
    prefix = stage.prefix
    if prefix is not None:
        whose = "" if prefix.groups == 1 else f" in each of {prefix.groups} groups"
        told.append(f"{prefix.tokens:,} tokens shared{whose}")
    if stage.trace is not None and stage.trace.shares_prefixes:
        told.append("blocks as in the trace")
    return "; ".join(told)


def warn_of_new_beginnings(plan: RunPlan, run: str) -> None:
    """Say how many conversations that were cut begin again, since what was said in them is gone."""
    again = [index % plan.turns for index in plan.indices or () if index % plan.turns]
    if again:
        warnings.warn(
            f"{run}: {len(again)} conversations that were cut begin again, since texts are not kept; their "
            f"{sum(again)} turns that were measured are sent once more and not counted",
            IsocostWarning,
            stacklevel=2,
        )
