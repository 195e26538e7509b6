"""A server that answers questions: one text for each prompt, or whatever a script says."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from doubles.bad_weather import MODELS, Step, bad_weather, json_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from doubles.bad_weather import Weather


def said(text: object, *, finish: str = "stop", usage: dict[str, int] | None = None) -> list[Step]:
    """A chat answer of `text`."""
    message = {"role": "assistant", "content": text}
    counts = {"prompt_tokens": 20, "completion_tokens": 2} if usage is None else usage
    return json_reply(
        "200 OK",
        {"choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": counts},
    )


def prompt_of(body: Any) -> str:
    """What the model is asked."""
    return body["messages"][-1]["content"] if "messages" in body else body["prompt"]


@contextmanager
def answering(answer: Callable[[str, int], Sequence[Step]]) -> Iterator[Weather]:
    """Serve the model ``m``; ``answer(prompt, n)`` says what to do on the nth question, from 0."""
    asked: list[str] = []

    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        if path.endswith("/models"):
            return json_reply("200 OK", MODELS)
        if body is None:
            return json_reply("404 Not Found", {"error": {"message": "no such page"}})
        asked.append(prompt_of(body))
        return answer(asked[-1], len(asked) - 1)

    with bad_weather(script) as weather:
        yield weather


def questions_sent(weather: Weather) -> list[str]:
    """The prompts that were sent, in order, retries too."""
    return [prompt_of(body) for path, _, body in weather.requests if body is not None]
