"""Results as JSON text that is strict, and harmless on a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from isocost.reporting.markup import HAZARDS

if TYPE_CHECKING:
    import re

__all__ = ["json_text"]


def json_text(content: object, *, indent: int | None = 2) -> str:
    r"""Write content as JSON; control and invisible characters as escapes, other letters as they are.

    A terminal that shows the text obeys no name in it; a program that reads it gets each name unchanged.

    Parameters
    ----------
    content : object
        Of dictionaries, lists, texts and numbers.
    indent : int or None
        Columns a level; ``None`` writes one line.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> json_text({"name": "a\x9b31m"}, indent=None)
    '{"name": "a\\u009b31m"}'
    """
    text = json.dumps(content, allow_nan=False, ensure_ascii=False, indent=indent)
    return HAZARDS.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
