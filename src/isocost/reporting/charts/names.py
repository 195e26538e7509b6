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
        From each name to its short one; two can still be alike when they differ in the middle only.

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
    before, after = _shared(list(plain))
    return {name: _core(name, before, after, limit) for name in plain}


def _shared(names: Sequence[str]) -> tuple[int, int]:
    """Return how many letters all names share at either end, in whole words."""
    return _shared_start(names), _shared_start([name[::-1] for name in names])


def _shared_start(names: Sequence[str]) -> int:
    same = takewhile(lambda letters: letters[0] == letters[1], zip(min(names), max(names), strict=False))
    start = "".join(letter for letter, _ in same)
    return max((found.end() for found in re.finditer(r"[^A-Za-z0-9]", start)), default=0)


def _core(name: str, before: int, after: int, limit: int) -> str:
    core = name[before : len(name) - after]
    if not core:
        return shorten(name, limit)
    left, right = (_ELLIPSIS if cut else "" for cut in (before, after))
    return f"{left}{shorten(core, limit - len(left) - len(right))}{right}"
