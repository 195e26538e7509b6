"""Answers as the OpenAI API writes them: whole, or one server-sent event for each token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["Answer", "error_event", "usage"]


def usage(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    """Count of tokens, in the words of the API."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What all parts of one answer share.

    Parameters
    ----------
    number : int
        Of the request; makes its id.
    model : str
        Name of the model.
    created : int
        Unix time, seconds.
    chat : bool
        Whether it answers a conversation.
    """

    number: int
    model: str
    created: int
    chat: bool

    def _frame(self, choices: list[Any], *, chunk: bool, **rest: object) -> dict[str, Any]:
        kind = "chat.completion" + (".chunk" if chunk else "") if self.chat else "text_completion"
        name = f"{'chatcmpl' if self.chat else 'cmpl'}-{self.number}"
        frame = {"id": name, "object": kind, "created": self.created, "model": self.model}
        return {**frame, "choices": choices, **rest}

    def whole(self, text: str, reason: str, counts: dict[str, int]) -> dict[str, Any]:
        """Write the answer in one piece."""
        part = {"message": {"role": "assistant", "content": text}} if self.chat else {"text": text}
        choice = {"index": 0, **part, "logprobs": None, "finish_reason": reason}
        return self._frame([choice], chunk=False, usage=counts)

    def event(self, text: str, reason: str | None, *, first: bool) -> bytes:
        """Write the event of one token; the first of a conversation says whose words they are."""
        role = {"role": "assistant"} if first else {}
        part = {"delta": {**role, "content": text}} if self.chat else {"text": text}
        choice = {"index": 0, **part, "logprobs": None, "finish_reason": reason}
        return _event(self._frame([choice], chunk=True))

    def usage_event(self, counts: dict[str, int]) -> bytes:
        """Write the event after the last token, which tells the counts."""
        return _event(self._frame([], chunk=True, usage=counts))


def error_event(body: dict[str, Any]) -> bytes:
    """Write the event that tells of a failure in the middle of an answer."""
    return _event(body)


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n"
