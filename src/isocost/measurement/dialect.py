"""What is said over the wire: request bodies, and what one chunk of an answer says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from isocost.core.errors import InputError
from isocost.measurement import dialect_chat, dialect_responses
from isocost.measurement.chunk import Chunk, read_error
from isocost.measurement.usage import Usage, read_usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.measurement.address import EndpointType

__all__ = ["Chunk", "Dialect", "Prompt", "Usage", "read_chunk", "read_error", "read_usage", "request_body"]

_SEVERAL = ("n", "best_of")

Prompt = str | list[int] | tuple[str, ...]
"""A text; token ids; or what a user and the model said in turn, the user first and last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How requests to one endpoint are worded; what a server refuses is left out.

    Parameters
    ----------
    model : str
        Name that the endpoint knows.
    endpoint_type : {"completions", "chat", "responses"}
    ignore_eos : bool
        Whether the server takes ``ignore_eos`` and so answers at full length.
    usage_in_stream : bool
        Whether the server takes ``stream_options.include_usage``; responses tell it unasked.
    length_key : {"max_tokens", "max_completion_tokens"}
        What the longest answer is called; responses say ``max_output_tokens``.
    greedy : bool
        Whether the server takes ``temperature`` 0.
    extra : mapping
        Fields put into every request as they are; they win over ours.

    Raises
    ------
    InputError
        If `extra` asks for more than one answer to a request.
    """

    model: str
    endpoint_type: EndpointType = "completions"
    ignore_eos: bool = True
    usage_in_stream: bool = True
    length_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    greedy: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse several answers to one request: their chunks cannot be told apart in time."""
        for name in _SEVERAL:
            if self.extra.get(name) not in (None, 1):
                raise InputError(
                    f"extra field {name!r} asks for {self.extra[name]!r} answers to one request, and isocost "
                    "times one; leave it out, and send more requests instead"
                )


def request_body(
    dialect: Dialect, prompt: Prompt, *, output_tokens: int, stream: bool = True
) -> dict[str, Any]:
    """Return the body of one request, greedy and of the wanted length.

    Examples
    --------
    >>> request_body(Dialect(model="m", ignore_eos=False), "Hi", output_tokens=2, stream=False)
    {'model': 'm', 'prompt': 'Hi', 'max_tokens': 2, 'temperature': 0, 'stream': False}
    >>> request_body(Dialect(model="m", endpoint_type="responses", ignore_eos=False), "Hi", output_tokens=2)
    {'model': 'm', 'input': 'Hi', 'max_output_tokens': 2, 'temperature': 0, 'stream': True}
    """
    words = dialect_responses.words if dialect.endpoint_type == "responses" else dialect_chat.words
    body = {"model": dialect.model, **words(dialect, prompt, output_tokens=output_tokens, stream=stream)}
    if dialect.ignore_eos:
        body["ignore_eos"] = True
    return body | dict(dialect.extra)


def read_chunk(data: bytes) -> Chunk:
    """Read the data of one event, of whatever endpoint type.

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
    if dialect_responses.is_response_event(document):
        return dialect_responses.read_response_event(document)
    error = read_error(document)
    return Chunk(error=error) if error is not None else dialect_chat.read_choices(document)
