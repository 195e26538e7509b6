"""Requests as the OpenAI API writes them, read into records or refused."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isocost.engine.channel import Message

__all__ = ["ApiError", "GenerationRequest", "parse_body", "parse_generation", "parse_tokenize"]

_UNSUPPORTED = (
    "stop",
    "logprobs",
    "top_logprobs",
    "echo",
    "suffix",
    "tools",
    "response_format",
    "logit_bias",
)
_LARGEST_SEED = 2**63 - 1


class ApiError(Exception):
    """An answer other than 200, in the form that OpenAI gives it.

    Parameters
    ----------
    message : str
        For people.
    status : int
        Of HTTP.
    param : str or None
        The field that is wrong.
    code : str or None
        Stable name of what is wrong.
    """

    def __init__(
        self, message: str, *, status: int = 400, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body."""
        kinds = {404: "not_found_error"}
        kind = kinds.get(self.status, "invalid_request_error" if self.status < 500 else "server_error")
        return {"error": {"message": str(self), "type": kind, "param": self.param, "code": self.code}}


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """What to generate from, how, and how to answer.

    Parameters
    ----------
    prompt : dict
        One of ``text``, ``ids``, ``messages``.
    sampling : dict
        ``max_tokens`` (``None``: what is left of the context), ``min_tokens``, ``ignore_eos``,
        ``temperature``, ``top_p``, ``seed``.
    stream, include_usage : bool
        How to answer.
    """

    prompt: Message
    sampling: Message
    stream: bool
    include_usage: bool


def parse_body(raw: bytes, *, model: str) -> dict[str, Any]:
    """Read the JSON object of a request for `model`.

    Raises
    ------
    ApiError
        400 if it is no JSON object, 404 if it names another model.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ApiError(f"the body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise ApiError("the body must be a JSON object")
    name = body.get("model")
    if name is not None and name != model:
        raise ApiError(
            f"the model {name!r} does not exist; this server has {model!r}",
            status=404,
            param="model",
            code="model_not_found",
        )
    return body


def parse_generation(body: dict[str, Any], *, chat: bool) -> GenerationRequest:
    """Read a request for a completion or, with `chat`, for the next message of a conversation.

    Raises
    ------
    ApiError
        If a field is missing, wrong or not supported here.

    Examples
    --------
    >>> parse_generation({"prompt": [1, 2], "max_tokens": 3}, chat=False).prompt
    {'ids': [1, 2]}
    """
    _check_supported(body)
    options = body.get("stream_options") or {}
    if not isinstance(options, dict):
        raise ApiError("stream_options must be an object", param="stream_options")
    return GenerationRequest(
        prompt={"messages": _messages(body)} if chat else _prompt(body),
        sampling=_sampling(body, chat=chat),
        stream=_flag(body, "stream"),
        include_usage=_flag(options, "include_usage"),
    )


def parse_tokenize(body: dict[str, Any]) -> Message:
    """Read a request to tokenize, with the fields that vLLM knows: ``prompt`` or ``messages``."""
    if "messages" in body:
        return {"messages": _messages(body)}
    prompt = body.get("prompt")
    if not isinstance(prompt, str):
        raise ApiError("prompt must be a text", param="prompt")
    return {"text": _text(prompt, "prompt")}


def _check_supported(body: dict[str, Any]) -> None:
    for name in _UNSUPPORTED:
        if body.get(name) not in (None, False, [], {}, 0, {"type": "text"}):
            raise ApiError(f"{name} is not supported by the embedded engine", param=name)
    for name in ("n", "best_of"):
        if body.get(name) not in (None, 1):
            raise ApiError(f"{name} must be 1 for the embedded engine", param=name)


def _prompt(body: dict[str, Any]) -> Message:
    prompt = body.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1 and isinstance(prompt[0], (str, list)):
        prompt = prompt[0]
    if isinstance(prompt, str):
        return {"text": _text(prompt, "prompt")}
    if isinstance(prompt, list) and all(type(token) is int for token in prompt):
        return {"ids": prompt}
    raise ApiError("prompt must be a text or a list of token ids, one prompt a request", param="prompt")


def _messages(body: dict[str, Any]) -> list[dict[str, str]]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ApiError("messages must be a list of at least one message", param="messages")
    return [_message(message) for message in messages]


def _message(message: Any) -> dict[str, str]:  # noqa: ANN401 - whatever a client sends
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise ApiError("each message must be an object with a role and a content", param="messages")
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(_part(part) for part in content)
    if not isinstance(content, str):
        raise ApiError("the content of a message must be text", param="messages")
    return {"role": _text(message["role"], "messages"), "content": _text(content, "messages")}


def _part(part: Any) -> str:  # noqa: ANN401 - whatever a client sends
    if isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str):
        text: str = part["text"]
        return text
    raise ApiError("the parts of a message's content must be of type text", param="messages")


def _text(text: str, name: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ApiError(f"{name} holds half a surrogate pair, which is no text", param=name) from error
    return text


def _sampling(body: dict[str, Any], *, chat: bool) -> Message:
    longest = _whole(body, "max_tokens", 1)
    longest = _whole(body, "max_completion_tokens", 1) if longest is None else longest
    return {
        "max_tokens": longest if longest is not None or chat else 16,
        "min_tokens": _whole(body, "min_tokens", 0) or 0,
        "ignore_eos": _flag(body, "ignore_eos"),
        "temperature": _number(body, "temperature", default=1.0, low=0.0, high=2.0),
        "top_p": _number(body, "top_p", default=1.0, low=1e-6, high=1.0),
        "seed": _whole(body, "seed", 0),
    }


def _whole(body: dict[str, Any], name: str, least: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if type(value) is not int or not least <= value <= _LARGEST_SEED:
        raise ApiError(f"{name} must be a whole number of at least {least}, got {value!r}", param=name)
    return value


def _number(body: dict[str, Any], name: str, *, default: float, low: float, high: float) -> float:
    value = body.get(name)
    if value is None:
        return default
    if type(value) not in (int, float) or not (math.isfinite(value) and low <= value <= high):
        raise ApiError(f"{name} must be a number from {low:g} to {high:g}, got {value!r}", param=name)
    return float(value)


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is not None and type(value) is not bool:
        raise ApiError(f"{name} must be true or false, got {value!r}", param=name)
    return bool(value)
