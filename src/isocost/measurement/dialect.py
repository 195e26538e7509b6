"""What is said over the wire: request bodies, and what one chunk of an answer says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isocost.measurement.address import EndpointType

__all__ = ["Chunk", "Dialect", "Usage", "read_chunk", "read_error", "read_usage", "request_body"]

_OUTPUT_KEYS = ("content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How requests to one endpoint are worded; what a server refuses is left out.

    Parameters
    ----------
    model : str
        Name that the endpoint knows.
    endpoint_type : {"completions", "chat"}
    ignore_eos : bool
        Whether the server takes ``ignore_eos`` and so answers at full length.
    usage_in_stream : bool
        Whether the server takes ``stream_options.include_usage``.
    extra : mapping
        Fields put into every request as they are; they win over ours.
    """

    model: str
    endpoint_type: EndpointType = "completions"
    ignore_eos: bool = True
    usage_in_stream: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)


def request_body(
    dialect: Dialect, prompt: str | list[int], *, output_tokens: int, stream: bool = True
) -> dict[str, Any]:
    """Return the body of one request, greedy and of the wanted length.

    Examples
    --------
    >>> request_body(Dialect(model="m", ignore_eos=False), "Hi", output_tokens=2, stream=False)
    {'model': 'm', 'prompt': 'Hi', 'max_tokens': 2, 'temperature': 0, 'stream': False}
    """
    body: dict[str, Any] = {"model": dialect.model}
    if dialect.endpoint_type == "chat":
        body["messages"] = [{"role": "user", "content": prompt}]
    else:
        body["prompt"] = prompt
    body |= {"max_tokens": output_tokens, "temperature": 0, "stream": stream}
    if stream and dialect.usage_in_stream:
        body["stream_options"] = {"include_usage": True}
    if dialect.ignore_eos:
        body["ignore_eos"] = True
    return body | dict(dialect.extra)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them; ``None`` where it does not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk of a streamed answer says.

    Parameters
    ----------
    output : bool
        Whether it carries output, be it answer, reasoning or a tool call.
    text : str or None
        The text itself where there is one; used to recognise chunks alike, never kept.
    tokens : int or None
        Tokens in it, where it lists them.
    finish_reason : str or None
    usage : Usage or None
    error : str or None
        An error sent in place of output.
    """

    output: bool = False
    text: str | None = None
    tokens: int | None = None
    finish_reason: str | None = None
    usage: Usage | None = None
    error: str | None = None


def read_chunk(data: bytes) -> Chunk:
    """Read the data of one event.

    An empty text is output too (half a character, a special token), but neither the opening of a chat
    message, which only names its role, nor an empty text beside a finish reason, which only ends the answer.

    Parameters
    ----------
    data : bytes
        One JSON object.

    Returns
    -------
    Chunk

    Raises
    ------
    ValueError
        If it is no JSON object in UTF-8.

    Examples
    --------
    >>> read_chunk(b'{"choices":[{"index":0,"text":" the","finish_reason":null}]}').output
    True
    >>> read_chunk(b'{"choices":[{"delta":{"role":"assistant","content":""}}]}').output
    False
    """
    try:
        document = json.loads(data.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError(f"{type(document).__name__} instead of an object")
    error = read_error(document)
    if error is not None:
        return Chunk(error=error)
    choices = document.get("choices")
    usage = read_usage(document.get("usage"))
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict):
        return Chunk(usage=usage)
    finish = choice.get("finish_reason")
    delta = choice.get("delta")
    said = delta if isinstance(delta, dict) else choice
    tokens = choice.get("token_ids")
    text = next((said[key] for key in _OUTPUT_KEYS if isinstance(said.get(key), str) and said[key]), None)
    return Chunk(
        output=_carries_output(said, finished=finish is not None),
        text=text,
        tokens=len(tokens) if isinstance(tokens, list) and tokens else None,
        finish_reason=finish if isinstance(finish, str) else None,
        usage=usage,
    )


def _carries_output(said: Mapping[str, Any], *, finished: bool) -> bool:
    values = [said[key] for key in _OUTPUT_KEYS if said.get(key) is not None]
    if any(values):
        return True
    return bool(values) and "role" not in said and not finished


def read_error(document: Mapping[str, Any]) -> str | None:
    """Return what an OpenAI-shaped error says, or ``None`` if it is none.

    Examples
    --------
    >>> read_error({"error": {"message": "no such model", "code": 404}})
    'no such model'
    """
    error = document.get("error")
    if isinstance(error, Mapping):
        return str(error.get("message") or error.get("type") or "an error without a message")
    if isinstance(error, str) and error:
        return error
    if document.get("object") == "error" or set(document) == {"detail"}:
        return str(document.get("message") or document.get("detail") or "an error without a message")
    return None


def read_usage(usage: object) -> Usage | None:
    """Return the tokens that a server counted, ``None`` where it told none.

    Examples
    --------
    >>> read_usage({"prompt_tokens": 7, "completion_tokens": 2}).input_tokens
    7
    """
    if not isinstance(usage, Mapping):
        return None
    return Usage(
        input_tokens=_count(usage, "prompt_tokens"),
        output_tokens=_count(usage, "completion_tokens"),
        cached_tokens=_count(usage.get("prompt_tokens_details"), "cached_tokens"),
        reasoning_tokens=_count(usage.get("completion_tokens_details"), "reasoning_tokens"),
    )


def _count(counts: object, name: str) -> int | None:
    value = counts.get(name) if isinstance(counts, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
