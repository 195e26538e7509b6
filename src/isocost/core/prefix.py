"""What prompts begin with alike: one prefix for many, or blocks as a trace tells them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from isocost.core.errors import InputError

__all__ = ["BlockPrefixes", "PromptPart", "SharedPrefix"]

_PREFIX = re.compile(r"(\d{1,9})(?:x(\d{1,6}))?")
_MOST_TOKENS = 10_000_000


class PromptPart(NamedTuple):
    """A part of a prompt that is the same wherever its number is the same.

    Parameters
    ----------
    number : int
        At least 0.
    tokens : int
        Its whole length, at least 1; a prompt that is shorter has its beginning.
    may_end : bool
        Whether a prompt may end within it; otherwise its last token is always its own.
    """

    number: int
    tokens: int
    may_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPrefix:
    """Tokens that all requests begin with, or all requests of one of several groups.

    Parameters
    ----------
    tokens : int
        Length of the prefix, at least 1; it is part of the prompt's length.
    groups : int
        How many different prefixes there are, at least 1; request (or conversation) i has that of group i
        modulo `groups`.

    Examples
    --------
    >>> SharedPrefix.parse("512x4")
    SharedPrefix(tokens=512, groups=4)
    >>> SharedPrefix.parse("512x4").parts(6, 600)
    (PromptPart(number=2, tokens=512, may_end=False),)
    """

    tokens: int
    groups: int = 1

    def __post_init__(self) -> None:
        """Refuse a prefix of nothing."""
        if not 1 <= self.tokens <= _MOST_TOKENS or self.groups < 1:
            raise InputError(
                f"a shared prefix has from 1 to {_MOST_TOKENS:,} tokens and at least 1 group, "
                f"got {self.tokens} and {self.groups}"
            )

    @classmethod
    def parse(cls, text: str) -> SharedPrefix:
        """Read ``512`` (one prefix for all) or ``512x4`` (one for each of four groups).

        Raises
        ------
        InputError
            If it is neither.
        """
        found = _PREFIX.fullmatch(text.strip())
        if found is None:
            raise InputError(
                "a shared prefix is a number of tokens such as 512, or 512x4 for four groups of requests "
                f"with a prefix each, got {text!r}"
            )
        return cls(tokens=int(found[1]), groups=int(found[2] or 1))

    @property
    def label(self) -> str:
        """As it is written: ``"512"`` or ``"512x4"``."""
        return f"{self.tokens}" if self.groups == 1 else f"{self.tokens}x{self.groups}"

    def parts(self, index: int, input_tokens: int) -> tuple[PromptPart, ...]:
        """Return what request (or conversation) `index` shares, whatever the length of its prompt."""
        return (PromptPart(index % self.groups, self.tokens),)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPrefixes:
    """Blocks that prompts are made of: two prompts with the same number have the same tokens there.

    Parameters
    ----------
    blocks : tuple of tuple of int
        Numbers of the blocks of each request, from the prompt's beginning; at least 0.
    block_tokens : int
        Tokens of a whole block, at least 1; the last one of a prompt may be shorter.

    Examples
    --------
    >>> BlockPrefixes(blocks=((0, 1), (0, 2)), block_tokens=512).parts(1, 600)
    (PromptPart(number=0, tokens=512, may_end=True), PromptPart(number=2, tokens=512, may_end=True))
    """

    blocks: tuple[tuple[int, ...], ...]
    block_tokens: int

    def __post_init__(self) -> None:
        """Refuse blocks of nothing."""
        if self.block_tokens < 1 or not self.blocks:
            raise InputError(
                f"prompts in blocks need at least 1 request and blocks of at least 1 token, "
                f"got {len(self.blocks)} and {self.block_tokens}"
            )

    def parts(self, index: int, input_tokens: int) -> tuple[PromptPart, ...]:
        """Return the blocks of request `index` that its prompt of `input_tokens` reaches."""
        reached = -(-input_tokens // self.block_tokens)
        numbers = self.blocks[index % len(self.blocks)][:reached]
        return tuple(PromptPart(number, self.block_tokens, may_end=True) for number in numbers)
