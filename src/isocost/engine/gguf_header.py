"""Reading the header of a GGUF file: facts, tokens, and the shape and type of each tensor.

Our own reader, so that the process that speaks HTTP needs neither ``gguf`` nor openvino, and a vocabulary
of 128,000 tokens takes a fraction of a second. Format: ggml project,
``docs/gguf.md``, versions 2 and 3.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["GgufHeader", "TensorFact", "read_gguf_header"]

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_TENSOR_TYPES = {  # name, weights in a block, bytes of a block
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    8: ("Q8_0", 32, 34),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    30: ("BF16", 1, 2),
}
_LONGEST_LIST = 1 << 24
_MOST_DIMENSIONS = 8


@dataclass(frozen=True, slots=True)
class TensorFact:
    """Name, shape and number format of one tensor; ``type`` is ``"type 99"`` where it has no name here."""

    name: str
    shape: tuple[int, ...]
    type: str


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says of itself before the weights.

    Parameters
    ----------
    facts : mapping of str to object
        Numbers, strings, and tuples of them, by key.
    tensors : tuple of TensorFact
    """

    facts: Mapping[str, Any]
    tensors: tuple[TensorFact, ...]


def read_gguf_header(path: Path) -> GgufHeader:
    """Read facts and tensor shapes of the GGUF file at `path`.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    GgufHeader

    Raises
    ------
    InputError
        If there is no such file, or it is no complete GGUF file of version 2 or 3.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Cursor(data, path).header()
    except OSError as error:
        raise InputError(f"cannot read the model file {path}: {error.strerror}") from error
    except (struct.error, ValueError, TypeError, ArithmeticError, IndexError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} is damaged or not a complete GGUF file; fetch it again, or give another model"
        ) from error


class _Cursor:
    """A place in the file, moving on with what is read."""

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._data, self._path, self._at = data, path, 0
        self._weights_end = 0

    def header(self) -> GgufHeader:
        if self._data[:4] != b"GGUF":
            raise InputError(f"{self._path} is not a GGUF file; give one that is, or the name of a model")
        self._at = 4
        version, tensors, facts = self._take("IQQ")
        if version not in (2, 3):
            raise InputError(f"{self._path} has GGUF version {version}; this engine reads versions 2 and 3")
        known = dict(self._fact() for _ in range(facts))
        header = GgufHeader(known, tuple(self._tensor() for _ in range(tensors)))
        alignment = known.get("general.alignment", 32)
        if -(-self._at // alignment) * alignment + self._weights_end > len(self._data):
            raise IndexError("the weights reach beyond the end of the file")
        return header

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _string(self) -> str:
        (length,) = self._take("Q")
        start, self._at = self._at, self._at + length
        if self._at > len(self._data):
            raise IndexError("a string reaches beyond the end of the file")
        return self._data[start : self._at].decode("utf-8", "replace")

    def _fact(self) -> tuple[str, Any]:
        key = self._string()
        (kind,) = self._take("I")
        return key, self._value(kind)

    def _value(self, kind: int) -> Any:  # noqa: ANN401 - any of GGUF's types
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            return self._list()
        if kind not in _SCALARS:
            raise IndexError(f"no value type {kind}")
        return self._take(_SCALARS[kind])[0]

    def _list(self) -> tuple[Any, ...]:
        kind, length = self._take("IQ")
        if length > _LONGEST_LIST:
            raise IndexError("a list longer than any file holds")
        if kind in _SCALARS:
            return self._take(f"{length}{_SCALARS[kind]}")
        return tuple(self._value(kind) for _ in range(length))

    def _tensor(self) -> TensorFact:
        name = self._string()
        (dimensions,) = self._take("I")
        if dimensions > _MOST_DIMENSIONS:
            raise IndexError("a tensor of too many dimensions")
        *shape, kind, offset = self._take(f"{dimensions}QIQ")
        kind_name, block, block_bytes = _TENSOR_TYPES.get(kind, (f"type {kind}", 1, 0))
        size = math.prod(shape) // block * block_bytes
        self._weights_end = max(self._weights_end, offset + size)
        return TensorFact(name, tuple(shape), kind_name)
