"""Blotting out what must not be shown, also where it was quoted, encoded or cut by others."""

from __future__ import annotations

import base64
import re
from contextlib import contextmanager
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from isocost.core.errors import IsocostError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["MARK", "blot_out", "hiding", "holds"]

MARK = "***"
_LEAST = 8
_ROUNDS = 3
_ESCAPE = re.compile(
    r"%(?P<percent>[0-9a-f]{2})|\\u(?P<four>[0-9a-f]{4})|\\x(?P<two>[0-9a-f]{2})"
    r"|&(?P<entity>#x[0-9a-f]{1,6}|#[0-9]{1,7}|amp|lt|gt|quot|apos);|\\(?P<plain>[^ux])",
    re.IGNORECASE | re.DOTALL,
)
_Span = tuple[int, int]


def blot_out(text: str, hide: Sequence[str]) -> str:
    r"""Return `text` without any of the words to be hidden.

    A word of at least 8 characters is also found in part (8 characters in a row), in other case, escaped
    (``%2D``, ``\u002d``, ``&#45;``, also twice over), in base64 and in hexadecimal.

    Parameters
    ----------
    text : str
    hide : sequence of str
        Empty ones are passed over.

    Examples
    --------
    >>> blot_out("the key canary-4711-never is wrong: canary%2D4711", ("canary-4711-never",))
    'the key *** is wrong: ***'
    >>> blot_out("Y2FuYXJ5LTQ3MTEtbmV2ZXI=", ("canary-4711-never",))
    '***I='
    """
    for word in hide:
        if len(word) >= _LEAST:
            text = _without(text, word)
        elif word:
            text = text.replace(word, MARK)
    return text


def holds(text: str, word: str) -> bool:
    """Tell whether the whole of `word` stands in `text`, plain, escaped, in base64 or in hexadecimal.

    Examples
    --------
    >>> holds("model-for-canary-4711-never", "canary-4711-never"), holds("canary-4711", "canary-4711-never")
    (True, False)
    """
    if not word:
        return False
    forms = [form for form, _ in _forms(word)]
    return any(form in signs.lower() for signs, _ in _readings(text) for form in forms)


@contextmanager
def hiding(hide: Sequence[str]) -> Iterator[None]:
    """Blot words out of the message of any error of ours that leaves the block.

    Examples
    --------
    >>> from isocost.core.errors import InputError
    >>> with hiding(("canary-4711-never",)):
    ...     raise InputError("no model 'canary-4711-never'")
    Traceback (most recent call last):
    isocost.core.errors.InputError: no model '***'
    """
    try:
        yield
    except IsocostError as error:
        error.args = tuple(blot_out(each, hide) if isinstance(each, str) else each for each in error.args)
        raise


def _without(text: str, word: str) -> str:
    covered = bytearray(len(text))
    for signs, spans in _readings(text):
        for start, end in _found(signs.lower(), word):
            first, last = spans[start][0], spans[end - 1][1]
            covered[first:last] = b"\1" * (last - first)
    parts, place = [], 0
    for run in re.finditer(rb"\x01+", bytes(covered)):
        parts += [text[place : run.start()], MARK]
        place = run.end()
    return "".join([*parts, text[place:]])


def _found(signs: str, word: str) -> Iterator[_Span]:
    """Return from where to where a part of the word stands, in any form."""
    for grams, size in _grams(word):
        if any(gram in signs for gram in grams):
            for place in range(len(signs) - size + 1):
                if signs[place : place + size] in grams:
                    yield place, place + size


def _readings(text: str) -> Iterator[tuple[str, list[_Span]]]:
    """Return `text` as it is, and with escapes undone once, twice …; with where each sign stood in `text`."""
    signs, spans = text, [(place, place + 1) for place in range(len(text))]
    yield signs, spans
    for _ in range(_ROUNDS):
        if _ESCAPE.search(signs) is None:
            break
        signs, spans = _unescaped_once(signs, spans)
        yield signs, spans


def _unescaped_once(text: str, spans: list[_Span]) -> tuple[str, list[_Span]]:
    signs: list[str] = []
    kept: list[_Span] = []
    start = 0
    for found in _ESCAPE.finditer(text):
        signs += [*text[start : found.start()], _meant(found)]
        kept += [*spans[start : found.start()], (spans[found.start()][0], spans[found.end() - 1][1])]
        start = found.end()
    return "".join([*signs, *text[start:]]), [*kept, *spans[start:]]


def _meant(escape: re.Match[str]) -> str:
    """Return the one sign that an escape stands for."""
    if (entity := escape["entity"]) is not None:
        return unescape(f"&{entity};")[:1] or " "
    if (plain := escape["plain"]) is not None:
        return plain
    return chr(int(escape["percent"] or escape["four"] or escape["two"], 16))


@lru_cache(maxsize=64)
def _forms(word: str) -> tuple[tuple[str, int], ...]:
    """Return the word in lower case in each coding, and how many signs in a row give 8 of its own away."""
    raw = word.encode()
    coded = {(raw.hex(), 2 * _LEAST)}
    for shift in range(3):  # in base64 a word looks different by where it stands
        unsure = (0, 2, 3)[shift]
        for letters in (b"+/", b"-_"):
            text = base64.b64encode(bytes(shift) + raw, letters).decode().rstrip("=")
            sure = text[unsure : len(text) - ((len(raw) + shift) % 3 > 0)]
            coded.add((sure.lower(), 12))
    return ((word.lower(), _LEAST), *sorted(coded))


@lru_cache(maxsize=64)
def _grams(word: str) -> tuple[tuple[frozenset[str], int], ...]:
    """Return all pieces of each form that give 8 signs in a row away."""
    return tuple(
        (frozenset(form[place : place + size] for place in range(max(len(form) - size + 1, 0))), size)
        for form, size in _forms(word)
    )
