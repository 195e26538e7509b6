"""The budget of requests that are not timed: what looks how a target answers, before it is measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from isocost.measurement.dialect import Usage, read_usage
from isocost.measurement.event_stream import EventStreamParser
from isocost.measurement.worst_case import TEMPLATE_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.measurement.budget import Budget, Reservation
    from isocost.measurement.worst_case import WorstCase

__all__ = ["UntimedBudget"]

_FREE = ("/tokenize",)
_LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


class UntimedBudget:
    """Sets aside what a body may use, each byte of it taken for a token, and settles by the answer's usage.

    Parameters
    ----------
    budget : Budget
    worst : WorstCase
        Of the fields that the user adds.
    """

    def __init__(self, budget: Budget, worst: WorstCase) -> None:
        self._budget, self._worst = budget, worst

    def reserve(self, path: str, body: Mapping[str, Any]) -> Reservation | None:
        """Set aside what a request may use; ``None`` for one that asks for no answer.

        Raises
        ------
        BudgetError
            If that would be more than is left.
        """
        if path.endswith(_FREE):
            return None
        asked = max((body[name] for name in _LENGTHS if type(body.get(name)) is int), default=1)
        size = len(json.dumps(dict(body))) + TEMPLATE_TOKENS
        return self._budget.reserve(size, self._worst.output_tokens(asked))

    def settle(self, reserved: Reservation | None, status: int, content: bytes) -> None:
        """Settle a request by its answer; given back where it was turned away."""
        if reserved is None:
            return
        if 400 <= status < 500:
            self._budget.release(reserved)
        elif status == 200:
            self._budget.settle(reserved, _usage(content))


def _usage(content: bytes) -> Usage | None:
    """Return what an answer, streamed or whole, says of its tokens; ``None`` where it does not."""
    found = None
    for text in _documents(content):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            continue
        told = read_usage(document.get("usage")) if isinstance(document, dict) else None
        found = told or found
    return found


def _documents(content: bytes) -> Iterator[bytes]:
    if content.lstrip().startswith(b"{"):
        yield content
        return
    yield from EventStreamParser().feed(content)
