"""Names short enough to stand in a picture, and still different."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from isocost.reporting.markup import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["short_names"]

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def short_names(names: Sequence[str], limit: int) -> dict[str, str]:
    r"""Cut names to at most `limit` characters; what all share goes first where cutting makes two alike.

    Parameters
    ----------
    names : sequence of str
    limit : int
        At least 5.

    Returns
    -------
    dict of str to str
        From each name to its short one; two can still be alike when what tells them apart is too long.

    Examples
    --------
    >>> list(short_names(["a", "b"], 8).values())
    ['a', 'b']
    >>> ascii(list(short_names(["vendor/model-7b-instruct", "vendor/model-70b-instruct"], 12).values()))
    "['\\u20267b\\u2026', '\\u202670b\\u2026']"
    """
    plain = {name: shorten(name, limit) for name in names}
    if len(set(plain.values())) == len(plain):
        return plain
    told = _different_words(list(plain))
    return {name: shorten(short, limit) for name, short in zip(plain, told, strict=True)}


def _different_words(names: Sequence[str]) -> list[str]:
    """Leave out the words that all names share, and what all begin and end with."""
    words = [re.split(r"([^A-Za-z0-9.]+)", name) for name in names]
    if len({len(each) for each in words}) > 1:
        return _cores(names)
    same = [len(set(column)) == 1 for column in zip(*words, strict=True)]
    return [_joined(each, same) for each in words]


def _joined(words: Sequence[str], same: Sequence[bool]) -> str:
    """Join the words that differ, with an ellipsis for each run that is left out."""
    parts: list[str] = []
    for place in range(0, len(words), 2):
        if same[place]:
            parts += [] if parts[-1:] == [_ELLIPSIS] or not words[place] else [_ELLIPSIS]
        else:
            follows = bool(parts) and parts[-1] != _ELLIPSIS
            parts += [words[place - 1], words[place]] if follows else [words[place]]
    return "".join(parts)


def _cores(names: Sequence[str]) -> list[str]:
    """Leave out the whole words that all names share at either end, but for who has nothing else."""
    before, after = _shared_start(names), _shared_start([name[::-1] for name in names])
    left, right = (_ELLIPSIS if cut else "" for cut in (before, after))
    cores = [name[before : len(name) - after] for name in names]
    return [f"{left}{core}{right}" if core else name for core, name in zip(cores, names, strict=True)]


def _shared_start(names: Sequence[str]) -> int:
    same = takewhile(lambda letters: letters[0] == letters[1], zip(min(names), max(names), strict=False))
    start = "".join(letter for letter, _ in same)
    return max((found.end() for found in re.finditer(r"[^A-Za-z0-9]", start)), default=0)
