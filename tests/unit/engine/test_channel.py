"""Messages arrive whole, however the bytes are cut."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.engine.channel import Channel, encode, read_message

MESSAGES = st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.integers()) | st.none())


@given(st.lists(MESSAGES, max_size=5), st.integers(1, 50))
def test_cut_anywhere(messages: list[dict[str, object]], size: int) -> None:
    data = b"".join(encode(message) for message in messages)
    ours, theirs = socket.socketpair()
    got = []
    with ours, theirs:
        channel = Channel(theirs)
        for start in range(0, len(data), size):
            ours.sendall(data[start : start + size])
            while (message := channel.receive(0.0)) is not None:
                got.append(message)
    assert got == messages


def test_large_messages_wait_for_the_reader() -> None:
    ours, theirs = socket.socketpair()
    message = {"ids": list(range(200_000))}  # more than a socket holds
    with ours, theirs:
        sender = threading.Thread(target=Channel(ours).send, args=(message,))
        sender.start()
        assert Channel(theirs).receive(5.0) == message
        sender.join()


def test_the_end_is_an_error_and_silence_is_none() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        channel = Channel(theirs)
        assert channel.receive(0.0) is None
        channel_of_parent = Channel(ours)
        channel_of_parent.send({"a": 1})
        channel_of_parent.close()
        assert channel.receive(1.0) == {"a": 1}
        with pytest.raises(EOFError, match=r"^the other side has closed the channel$"):
            channel.receive(1.0)


def test_a_stream_reads_the_same_messages() -> None:
    async def read() -> list[dict[str, object]]:
        reader = asyncio.StreamReader()
        reader.feed_data(encode({"a": 1}) + encode({"b": [2]}))
        return [await read_message(reader), await read_message(reader)]

    assert asyncio.run(read()) == [{"a": 1}, {"b": [2]}]
