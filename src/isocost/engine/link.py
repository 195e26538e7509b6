"""The HTTP process's side of the worker: requests out, tokens in."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from isocost.engine.channel import Message, encode, read_message
from isocost.engine.metrics import Counters
from isocost.engine.request import ApiError

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

__all__ = ["Link", "Ticket", "Tokens"]

Tokens = tuple[list[int], str | None, float]
"""Tokens of one step, the reason of the end or ``None``, and when the step ended (monotonic seconds)."""

_GONE = "the engine's process has ended; restart the server"


class Ticket:
    """One accepted request; what comes for it waits here."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.prompt_tokens = 0
        self.generated = 0
        self.running = False
        self.inbox: asyncio.Queue[Any] = asyncio.Queue()

    async def next_tokens(self) -> Tokens:
        """Tokens of the next step."""
        event = await self.inbox.get()
        if isinstance(event, ApiError):
            raise event
        tokens: Tokens = event
        return tokens


class Link:
    """Connection to the worker.

    Parameters
    ----------
    connection : socket.socket
        The parent's end of the worker's channel, after it said it is ready.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.counters = Counters()
        self.alive = True
        self.failure: str | None = None
        self._connection = connection
        self._tickets: dict[int, Ticket] = {}
        self._last = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Take the connection into the running event loop."""
        self._reader, self._writer = await asyncio.open_connection(sock=self._connection)

    def end(self) -> None:
        """Close the connection, on which the worker ends."""
        if self._writer is not None:
            self._writer.close()

    async def run(self) -> None:
        """Hand on what the worker sends until it is gone; then fail whoever waits."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while self._reader is not None:
                message = await read_message(self._reader)
                if "fatal" in message:
                    self.failure = f"the engine failed: {message['fatal']}"
                    break
                self._dispatch(message)
        self.alive = False
        for ticket in list(self._tickets.values()):
            ticket.inbox.put_nowait(ApiError(self.failure or _GONE, status=500))

    async def submit(self, prompt: Message, sampling: Mapping[str, Any]) -> Ticket:
        """Send a request; return when the worker has accepted it.

        Raises
        ------
        ApiError
            400 if the worker refuses it, 500 if there is no worker.
        """
        ticket = self._send({"do": "generate", **prompt, "sampling": dict(sampling)})
        self.counters.waiting += 1
        try:
            await self._reply(ticket)
        except BaseException:
            self._forget(ticket)
            self._leave(ticket)
            raise
        return ticket

    async def tokenize(self, prompt: Message) -> list[int]:
        """Token ids of a text or a conversation."""
        ticket = self._send({"do": "tokenize", **prompt})
        try:
            tokens: list[int] = (await self._reply(ticket))["tokens"]
        finally:
            self._tickets.pop(ticket.number, None)
        return tokens

    def close(self, ticket: Ticket, reason: str | None) -> None:
        """Count a request as ended; without a `reason` it is cancelled."""
        self._forget(ticket, cancel=reason is None)
        self.counters.finished[reason or "abort"] += 1
        self._leave(ticket)

    def _leave(self, ticket: Ticket) -> None:
        """Take a request out of the gauges."""
        self.counters.kv_tokens -= ticket.prompt_tokens + ticket.generated if ticket.running else 0
        if ticket.running:
            self.counters.running -= 1
        else:
            self.counters.waiting -= 1

    def _send(self, message: Message) -> Ticket:
        if self._writer is None or not self.alive:
            raise ApiError(_GONE, status=500)
        self._last += 1
        ticket = self._tickets[self._last] = Ticket(self._last)
        self._writer.write(encode({"id": ticket.number, **message}))
        return ticket

    async def _reply(self, ticket: Ticket) -> Message:
        reply = await ticket.inbox.get()
        if isinstance(reply, ApiError):
            raise reply
        if "refused" in reply:
            raise ApiError(reply["refused"])
        message: Message = reply
        return message

    def _forget(self, ticket: Ticket, *, cancel: bool = True) -> None:
        known = self._tickets.pop(ticket.number, None)
        if known is not None and cancel and self.alive and self._writer is not None:
            self._writer.write(encode({"id": ticket.number, "do": "cancel"}))

    def _dispatch(self, message: Message) -> None:
        if "step" not in message:
            ticket = self._tickets.get(message["id"])
            if ticket is not None:
                ticket.prompt_tokens = message.get(
                    "accepted", 0
                )  # here: its first step may come right behind
                ticket.inbox.put_nowait(message)
            return
        for number, tokens, ended in message["step"]:
            ticket = self._tickets.get(number)
            if ticket is not None:
                self._count(ticket, len(tokens))
                ticket.inbox.put_nowait((tokens, ended, message["at"]))

    def _count(self, ticket: Ticket, tokens: int) -> None:
        if not ticket.running:
            ticket.running = True
            self.counters.waiting -= 1
            self.counters.running += 1
            self.counters.prompt_tokens += ticket.prompt_tokens
            self.counters.kv_tokens += ticket.prompt_tokens
        ticket.generated += tokens
        self.counters.kv_tokens += tokens
        self.counters.generation_tokens += tokens
