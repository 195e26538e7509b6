"""How long the requests of a stage are, history included where they come in conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isocost.core.load import RequestShape
from isocost.journal import LoadStage, QualityStage, RuntimeStage
from isocost.studies.replaying import replayed_trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.journal import Stage

__all__ = ["shapes_of", "with_history"]


def shapes_of(stage: Stage) -> tuple[RequestShape, ...]:
    """Return the sizes of a stage's requests; of conversations those of last turns, which are the longest.

    None of questions, and of a profile that has none yet.

    Raises
    ------
    InputError
        If the stage replays a trace whose file is gone or has changed.
    """
    if isinstance(stage, QualityStage):
        return ()
    if isinstance(stage, RuntimeStage):
        return stage.cells or ()
    if stage.trace is not None:
        return replayed_trace(stage.trace).shapes
    return stage.shapes if stage.conversation is None else _last_turns(stage, stage.conversation.turns)


def _last_turns(stage: LoadStage, turns: int) -> tuple[RequestShape, ...]:
    """Return the sizes of last turns, wherever in the list of shapes a conversation begins."""
    whole = np.array([shape.input_tokens + shape.output_tokens for shape in stage.shapes])
    n = len(whole)
    before = [int(whole[np.arange(first, first + turns - 1) % n].sum()) for first in range(n)]
    last = [stage.shapes[(first + turns - 1) % n] for first in range(n)]
    return tuple(
        RequestShape(history + shape.input_tokens, shape.output_tokens)
        for history, shape in zip(before, last, strict=True)
    )


def with_history(shapes: Sequence[RequestShape], *, turns: int) -> Iterable[RequestShape]:
    """Yield the sizes of requests with what was said before in their conversations.

    Parameters
    ----------
    shapes : sequence of RequestShape
        What each turn adds, from the first turn of a conversation on.
    turns : int
        Of a conversation, at least 1.

    Examples
    --------
    >>> [shape.input_tokens for shape in with_history([RequestShape(8, 2)] * 4, turns=2)]
    [8, 18, 8, 18]
    """
    history = 0
    for number, shape in enumerate(shapes):
        history = 0 if number % turns == 0 else history
        yield RequestShape(history + shape.input_tokens, shape.output_tokens)
        history += shape.input_tokens + shape.output_tokens
