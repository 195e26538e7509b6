"""Very many sizes of request brought down to those that can be fitted apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from isocost.runtime.samples import RuntimeSamples

    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["MOST_SIZES", "count_sizes", "gathered"]

MOST_SIZES = 400
"""More sizes than these are not fitted apart."""

_OUTPUT_SIZES = 16
_RATIOS = (1.03, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 2.0, 4.0, 16.0)


def gathered(samples: RuntimeSamples) -> RuntimeSamples:
    """Bring samples down to at most about `MOST_SIZES` sizes of request.

    Of answers, sixteen lengths are kept, shortest and longest among them, and the rows of others left out:
    taking neighbours together would shift the time of a token by what rounding shifts their length. Prompts
    within a ratio of each other are taken for the median of theirs, the ratio being the least of a few, from
    1.03 on, that leaves few enough: prefill is straight enough over such a range.

    Parameters
    ----------
    samples : RuntimeSamples

    Returns
    -------
    RuntimeSamples
        The same object where there is nothing to do.
    """
    if count_sizes(samples.input_tokens, samples.output_tokens) <= MOST_SIZES:
        return samples
    kept = _of_rows(samples, np.isin(samples.output_tokens, _spread(np.unique(samples.output_tokens))))
    p = kept.input_tokens
    for ratio in _RATIOS:
        if count_sizes(p, kept.output_tokens) <= MOST_SIZES:
            break
        p = _together(kept.input_tokens, ratio)
    return replace(kept, input_tokens=p)


def count_sizes(input_tokens: IntArray, output_tokens: IntArray) -> int:
    """Count different (p, o).

    Examples
    --------
    >>> count_sizes(np.array([1, 1, 2]), np.array([5, 5, 5]))
    2
    """
    return len(np.unique(input_tokens * (int(output_tokens.max()) + 1) + output_tokens))


def _spread(sizes: IntArray) -> IntArray:
    """Return at most sixteen of rising sizes, evenly on a logarithmic scale."""
    if len(sizes) <= _OUTPUT_SIZES:
        return sizes
    wanted = np.geomspace(sizes[0], sizes[-1], _OUTPUT_SIZES)
    return np.unique(sizes[np.minimum(np.searchsorted(sizes, wanted - 0.5), len(sizes) - 1)])


def _of_rows(samples: RuntimeSamples, keep: np.ndarray[Any, np.dtype[np.bool_]]) -> RuntimeSamples:
    return replace(
        samples,
        input_tokens=samples.input_tokens[keep],
        output_tokens=samples.output_tokens[keep],
        runtime_s=samples.runtime_s[keep],
        block=samples.block[keep],
        ttft_s=None if samples.ttft_s is None else samples.ttft_s[keep],
        second_s=None if samples.second_s is None else samples.second_s[keep],
    )


def _together(sizes: IntArray, ratio: float) -> IntArray:
    """Replace each size by the median of those in its range, ranges growing by `ratio`."""
    group = np.floor(np.log(sizes) / np.log(ratio) + 1e-9).astype(np.int64)
    order = np.lexsort((sizes, group))
    groups, starts, counts = np.unique(group[order], return_index=True, return_counts=True)
    typical = sizes[order][starts + (counts - 1) // 2]
    return np.asarray(typical[np.searchsorted(groups, group)])
