"""The HTTP process's side of the worker, with a worker that only pretends."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest

from isocost.engine.channel import Channel
from isocost.engine.link import Link
from isocost.engine.request import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SAMPLING: dict[str, Any] = {"max_tokens": 2}


def linked(story: Callable[[Link, Channel], Awaitable[None]]) -> Link:
    """Run `story` with a link and the worker's end of its channel."""

    async def run(link: Link, worker: Channel) -> None:
        await link.open()
        reading = asyncio.create_task(link.run())
        await story(link, worker)
        link.end()
        reading.cancel()

    ours, theirs = socket.socketpair()
    with theirs:
        link = Link(ours)
        asyncio.run(run(link, Channel(theirs)))
    return link


def gauges(link: Link) -> tuple[int, int, int]:
    return link.counters.waiting, link.counters.running, link.counters.kv_tokens


def test_counts_a_request_from_waiting_to_its_end() -> None:
    async def story(link: Link, worker: Channel) -> None:
        worker.send({"id": 1, "accepted": 5})
        ticket = await link.submit({"ids": [1] * 5}, SAMPLING)
        assert worker.receive(1.0) == {"id": 1, "do": "generate", "ids": [1] * 5, "sampling": SAMPLING}
        assert gauges(link) == (1, 0, 0)
        worker.send({"at": 7.0, "step": [[1, [42], None], [99, [1], None]]})  # 99 has gone meanwhile
        assert await ticket.next_tokens() == ([42], None, 7.0)
        assert gauges(link) == (0, 1, 6)  # 5 in the prompt and 1 in the answer
        worker.send({"at": 8.0, "step": [[1, [43], "length"]]})
        assert await ticket.next_tokens() == ([43], "length", 8.0)
        link.close(ticket, "length")
        assert gauges(link) == (0, 0, 0)

    counters = linked(story).counters
    assert (counters.prompt_tokens, counters.generation_tokens) == (5, 2)
    assert counters.finished == {"stop": 0, "length": 1, "abort": 0, "error": 0}


def test_a_first_step_right_behind_its_acceptance_is_counted_whole() -> None:
    async def story(link: Link, worker: Channel) -> None:
        worker.send({"id": 1, "accepted": 5})  # both wait in the buffer before anybody reads
        worker.send({"at": 7.0, "step": [[1, [42], "length"]]})
        ticket = await link.submit({"ids": [1] * 5}, SAMPLING)
        assert await ticket.next_tokens() == ([42], "length", 7.0)
        assert gauges(link) == (0, 1, 6)
        link.close(ticket, "length")
        assert gauges(link) == (0, 0, 0)

    assert linked(story).counters.prompt_tokens == 5


def test_a_client_that_leaves_cancels() -> None:
    async def story(link: Link, worker: Channel) -> None:
        worker.send({"id": 1, "accepted": 5})
        ticket = await link.submit({"ids": [1]}, SAMPLING)
        link.close(ticket, None)
        await asyncio.sleep(0)
        worker.receive(1.0)
        assert worker.receive(1.0) == {"id": 1, "do": "cancel"}
        assert gauges(link) == (0, 0, 0)

    assert linked(story).counters.finished["abort"] == 1


def test_a_refusal_is_400_and_leaves_nothing() -> None:
    async def story(link: Link, worker: Channel) -> None:
        worker.send({"id": 1, "refused": "too long"})
        with pytest.raises(ApiError, match=r"^too long$") as caught:
            await link.submit({"ids": [1]}, SAMPLING)
        assert caught.value.status == 400
        assert gauges(link) == (0, 0, 0)

    linked(story)


@pytest.mark.parametrize(
    ("last_word", "reason"),
    [
        (None, "the engine's process has ended; restart the server"),
        ({"fatal": "out of memory"}, "the engine failed: out of memory"),
    ],
)
def test_a_worker_that_ends_fails_whoever_waits(last_word: dict[str, Any] | None, reason: str) -> None:
    async def story(link: Link, worker: Channel) -> None:
        worker.send({"id": 1, "accepted": 5})
        ticket = await link.submit({"ids": [1]}, SAMPLING)
        if last_word is not None:
            worker.send(last_word)
        worker.close()
        with pytest.raises(ApiError) as caught:
            await ticket.next_tokens()
        assert (str(caught.value), caught.value.status) == (reason, 500)
        assert not link.alive
        with pytest.raises(ApiError) as caught:
            await link.submit({"ids": [1]}, SAMPLING)
        assert caught.value.status == 500
        link.close(ticket, "error")

    linked(story)
