"""The worker's turns, with a pipeline that only pretends."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from isocost.core.errors import InputError, MeasurementError, MissingExtraError
from isocost.engine import worker as worker_module
from isocost.engine.channel import Channel
from isocost.engine.child import failure_message, raise_failure
from isocost.engine.limits import Limits, Refusal
from isocost.engine.worker import Worker, main

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = {"vocabulary_size": 100, "context_length": 50, "kv_cache_tokens": 40}
SAMPLING = {"max_tokens": 2, "min_tokens": 0, "ignore_eos": True, "temperature": 0.0, "seed": None}


class Handle:
    """Counts up from the number of its request."""

    def __init__(self, number: int, length: int) -> None:
        self.number, self.length, self.made, self.cancelled = number, length, 0, False

    def cancel(self) -> None:
        self.cancelled = True


class Pretended:
    """Makes one token a step for every request."""

    def __init__(self, *_arguments: object) -> None:
        self.handles: list[Handle] = []
        self.steps = 0
        self.sampling: list[Any] = []

    def warm_up(self) -> None:
        pass

    def add(self, number: int, prompt: list[int], sampling: dict[str, Any]) -> Handle:
        assert prompt
        self.sampling.append(sampling)
        self.handles.append(Handle(number, sampling["max_tokens"]))
        return self.handles[-1]

    def step(self) -> None:
        self.steps += 1
        for handle in self.handles:
            handle.made += 1

    def read(self, handle: Handle) -> tuple[list[int], str | None]:
        return [handle.number + handle.made], "length" if handle.made == handle.length else None

    def encode(self, text: str) -> list[int]:
        if text == "long":
            raise Refusal("too long")
        return list(text.encode())

    def chat_text(self, messages: list[dict[str, str]]) -> str:
        return "".join(message["content"] for message in messages)


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours), Channel(theirs)


def made(ends: tuple[Channel, Channel]) -> tuple[Worker, Pretended]:
    pipeline = Pretended()
    return Worker(pipeline, ends[1], Limits(**LIMITS)), pipeline  # type: ignore[arg-type]


def received(channel: Channel) -> list[dict[str, Any]]:
    messages = []
    while (message := channel.receive(0.0)) is not None:
        messages.append(message)
    return messages


def generate(number: int, **change: Any) -> dict[str, Any]:
    return {"id": number, "do": "generate", "ids": [1, 2, 3], "sampling": SAMPLING, **change}


def test_one_message_a_step_carries_all_tokens(ends: tuple[Channel, Channel]) -> None:
    worker, _pipeline = made(ends)
    ends[0].send(generate(10))
    ends[0].send(generate(20))
    worker.turn()
    worker.turn()
    accepted_a, accepted_b, first, second = received(ends[0])
    assert [accepted_a, accepted_b] == [{"id": 10, "accepted": 3}, {"id": 20, "accepted": 3}]
    assert first["step"] == [[10, [11], None], [20, [21], None]]
    assert second["step"] == [[10, [12], "length"], [20, [22], "length"]]
    assert first["at"] < second["at"]


def test_texts_and_conversations_become_ids(ends: tuple[Channel, Channel]) -> None:
    worker, _pipeline = made(ends)
    ends[0].send({"id": 1, "do": "tokenize", "text": "ab"})
    ends[0].send({"id": 2, "do": "tokenize", "messages": [{"role": "user", "content": "c"}]})
    worker.turn()
    assert received(ends[0]) == [{"id": 1, "tokens": [97, 98]}, {"id": 2, "tokens": [99]}]


def test_refusals_are_told_and_nothing_is_computed(ends: tuple[Channel, Channel]) -> None:
    worker, pipeline = made(ends)
    ends[0].send({"id": 1, "do": "tokenize", "text": "long"})
    ends[0].send(generate(2, ids=[]))
    worker.turn()
    assert received(ends[0]) == [
        {"id": 1, "refused": "too long"},
        {"id": 2, "refused": "the prompt is empty; it needs at least one token"},
    ]
    assert pipeline.steps == 0


def test_length_defaults_to_what_fits_and_bounds_the_least(ends: tuple[Channel, Channel]) -> None:
    worker, pipeline = made(ends)
    ends[0].send(generate(1, sampling={**SAMPLING, "max_tokens": None, "min_tokens": 1000}))
    worker.turn()
    # The KV cache holds 40 tokens, 3 of them the prompt.
    assert (pipeline.sampling[0]["max_tokens"], pipeline.sampling[0]["min_tokens"]) == (37, 37)


def test_a_cancelled_request_is_freed_by_one_more_step(ends: tuple[Channel, Channel]) -> None:
    worker, pipeline = made(ends)
    ends[0].send(generate(1))
    worker.turn()
    received(ends[0])
    ends[0].send({"id": 1, "do": "cancel"})
    ends[0].send({"id": 99, "do": "cancel"})  # unknown: ended meanwhile
    worker.turn()
    assert pipeline.handles[0].cancelled
    assert pipeline.steps == 2
    assert received(ends[0]) == []


def test_what_is_left_is_cancelled_at_the_end(ends: tuple[Channel, Channel]) -> None:
    worker, pipeline = made(ends)
    ends[0].send(generate(1))
    worker.turn()
    worker.drop_all()
    assert pipeline.handles[0].cancelled
    assert pipeline.steps == 2


def run_main(
    monkeypatch: pytest.MonkeyPatch, pipeline: type, *messages: dict[str, Any], leave: bool = True
) -> list[Any]:
    """What a whole worker says, whose parent sends `messages` and may `leave` at once."""
    monkeypatch.setattr(worker_module, "Pipeline", pipeline)
    ours, theirs = socket.socketpair()
    settings = {"path": "model.gguf", "knobs": {}, "limits": LIMITS}
    channel = Channel(ours)
    for message in messages:
        channel.send(message)
    if leave:
        ours.shutdown(socket.SHUT_WR)
    main([str(theirs.detach()), str(os.getppid()), json.dumps(settings)])
    with ours:
        answers: list[Any] = []
        while len(answers) < 10:
            try:
                answers.append(channel.receive(1.0))
            except (EOFError, ConnectionError):
                return answers
        raise AssertionError(f"the worker goes on: {answers}")


def test_a_worker_says_it_is_ready_and_ends_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_main(monkeypatch, Pretended)[0] == {"ready": True}


@pytest.mark.parametrize("fails", [False, True])
def test_a_parent_that_leaves_while_the_model_loads_ends_it_quietly(
    monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    ours, theirs = socket.socketpair()

    class Left(Pretended):
        def __init__(self, *_arguments: object) -> None:
            ours.close()
            if fails:
                raise RuntimeError("no such op")

    monkeypatch.setattr(worker_module, "Pipeline", Left)
    settings = {"path": "model.gguf", "knobs": {}, "limits": LIMITS}
    main([str(theirs.detach()), str(os.getppid()), json.dumps(settings)])  # raises nothing


def test_a_failing_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(Pretended):
        def step(self) -> None:
            raise RuntimeError("out of\nmemory")

    assert run_main(monkeypatch, Failing, generate(1), leave=False) == [
        {"ready": True},
        {"id": 1, "accepted": 3},
        {"fatal": "out of memory"},
    ]
    run_main(monkeypatch, Failing, generate(1))  # and when the parent has left, it fails for nobody


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            RuntimeError("no\nsuch op"),
            InputError,
            "the engine cannot load model.gguf (no such op); is it a whole model of the Llama family?",
        ),
        (
            ModuleNotFoundError("no module"),
            MissingExtraError,
            "the embedded engine needs the extra [engine]: pip install 'isocost[engine]'",
        ),
        (
            ImportError("undefined\nsymbol"),  # as where parts of openvino are of different versions
            InputError,
            "the embedded engine's libraries do not fit together (undefined symbol); install them anew: "
            "pip install --upgrade --force-reinstall 'isocost[engine]'",
        ),
    ],
)
def test_a_model_that_does_not_load_is_told(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception], message: str
) -> None:
    class Failing(Pretended):
        def __init__(self, *_arguments: object) -> None:
            raise error

    (told,) = run_main(monkeypatch, Failing)
    with pytest.raises(kind) as caught:
        raise_failure(told)
    assert str(caught.value) == message


def test_other_failures_cross_as_measurement_errors() -> None:
    with pytest.raises(MeasurementError, match=r"^it died$"):
        raise_failure(failure_message(MeasurementError("it died")))
