"""The engine's own process: takes requests in between two steps, sends one message for each step.

A step holds the interpreter for as long as it computes, up to a second for a long prompt. In a process of
its own it keeps nobody waiting who does not wait for tokens.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError, MissingExtraError
from isocost.engine.channel import Channel, Message
from isocost.engine.child import adopt, failure_message, orphaned
from isocost.engine.limits import Limits, Refusal
from isocost.engine.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Worker", "main"]

_IDLE_S = 1.0
_PIPELINE_ERRORS = (RuntimeError, ValueError, LookupError, ArithmeticError, MemoryError)  # as C++ ones arrive


class Worker:
    """Serves the requests that come over a channel until the other side is gone.

    Parameters
    ----------
    pipeline : Pipeline
        What computes.
    channel : Channel
        Where requests come from and tokens go to.
    limits : Limits
        What the pipeline can take.
    """

    def __init__(self, pipeline: Pipeline, channel: Channel, limits: Limits) -> None:
        self._pipeline, self._channel, self._limits = pipeline, channel, limits
        self._handles: dict[int, Any] = {}
        self._to_free = False  # a cancelled request keeps its blocks until the next step

    def turn(self) -> None:
        """Take in what has come, then compute one step if there is anything to do."""
        message = self._channel.receive(0.0 if self._handles else _IDLE_S)
        while message is not None:
            self._take(message)
            message = self._channel.receive(0.0)
        if self._handles or self._to_free:
            self._step()

    def drop_all(self) -> None:
        """Cancel what is left, so that the pipeline ends without complaint."""
        for handle in self._handles.values():
            handle.cancel()
        if self._handles or self._to_free:
            self._pipeline.step()
        self._handles.clear()

    def _take(self, message: Message) -> None:
        number = message["id"]
        if message["do"] == "cancel":
            self._cancel(number)
            return
        try:
            self._channel.send(self._begun(number, message))
        except Refusal as refusal:
            self._channel.send({"id": number, "refused": str(refusal)})

    def _cancel(self, number: int) -> None:
        handle = self._handles.pop(number, None)
        if handle is not None:
            handle.cancel()
            self._to_free = True

    def _begun(self, number: int, message: Message) -> Message:
        prompt = self._prompt(message)
        if message["do"] == "tokenize":
            return {"id": number, "tokens": prompt}
        length = self._limits.answer_length(prompt, message["sampling"]["max_tokens"])
        sampling = {**message["sampling"], "max_tokens": length}
        sampling["min_tokens"] = min(sampling["min_tokens"], length)
        self._handles[number] = self._pipeline.add(number, prompt, sampling)
        return {"id": number, "accepted": len(prompt)}

    def _prompt(self, message: Mapping[str, Any]) -> list[int]:
        if "ids" in message:
            ids: list[int] = message["ids"]
            return ids
        text = self._pipeline.chat_text(message["messages"]) if "messages" in message else message["text"]
        return self._pipeline.encode(text)

    def _step(self) -> None:
        self._pipeline.step()
        self._to_free = False
        done_at = time.monotonic()
        events: list[tuple[int, list[int], str | None]] = []
        for number, handle in self._handles.items():
            tokens, ended = self._pipeline.read(handle)
            if tokens or ended:
                events.append((number, tokens, ended))
        for number, _tokens, ended in events:
            if ended:
                del self._handles[number]
        if events:
            self._channel.send({"at": done_at, "step": events})


def main(arguments: list[str]) -> None:
    """Load the model, say so, serve until the parent is gone."""
    connection, parent, settings = adopt(arguments)
    with connection, suppress(ConnectionError):  # the parent has left: nobody is there to be told
        channel = Channel(connection)
        pipeline = _load(channel, settings)
        if pipeline is not None:
            worker = Worker(pipeline, channel, Limits(**settings["limits"]))
            _serve(worker, channel, parent)


def _serve(worker: Worker, channel: Channel, parent: int) -> None:
    try:
        while not orphaned(parent):
            worker.turn()
    except (EOFError, ConnectionError):
        with suppress(*_PIPELINE_ERRORS):
            worker.drop_all()
    except _PIPELINE_ERRORS as error:
        channel.send({"fatal": " ".join(str(error).split())})


def _load(channel: Channel, settings: Mapping[str, Any]) -> Pipeline | None:
    try:
        pipeline = Pipeline(settings["path"], settings["knobs"])
        pipeline.warm_up()
    except ModuleNotFoundError:
        channel.send(failure_message(MissingExtraError("engine", "the embedded engine")))
        return None
    except ImportError as error:  # it is there and does not fit together
        channel.send(failure_message(InputError(_not_imported(error))))
        return None
    except _PIPELINE_ERRORS as error:
        channel.send(failure_message(InputError(_not_loaded(settings["path"], error))))
        return None
    channel.send({"ready": True})
    return pipeline


def _not_imported(error: ImportError) -> str:
    reason = " ".join(str(error).split())[-200:]
    return (
        f"the embedded engine's libraries do not fit together ({reason}); install them anew: "
        "pip install --upgrade --force-reinstall 'isocost[engine]'"
    )


def _not_loaded(path: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[-300:] or type(error).__name__
    return f"the engine cannot load {path} ({reason}); is it a whole model of the Llama family?"
