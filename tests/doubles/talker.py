"""A server that says something else each time, and remembers what it was asked and what it said."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from doubles.bad_weather import END, MODELS, STREAM, Step, bad_weather, chunk, event, json_reply, usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass
class Exchange:
    """One request that streamed, and what was answered."""

    body: dict[str, Any]
    said: str

    @property
    def whole(self) -> str:
        """All that was asked, as one text."""
        messages = self.body.get("messages")
        if messages is None:
            return str(self.body["prompt"])
        return "".join(message["content"] for message in messages)


@dataclass
class Talker:
    url: str
    seen: list[Exchange] = field(default_factory=list)

    @property
    def timed(self) -> list[Exchange]:
        """Requests of a run: those before it ask for one token."""
        return [each for each in self.seen if each.body.get("max_tokens", 0) > 1]


def words(number: int, count: int) -> list[str]:
    """What is said to request `number`: unlike any other answer, with a character of several bytes."""
    return [f" answer{number}", *(f" w{place}" for place in range(count - 2)), " é"][:count]


@contextmanager
def talking(before: Callable[[int, dict[str, Any]], Sequence[Step]] | None = None) -> Iterator[Talker]:
    """Serve the model ``m``, one token a word; `before` may answer otherwise, by steps of its own."""
    talker = Talker(url="")

    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        if path.endswith("/models"):
            return json_reply("200 OK", MODELS)
        if body is None or "tokenize" in path:
            return json_reply("404 Not Found", {"error": {"message": "no such page"}})
        if isinstance(body.get("prompt"), list):
            return json_reply("400 Bad Request", {"error": {"message": "prompt must be a text"}})
        spoken = words(len(talker.seen), body.get("max_tokens", 1))
        exchange = Exchange(body=body, said="".join(spoken))
        talker.seen.append(exchange)
        steps = None if before is None else before(len(talker.timed), body)
        return steps or _stream(spoken, len(exchange.whole.split()), chat="messages" in body)

    with bad_weather(script) as weather:
        talker.url = weather.url
        yield talker


def _stream(spoken: Sequence[str], prompt_tokens: int, *, chat: bool) -> list[Step]:
    pieces = []
    for place, word in enumerate(spoken):
        said: dict[str, Any] = {"delta": {"content": word}} if chat else {"text": word}
        finish = "length" if place == len(spoken) - 1 else None
        pieces.append(chunk(event({"choices": [{"index": 0, **said, "finish_reason": finish}]})))
    return [STREAM, *pieces, usage(prompt_tokens, len(spoken)) + chunk(b"data: [DONE]\n\n") + END]
