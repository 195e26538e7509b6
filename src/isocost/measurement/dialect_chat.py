"""Chat and completions: chunks with a list of choices, of which there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from isocost.measurement.chunk import Chunk
from isocost.measurement.usage import merged, read_server_times, read_timings, read_usage

if TYPE_CHECKING:
    from isocost.measurement.dialect import Dialect, Prompt

__all__ = ["messages", "read_choices", "words"]

_REASONING_KEYS = ("reasoning_content", "reasoning")
_OTHER_KEYS = ("content", "refusal", "tool_calls", "function_call", "text")
_OUTPUT_KEYS = (*_OTHER_KEYS, *_REASONING_KEYS)


def words(dialect: Dialect, prompt: Prompt, *, output_tokens: int, stream: bool) -> dict[str, Any]:
    """Return what a chat or completions request says beside its model."""
    asked: dict[str, Any] = {}
    if dialect.endpoint_type == "chat":
        asked["messages"] = messages(prompt)
    else:
        asked["prompt"] = "".join(prompt) if isinstance(prompt, tuple) else prompt
    asked[dialect.length_key] = output_tokens
    if dialect.greedy:
        asked["temperature"] = 0
    asked["stream"] = stream
    if stream and dialect.usage_in_stream:
        asked["stream_options"] = {"include_usage": True}
    return asked


def messages(prompt: Prompt) -> list[dict[str, Any]]:
    """Return a prompt as messages, those of user and model in turn.

    Examples
    --------
    >>> [message["role"] for message in messages(("Hi", "Hello", "What now?"))]
    ['user', 'assistant', 'user']
    """
    said = prompt if isinstance(prompt, tuple) else (prompt,)
    roles = ("user", "assistant")
    return [{"role": roles[place % 2], "content": text} for place, text in enumerate(said)]


def read_choices(document: Mapping[str, Any]) -> Chunk:
    """Read one chunk of a chat or completions stream.

    An empty text is output too (half a character, a special token), but neither the opening of a chat
    message, which only names its role, nor an empty text beside a finish reason, which only ends the answer.
    Sound is no output of tokens that could be timed. A second choice is an error: one answer was asked for.

    Parameters
    ----------
    document : mapping
        The chunk as JSON.

    Returns
    -------
    Chunk

    Examples
    --------
    >>> read_choices({"choices": [{"delta": {"reasoning_content": "hm"}}]}).reasoning
    True
    >>> read_choices({"choices": [{"index": 1, "text": "b"}]}).error
    'more than one answer (n); one was asked for'
    """
    choices = document.get("choices")
    usage = merged(read_usage(document.get("usage")), read_timings(document.get("timings")))
    times = read_server_times(document)
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choices, list) or not isinstance(choice, Mapping):
        return Chunk(usage=usage, times=times)
    if len(choices) > 1 or choice.get("index") not in (0, None):
        return Chunk(error="more than one answer (n); one was asked for")
    finish = choice.get("finish_reason")
    delta = choice.get("delta")
    said = delta if isinstance(delta, Mapping) else choice
    return Chunk(
        output=_carries_output(said, finished=finish is not None),
        text=next((said[key] for key in _OUTPUT_KEYS if isinstance(said.get(key), str) and said[key]), None),
        tokens=_listed(choice),
        finish_reason=finish if isinstance(finish, str) else None,
        usage=usage,
        reasoning=_is_reasoning(said),
        times=times,
    )


def _carries_output(said: Mapping[str, Any], *, finished: bool) -> bool:
    values = [said[key] for key in _OUTPUT_KEYS if said.get(key) is not None]
    if any(values):
        return True
    return bool(values) and "role" not in said and not finished


def _is_reasoning(said: Mapping[str, Any]) -> bool:
    """Whether it is reasoning alone; half a character of it is an empty text."""
    told = any(isinstance(said.get(key), str) for key in _REASONING_KEYS)
    return told and not any(said.get(key) for key in _OTHER_KEYS)


def _listed(choice: Mapping[str, Any]) -> int | None:
    """Count the tokens that a chunk lists: as ids, or with their probabilities (chat, then completions)."""
    probabilities = choice.get("logprobs")
    lists = [choice.get("token_ids")]
    if isinstance(probabilities, Mapping):
        lists += [probabilities.get("content"), probabilities.get("tokens")]
    return next((len(tokens) for tokens in lists if isinstance(tokens, list) and tokens), None)
