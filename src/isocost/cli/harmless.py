r"""What a terminal must not obey, kept off standard output and standard error.

Texts are made harmless where they are written (`isocost.reporting.clean`); this is the second fence, for
whatever is printed otherwise: paths, sentences of errors, progress.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["harmless", "harmless_output"]


def harmless(text: str) -> str:
    r"""Replace what a terminal may obey, or what turns or hides text, by a mark; line breaks stay.

    Examples
    --------
    >>> ascii(harmless("a\x1b]52;c;aGk=\x07b"))
    "'a\\ufffd]52;c;aGk=\\ufffdb'"
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    from isocost.reporting.markup import clean

    return clean(text)


@contextmanager
def harmless_output() -> Iterator[None]:
    """Write nothing to standard output in the block that a terminal would obey, but for our own colours."""
    before = sys.stdout
    if before is None:
        yield
        return
    sys.stdout = _Harmless(before)
    try:
        yield
    finally:
        sys.stdout = before


class _Harmless:
    """A stream of text that lets colours pass, and nothing else that a terminal obeys."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - whatever standard output is
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(_with_colours(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of the stream
        return getattr(self._stream, name)


def _with_colours(text: str) -> str:
    if "\x1b" not in text:
        return harmless(text)
    import re

    parts = re.split(r"(\x1b\[[0-9;]*m)", text)
    return "".join(part if place % 2 else harmless(part) for place, part in enumerate(parts))
