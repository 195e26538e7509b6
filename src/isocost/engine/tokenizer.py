"""From token ids back to text, one token at a time."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.engine.vocabulary import Vocabulary

__all__ = ["Detokenizer"]


class Detokenizer:
    """Turns the tokens of one answer into text as they come.

    A token may end in the middle of a character; its first bytes are held back until the rest has come, so
    a token can have empty text. Bytes that are no UTF-8 become U+FFFD.

    Parameters
    ----------
    vocabulary : Vocabulary
        The bytes of every token.

    Examples
    --------
    >>> from isocost.engine.vocabulary import Vocabulary
    >>> detokenizer = Detokenizer(Vocabulary((b"caf", bytes([0xC3]), bytes([0xA9]))))
    >>> [detokenizer.feed(token) for token in (0, 1, 2)]
    ['caf', '', 'é']
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._token_bytes = vocabulary.token_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, token: int, *, last: bool = False) -> str:
        """Text that becomes complete with `token`; with `last`, whatever was held back comes too."""
        known = 0 <= token < len(self._token_bytes)
        return self._decoder.decode(self._token_bytes[token] if known else b"", last)
