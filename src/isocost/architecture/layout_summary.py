"""The dimensions by which a layout is called, where its layers differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.blocks import Attention, LatentAttention
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.core.blocks import Block, Layout

__all__ = ["heads_of", "width_of"]


def heads_of(layout: Layout) -> tuple[int, int, int]:
    """Heads, key-value heads and head size of the most frequent attention.

    Raises
    ------
    InputError
        If no layer has any.
    """
    for mixer in (mixer for block in _by_frequency(layout) for mixer in block.mixers):
        if isinstance(mixer, Attention):
            return mixer.heads, mixer.kv_heads, mixer.head_size
        if isinstance(mixer, LatentAttention):
            return mixer.heads, mixer.heads, mixer.nope_size + mixer.rope_size
    raise InputError("a model without any attention is not known here; give one that has some")


def width_of(layout: Layout) -> int:
    """Width of the most frequent feed-forward part, of one expert where there are experts.

    Raises
    ------
    InputError
        If no layer has any.
    """
    for block in _by_frequency(layout):
        if block.feed_forward is not None:
            return block.feed_forward.size
    raise InputError("a model without any feed-forward part is not known here; give one that has some")


def _by_frequency(layout: Layout) -> list[Block]:
    return sorted(layout.blocks, key=lambda block: -block.repeats)
