"""Responses: events that each name their type, and an object at the end that says how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from isocost.measurement.chunk import Chunk
from isocost.measurement.dialect_chat import messages
from isocost.measurement.usage import read_server_times, read_usage

if TYPE_CHECKING:
    from isocost.measurement.dialect import Dialect, Prompt

__all__ = ["is_response_event", "read_response_event", "words"]

_REASONING = ("response.reasoning", "response.reasoning_text", "response.reasoning_summary")
_LAST = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
_REASONS = {"max_output_tokens": "length"}


def words(dialect: Dialect, prompt: Prompt, *, output_tokens: int, stream: bool) -> dict[str, Any]:
    """Return what a request for a response says beside its model; ``usage`` comes without being asked for."""
    asked: dict[str, Any] = {
        "input": messages(prompt) if isinstance(prompt, tuple) else prompt,
        "max_output_tokens": output_tokens,
    }
    if dialect.greedy:
        asked["temperature"] = 0
    return asked | {"stream": stream}


def is_response_event(document: Mapping[str, Any]) -> bool:
    """Whether a document is an event of a response.

    Examples
    --------
    >>> is_response_event({"type": "response.output_text.delta", "delta": "a"})
    True
    """
    kind = document.get("type")
    return isinstance(kind, str) and kind.startswith("response.")


def read_response_event(document: Mapping[str, Any]) -> Chunk:
    """Read one event of a response.

    What ends in ``.delta`` is output (text, reasoning or its summary, a refusal, the arguments of a call),
    but for sound. The last event tells ``usage`` and whether the answer is complete; why it is not is told in
    the words of chat.

    Parameters
    ----------
    document : mapping
        The event's data as JSON.

    Returns
    -------
    Chunk

    Examples
    --------
    >>> read_response_event({"type": "response.reasoning_text.delta", "delta": "hm"}).reasoning
    True
    >>> over = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    >>> read_response_event({"type": "response.completed", "response": over}).finish_reason
    'length'
    """
    kind = str(document["type"])
    if kind in _LAST:
        response = document.get("response")
        chunk = _ending(kind, response if isinstance(response, Mapping) else {})
        times = read_server_times(document)  # llama.cpp tells them beside the response, vLLM in it
        return chunk if times is None else replace(chunk, times=times)
    said = document.get("delta")
    if not kind.endswith(".delta") or "audio" in kind or not isinstance(said, str):
        return Chunk()
    listed = document.get("logprobs")
    return Chunk(
        output=True,
        text=said or None,
        tokens=len(listed) if isinstance(listed, list) and listed else None,
        reasoning=kind.startswith(_REASONING),
    )


def _ending(kind: str, response: Mapping[str, Any]) -> Chunk:
    usage, times = read_usage(response.get("usage")), read_server_times(response)
    status = response.get("status")
    status = status if isinstance(status, str) else kind.removeprefix("response.")
    if kind == "response.failed" or status == "failed":
        error = response.get("error")
        said = error.get("message") if isinstance(error, Mapping) else None
        return Chunk(usage=usage, error=str(said or "a response that failed without a message"))
    return Chunk(usage=usage, times=times, finish_reason=_finish_reason(status, response))


def _finish_reason(status: str, response: Mapping[str, Any]) -> str:
    if status != "incomplete":
        return {"completed": "stop"}.get(status, "abort")
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    return _REASONS.get(reason, reason) if isinstance(reason, str) else "length"
