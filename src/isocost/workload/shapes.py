"""Request shapes: fixed sizes, long-tailed lengths by name or by median and tail, and given lists."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.workload.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PRESETS", "LengthTail", "LongTailed", "fixed", "listed", "long_tailed", "preset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthTail:
    """A long-tailed distribution of lengths: log-normal, cut off at both ends.

    Parameters
    ----------
    median : float
        Tokens, at least 1: half of the lengths are below.
    tail : float
        95th percentile over median, above 1; 1 means that all lengths are the median.
    longest : int
        Lengths above are drawn again, tokens.
    shortest : int
        Lengths below are drawn again, tokens, at least 1.
    """

    median: float
    tail: float
    longest: int
    shortest: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no distribution of lengths."""
        if not (math.isfinite(self.tail) and self.tail >= 1):
            raise InputError(f"tail is the 95th percentile over the median, at least 1, got {self.tail!r}")
        if not 1 <= self.shortest <= self.median <= self.longest:
            raise InputError(
                "lengths need 1 <= shortest <= median <= longest, "
                f"got {self.shortest!r}, {self.median!r} and {self.longest!r}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTailed:
    """Long-tailed prompts and answers, drawn independently of each other.

    Parameters
    ----------
    input_tokens, output_tokens : LengthTail
    """

    input_tokens: LengthTail
    output_tokens: LengthTail

    @property
    def longest_request_tokens(self) -> int:
        """Most tokens that one request can need."""
        return self.input_tokens.longest + self.output_tokens.longest


# Medians and tails are chosen so that means come near the sizes in the names' descriptions; they stand for
# a kind of use and are no trace of real traffic.
PRESETS: dict[str, LongTailed] = {
    "chat": LongTailed(
        input_tokens=LengthTail(median=360, tail=4.4, longest=4096, shortest=8),
        output_tokens=LengthTail(median=190, tail=3.9, longest=1024, shortest=4),
    ),
    "summarise": LongTailed(
        input_tokens=LengthTail(median=1750, tail=2.6, longest=8192, shortest=64),
        output_tokens=LengthTail(median=118, tail=2.3, longest=512, shortest=8),
    ),
    "chat-small": LongTailed(
        input_tokens=LengthTail(median=52, tail=3.4, longest=256, shortest=4),
        output_tokens=LengthTail(median=21, tail=2.4, longest=64, shortest=4),
    ),
    "chat-tiny": LongTailed(
        input_tokens=LengthTail(median=28, tail=2.7, longest=96, shortest=4),
        output_tokens=LengthTail(median=15, tail=2.0, longest=32, shortest=4),
    ),
}
"""Named workloads; ``-small`` and ``-tiny`` are sized for a processor without an accelerator."""


def fixed(input_tokens: int, output_tokens: int) -> Workload:
    """Return a workload in which every request has one size.

    Parameters
    ----------
    input_tokens, output_tokens : int
        Tokens, at least 1.

    Examples
    --------
    >>> fixed(512, 128).description
    'every request 512 in and 128 out'
    """
    return Workload(
        name=f"fixed {input_tokens}+{output_tokens}",
        shapes=(RequestShape(input_tokens, output_tokens),),
        description=f"every request {input_tokens} in and {output_tokens} out",
    )


def long_tailed(name: str, lengths: LongTailed, *, seed: int, n: int = 512) -> Workload:
    """Draw a workload of long-tailed lengths.

    Lengths are log-normal with the given median and 95th percentile, rounded, and drawn again where they
    fall beyond the ends.

    Parameters
    ----------
    name : str
        What to call it.
    lengths : LongTailed
    seed : int
        The same seed gives the same requests on every machine, and the first k of n are those of k.
    n : int
        How many requests to draw, at least 1.

    Returns
    -------
    Workload

    Raises
    ------
    InputError
        If `n` is below 1.

    Examples
    --------
    >>> drawn = long_tailed("mine", PRESETS["chat-small"], seed=1, n=4)
    >>> len(drawn.shapes), drawn.seed
    (4, 1)
    """
    if n < 1:
        raise InputError(f"a workload needs at least 1 request, got {n!r}")
    if seed < 0:
        raise InputError(f"seed must be at least 0, got {seed}")
    inputs = _lengths(lengths.input_tokens, np.random.default_rng([seed, 0]), n)
    outputs = _lengths(lengths.output_tokens, np.random.default_rng([seed, 1]), n)
    shapes = tuple(RequestShape(int(p), int(o)) for p, o in zip(inputs, outputs, strict=True))
    return _described(name, shapes, kind="long-tailed lengths", seed=seed)


def preset(name: str, *, seed: int, n: int = 512) -> Workload:
    """Draw the workload of a known name.

    Parameters
    ----------
    name : str
        One of `PRESETS`.
    seed, n : int
        As in `long_tailed`.

    Raises
    ------
    InputError
        If there is no such name.

    Examples
    --------
    >>> preset("chat-tiny", seed=7, n=3).name
    'chat-tiny'
    """
    if name not in PRESETS:
        near = difflib.get_close_matches(name, PRESETS, n=3, cutoff=0.5) or list(PRESETS)
        raise InputError(
            f"no workload named {name!r}; there is {', '.join(near)}. Or give fixed sizes or a file of sizes"
        )
    return long_tailed(name, PRESETS[name], seed=seed, n=n)


def listed(shapes: Sequence[RequestShape], *, name: str) -> Workload:
    """Return a workload of given sizes, in their order.

    Parameters
    ----------
    shapes : sequence of RequestShape
        At least one.
    name : str
        What to call it, such as the file that holds the list.

    Returns
    -------
    Workload

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> listed([RequestShape(100, 10), RequestShape(300, 20)], name="mine.csv").description
    'mine.csv: 2 given sizes, about 200 in and 15 out'
    """
    return _described(name, tuple(shapes), kind=f"{len(shapes)} given sizes")


def _described(
    name: str, shapes: tuple[RequestShape, ...], *, kind: str, seed: int | None = None
) -> Workload:
    plain = Workload(name=name, shapes=shapes, description=kind, seed=seed)
    means = f"about {plain.mean_input_tokens:.0f} in and {plain.mean_output_tokens:.0f} out"
    return replace(plain, description=f"{name}: {kind}, {means}")


def _lengths(lengths: LengthTail, rng: np.random.Generator, n: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    sigma = math.log(lengths.tail) / 1.6448536269514722  # the standard normal's 95th percentile
    found: list[int] = []
    while len(found) < n:
        drawn = np.rint(lengths.median * np.exp(sigma * rng.standard_normal(n)))
        found += [int(size) for size in drawn if lengths.shortest <= size <= lengths.longest]
    return np.array(found[:n], dtype=np.int64)
