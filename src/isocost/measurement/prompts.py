"""Prompts of a wanted length in tokens, each unlike any other from its first token on."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isocost.core.prefix import PromptPart

__all__ = ["WORDS", "IdPrompts", "PromptMethod", "PromptRules", "PromptSource", "TextPrompts", "rate_words"]

PromptMethod = Literal[
    "token ids", "tokenizer file", "server tokenizer", "calibrated on usage", "approximate"
]

_WORDS = """
the of and to in is was for on that by this with from they we say her she or an will my one
all would there their what so up out if about who get which go me when make can like time no
just him know take people into year your good some could them see other than then now look
only come its over think also back after use two how our work first well way even new want
because any these give day most us
"""
WORDS: tuple[str, ...] = tuple(_WORDS.split())
"""Plain words, most of them one token (with the space before them) for most models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdPrompts:
    """Prompts as token ids: exact by construction.

    Parameters
    ----------
    ids : tuple of int
        Ordinary tokens of the model to draw from; no special ones.

    Examples
    --------
    >>> source = IdPrompts(ids=(11, 12, 13))
    >>> len(source.prompt(5, seed=1, index=0)), source.method
    (5, 'token ids')
    """

    ids: tuple[int, ...]

    @property
    def method(self) -> PromptMethod:
        """How the length was assured."""
        return "token ids"

    def prompt(
        self,
        input_tokens: int,
        *,
        seed: int,
        index: int,
        warmup: bool = False,
        parts: Sequence[PromptPart] = (),
    ) -> list[int]:
        """Return the prompt that belongs to ``(seed, index)``, always the same; it begins with `parts`."""
        ids, choices = self.ids, len(self.ids)
        drawn = _drawn(input_tokens, seed, index, warmup=warmup, parts=parts)
        return [ids[number % choices] for number in drawn]

    def counted(self, input_tokens: int) -> int | None:
        """Return how many tokens a prompt of `input_tokens` is known to have."""
        return input_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPrompts:
    """Prompts as plain words, for chat and for servers that take no ids.

    Parameters
    ----------
    words : tuple of str
        Words to draw from.
    tokens_per_word : float
        Above 0; exactly 1 when every word is one token.
    overhead_tokens : float
        Tokens that the server adds: start of text, chat template.
    method : PromptMethod
        Who says so.

    Examples
    --------
    >>> source = TextPrompts(words=("one", "two"), method="approximate", overhead_tokens=3)
    >>> len(source.prompt(10, seed=0, index=4).split())
    7
    """

    words: tuple[str, ...] = WORDS
    tokens_per_word: float = 1.0
    overhead_tokens: float = 0.0
    method: PromptMethod = "approximate"

    def prompt(
        self,
        input_tokens: int,
        *,
        seed: int,
        index: int,
        warmup: bool = False,
        parts: Sequence[PromptPart] = (),
    ) -> str:
        """Return the prompt that belongs to ``(seed, index)``, always the same one; it begins with `parts`.

        It has at least one word.
        """
        words, choices = self.words, len(self.words)
        wanted = max(round((input_tokens - self.overhead_tokens) / self.tokens_per_word), 1)
        shared = [part._replace(tokens=max(round(part.tokens / self.tokens_per_word), 1)) for part in parts]
        drawn = _drawn(wanted, seed, index, warmup=warmup, parts=shared)
        chosen = [words[number % choices] for number in drawn]
        return " " + " ".join(chosen)  # a space before the first too: each word is the same token anywhere

    def counted(self, input_tokens: int) -> int | None:
        """Return how many tokens a prompt is known to have; ``None`` where only the server knows."""
        if self.method != "tokenizer file":
            return None
        return max(input_tokens, int(self.overhead_tokens) + 1)


PromptSource = IdPrompts | TextPrompts


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRules:
    """What prompts must be made of; how is found out.

    Parameters
    ----------
    texts : bool
        Whether they must be texts, as conversations are, and not token ids.
    tokenizer : Path or None
        A ``tokenizer.json``, or the folder that has one; ``None``: there is none.
    """

    texts: bool = False
    tokenizer: Path | None = None


def _drawn(
    count: int, seed: int, index: int, *, warmup: bool, parts: Sequence[PromptPart]
) -> tuple[int, ...]:
    """Return `count` numbers below 2^32: of the parts as far as they reach, then of this prompt alone."""
    shared: tuple[int, ...] = ()
    for part in parts:
        room = count - len(shared) - (not part.may_end)
        shared += _hashed(b"%d part %d" % (seed, part.number), max(min(room, part.tokens), 0))
    return shared + _hashed(b"%d %d %d" % (seed, warmup, index), count - len(shared))


def _hashed(key: bytes, count: int) -> tuple[int, ...]:
    """Return `count` numbers below 2^32 that belong to a key; a hash, far cheaper than a generator."""
    return struct.unpack(f"<{count}I", hashlib.shake_128(key).digest(4 * count))


def rate_words(sizes: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Return tokens per word and added tokens from two prompts of different length.

    Parameters
    ----------
    sizes : sequence of (words, tokens)
        Two prompts and what the server counted, the shorter first.

    Returns
    -------
    tuple of float
        Tokens per word, and tokens that the server adds.

    Raises
    ------
    InputError
        If the longer prompt has no more tokens than the shorter one.

    Examples
    --------
    >>> rate_words([(16, 21), (48, 53)])
    (1.0, 5.0)
    """
    (few_words, few_tokens), (many_words, many_tokens) = sizes
    if many_tokens <= few_tokens or many_words <= few_words:
        raise InputError(
            f"the server counted {few_tokens} tokens in {few_words} words and {many_tokens} in {many_words}; "
            "prompts of a wanted length cannot be made for it"
        )
    rate = (many_tokens - few_tokens) / (many_words - few_words)
    return rate, few_tokens - rate * few_words
