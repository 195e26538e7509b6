"""A server that is paid by the token and keeps the bill: what it was asked, and what that costs."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from doubles.bad_weather import MODELS, STREAM, bad_weather, chunk, json_reply, token
from doubles.bad_weather import usage as usage_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pytest

    from doubles.bad_weather import Step, Weather

PAID_HOST = "api.paid.test"
END = chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


@dataclass
class Bill:
    """What was asked of a running server, request by request."""

    weather: Weather
    asked: list[tuple[int, int]] = field(default_factory=list)
    """Tokens of prompt and answer of each request for an answer."""
    running: int = 0
    most_running: int = 0

    @property
    def port(self) -> int:
        return self.weather.port

    @property
    def url(self) -> str:
        return self.weather.url

    @property
    def connections(self) -> int:
        return len(self.weather.connections)

    def usd(self, input_usd: float, output_usd: float) -> float:
        """What its owner asks for, by the million tokens."""
        return sum(used * input_usd + written * output_usd for used, written in self.asked) / 1e6


@contextmanager
def billing(
    *,
    written: int | None = None,
    counts: bool = True,
    before: Callable[[int], Sequence[Step]] = lambda number: (),
    refuse: Callable[[int], Sequence[Step] | None] = lambda number: None,
    model: str = "m",
) -> Iterator[Bill]:
    """Serve a model that is paid by the token; each word or id of a prompt is one.

    Parameters
    ----------
    written
        Tokens of each answer; as many as were asked for if left out.
    counts
        Whether it tells ``usage``.
    before
        What to do before the answer to the nth request, from 0.
    refuse
        What to answer to the nth request in place of a stream.
    model
        Its name.
    """
    bills: list[Bill] = []

    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        if path.endswith("/models"):
            data = [{"id": model, "object": "model", "owned_by": "double"}]
            return json_reply("200 OK", MODELS if model == "m" else {"object": "list", "data": data})
        if body is None or "max_tokens" not in body:
            return json_reply("404 Not Found", {"error": {"message": "no such page"}})
        (bill,) = bills
        text = body["messages"][-1]["content"] if "messages" in body else body["prompt"]
        prompt = len(text.split() if isinstance(text, str) else text)
        length = body["max_tokens"] if written is None else written
        place = len(bill.asked)
        refused = refuse(place)
        bill.asked.append((prompt, 0 if refused is not None else length))
        if refused is not None:
            return refused
        if not body.get("stream"):
            message = {"role": "assistant", "content": "42"}
            told = {"prompt_tokens": prompt, "completion_tokens": length} if counts else None
            return [
                *before(place),
                *json_reply("200 OK", {"choices": [{"index": 0, "message": message}], "usage": told}),
            ]
        words = b"".join(token() for _ in range(length - 1)) + token(finish="length")
        told = usage_event(prompt, length) if counts else b""
        return [*before(place), STREAM + words + told + END]

    with bad_weather(script) as weather:
        bills.append(Bill(weather))
        yield bills[0]


def far_away(patch: pytest.MonkeyPatch) -> None:
    """Let ``api.paid.test`` have a public address, and connections to it end at this machine."""
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host == PAID_HOST:
            host = "203.0.113.7" if port is None else "127.0.0.1"
        return real(host, port, *rest, **options)

    patch.setattr(socket, "getaddrinfo", look_up)


__all__ = ["PAID_HOST", "Bill", "billing", "far_away"]
