"""The layers of an architecture, whatever its family."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.core.blocks import Attention, Block, FeedForward, Layout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isocost.core.deployment import Architecture

__all__ = ["grouped_blocks", "layout_of", "without_needless_layout"]


def layout_of(architecture: Architecture) -> Layout:
    """Return the layout of an `architecture`; of one without, that of the Llama family (arXiv 2302.13971).

    Examples
    --------
    >>> from isocost.core.deployment import Architecture
    >>> tiny = Architecture(name="tiny", layers=2, hidden_size=64, heads=4, kv_heads=2, head_size=16,
    ...                     intermediate_size=128, vocabulary_size=512, context_length=256, parameters=0)
    >>> layout_of(tiny).blocks[0].repeats
    2
    """
    if architecture.layout is not None:
        return architecture.layout
    attention = Attention(
        heads=architecture.heads, kv_heads=architecture.kv_heads, head_size=architecture.head_size
    )
    block = Block(
        repeats=architecture.layers,
        mixers=(attention,),
        feed_forward=FeedForward(size=architecture.intermediate_size),
    )
    return Layout(blocks=(block,))


def without_needless_layout(architecture: Architecture) -> Architecture:
    """Return the same architecture without its layout, where that is what a Llama has anyway."""
    bare = replace(architecture, layout=None)
    return bare if layout_of(bare) == layout_of(architecture) else architecture


def grouped_blocks(layers: Iterable[Block]) -> tuple[Block, ...]:
    """Gather layers that are alike into one block each, in the order of their first appearance.

    Parameters
    ----------
    layers : iterable of Block
        One a layer, each with ``repeats=1``.

    Returns
    -------
    tuple of Block

    Examples
    --------
    >>> one, other = (Block(repeats=1, mixers=(), feed_forward=FeedForward(size=size)) for size in (8, 16))
    >>> [block.repeats for block in grouped_blocks([one, other, one])]
    [2, 1]
    """
    return tuple(
        Block(repeats=count, mixers=block.mixers, feed_forward=block.feed_forward, norms=block.norms)
        for block, count in Counter(layers).items()
    )
