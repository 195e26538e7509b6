"""Chunks that were read before: the same bytes but for the answer's id say the same."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from isocost.measurement.dialect import read_chunk

if TYPE_CHECKING:
    from isocost.measurement.dialect import Chunk

__all__ = ["read_known_chunk"]

_ID = re.compile(rb'\{"id":"[A-Za-z0-9_.-]*(?=")')
_LONGEST_KEPT = 1_024


def read_known_chunk(data: bytes) -> Chunk:
    """Read the data of one event as `isocost.measurement.dialect.read_chunk` does, and raise what it raises.

    Servers begin a chunk with an id that each answer has for itself and nobody looks at. What follows, in the
    chunks that end answers of one length, and in those of frequent words, was mostly seen before.

    Examples
    --------
    >>> said = '"choices":[{"index":0,"text":" the","finish_reason":null}]}'
    >>> chunk = read_known_chunk(b'{"id":"cmpl-1",' + said.encode())
    >>> chunk is read_known_chunk(b'{"id":"cmpl-2",' + said.encode())
    True
    """
    found = _ID.match(data) if len(data) <= _LONGEST_KEPT else None
    return read_chunk(data) if found is None else _read_rest(data[found.end() :])


@lru_cache(maxsize=1_024)
def _read_rest(rest: bytes) -> Chunk:
    return read_chunk(b'{"id":"' + rest)
