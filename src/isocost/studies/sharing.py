"""What the prompts of a stage have in common on purpose, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.journal import LoadStage

__all__ = ["shared_text"]


def shared_text(stage: LoadStage) -> str:
    """Say what prompts share: the history of a conversation, a prefix, blocks of a trace; empty: nothing.

    Examples
    --------
    >>> from isocost.core.load import RequestShape
    >>> from isocost.journal import ConversationSpec, TargetSpec
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
