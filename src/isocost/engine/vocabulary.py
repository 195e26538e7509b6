"""Vocabularies: what bytes each token id stands for."""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["END_OF_TEXT", "Vocabulary", "byte_level_bytes", "byte_level_letters", "made_up_tokens"]

END_OF_TEXT = "</s>"
_CONTROL, _USER_DEFINED, _UNUSED = 3, 4, 5  # token types in GGUF


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The bytes of every token.

    Parameters
    ----------
    token_bytes : tuple of bytes
        By token id; empty for control and unused tokens, which have no text.
    """

    token_bytes: tuple[bytes, ...]

    def __len__(self) -> int:
        """Count the tokens."""
        return len(self.token_bytes)

    @classmethod
    def of(cls, tokens: Sequence[str], types: Sequence[int]) -> Vocabulary:
        """Read the tokens of a byte-level vocabulary as GGUF holds it, with their types where it has them."""
        kinds = types if len(types) == len(tokens) else [1] * len(tokens)
        return cls(tuple(_bytes(token, kind) for token, kind in zip(tokens, kinds, strict=True)))


def _bytes(token: str, kind: int) -> bytes:
    if kind in (_CONTROL, _UNUSED):
        return b""
    if kind == _USER_DEFINED:
        return token.encode()
    return byte_level_bytes(token)


def byte_level_bytes(token: str) -> bytes:
    """Bytes that a token of a byte-level vocabulary stands for.

    Examples
    --------
    >>> byte_level_bytes("Ġthe")
    b' the'
    """
    letters = _byte_of_letter()
    if any(letter not in letters for letter in token):
        return token.encode()
    return bytes(letters[letter] for letter in token)


@cache
def byte_level_letters() -> tuple[str, ...]:
    """Letter that stands for each of the 256 bytes in a byte-level vocabulary.

    Printable bytes stand for themselves, the others for the letters from U+0100 on (Radford et al. 2019,
    "Language Models are Unsupervised Multitask Learners", section 2.2, and the vocabulary published with it).
    """
    printable = set(chain(range(0x21, 0x7F), range(0xA1, 0xAD), range(0xAE, 0x100)))
    others = iter(range(0x100, 0x200))
    return tuple(chr(byte) if byte in printable else chr(next(others)) for byte in range(256))


@cache
def _byte_of_letter() -> dict[str, int]:
    return {letter: byte for byte, letter in enumerate(byte_level_letters())}


def made_up_tokens(size: int) -> tuple[list[str], list[str]]:
    """Tokens and merges of a made-up byte-level vocabulary: bytes, then short runs of letters.

    Parameters
    ----------
    size : int
        Number of tokens, at least 257; the last is the end of a text.

    Returns
    -------
    tokens : list of str
    merges : list of str
        The pair that makes each token after the bytes, in order of rank.

    Examples
    --------
    >>> tokens, merges = made_up_tokens(300)
    >>> tokens[256], merges[0], tokens[-1]
    ('Ġa', 'Ġ a', '</s>')
    """
    letters = byte_level_letters()
    pairs = list(islice(_pairs(letters[ord(" ")]), size - 257))
    tokens = [*letters, *(left + right for left, right in pairs)]
    unused = [f"<unused{number}>" for number in range(size - 1 - len(tokens))]
    return [*tokens, *unused, END_OF_TEXT], [f"{left} {right}" for left, right in pairs]


def _pairs(space: str) -> Iterator[tuple[str, str]]:
    """Pairs to merge: a space and a letter, two letters, those behind a space, three letters."""
    small = string.ascii_lowercase
    yield from product([space], small)
    yield from product(small, small)
    yield from ((space + first, second) for first, second in product(small, small))
    yield from ((first + second, third) for first, second, third in product(small, small, small))
