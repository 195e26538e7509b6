"""Double: a stack in this process that answers at once, or at a stated pace, and notes what it was asked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from isocost.core.errors import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class CountingStack:
    """Answers with as many tokens as were asked for, the first after `first_s`, the others `gap_s` apart."""

    vocabulary_size = 50

    def __init__(self, *, first_s: float = 0.0, gap_s: float = 0.0, short_by: int = 0) -> None:
        self.first_s, self.gap_s, self.short_by = first_s, gap_s, short_by
        self.asked: list[tuple[tuple[int, ...], int]] = []

    def answer(self, prompt: Sequence[int], output_tokens: int, on_token: Callable[[], None]) -> None:
        self.asked.append((tuple(prompt), output_tokens))
        time.sleep(self.first_s)
        for number in range(output_tokens - self.short_by):
            if number:
                time.sleep(self.gap_s)
            on_token()


class BrokenStack(CountingStack):
    """Has no memory for prompts of more than 8 tokens."""

    def answer(self, prompt: Sequence[int], output_tokens: int, on_token: Callable[[], None]) -> None:
        if len(prompt) > 8:
            raise MeasurementError("the stack is out of memory")
        super().answer(prompt, output_tokens, on_token)
