"""The text of one answer, kept for as long as its conversation lasts and no longer than is sensible."""

from __future__ import annotations

__all__ = ["KeptText"]

_LONGEST = 4 * 2**20  # characters: above, it is no answer that anybody asked for


class KeptText:
    """Pieces of a text in order.

    Examples
    --------
    >>> text = KeptText()
    >>> text.add("a b"); text.add(" c")
    >>> text.whole
    'a b c'
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """Add a piece; of a text that became too long nothing is kept."""
        self._length += len(piece)
        if self._length > _LONGEST:
            self._pieces.clear()
        else:
            self._pieces.append(piece)

    @property
    def whole(self) -> str | None:
        """The text; ``None`` where it became too long."""
        return None if self._length > _LONGEST else "".join(self._pieces)
