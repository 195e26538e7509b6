from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from isocost.core.errors import InputError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.measurement.address import resolve_address
from isocost.measurement.dialect import Dialect
from isocost.measurement.prompts import IdPrompts
from isocost.measurement.request import RequestQueue, RequestWriter, head_of

ADDRESS = resolve_address("http://h:8000")


def writer() -> RequestWriter:
    head = head_of(ADDRESS, "POST", "/v1/completions", {"Authorization": "Bearer sesame"})
    return RequestWriter(head=head, dialect=Dialect(model="m"), prompts=IdPrompts(ids=(7, 8, 9)))


def plan(**options: object) -> RunPlan:
    shapes = (RequestShape(2, 1), RequestShape(5, 3))
    return RunPlan(load=Load(concurrency=1), shapes=shapes, **{"indices": (3, 4), **options})  # type: ignore[arg-type]


def test_a_request_is_whole() -> None:
    request = writer().write(3, RequestShape(5, 3), seed=0, warmup=False)
    head, _, body = request.wire.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v1/completions HTTP/1.1"
    assert {"Host: h:8000", "Authorization: Bearer sesame", f"Content-Length: {len(body)}"} <= set(lines)
    assert len(json.loads(body)["prompt"]) == 5
    assert request.input_tokens == 5
    assert "sesame" not in f"{request!r} {writer()!r}"


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ({"a b": "c"}, "a header has a name of letters, digits and hyphens, got 'a b'"),
        ({"Host": "x"}, "the header 'Host' is set by isocost itself; leave it out"),
        ({"X": "a\r\nY: b"}, "the value of the header 'X' must be one line of printable ASCII"),
    ],
)
def test_headers_that_cannot_be_sent(headers: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        head_of(ADDRESS, "POST", "/", headers)
    assert str(caught.value) == sentence


def test_a_queue_gives_the_plans_requests_in_order() -> None:
    queue = RequestQueue(writer(), plan(), ahead=1)
    assert [queue.prepare(), queue.prepare()] == [True, False]  # room for one
    taken = [queue.take(), queue.take(), queue.take()]
    # request i has shape i modulo 2: 3 has the second shape, 4 the first
    assert [(one.index, one.shape.input_tokens) for one in taken if one] == [(3, 5), (4, 2)]
    assert taken[2] is None


def test_warmup_comes_first_and_has_its_own_numbers() -> None:
    queue = RequestQueue(writer(), plan(warmup=(RequestShape(1, 1),) * 2), ahead=4)
    taken = [(one.index, one.warmup) for one in iter(queue.take, None) if one]
    assert taken == [(0, True), (1, True), (3, False), (4, False)]


def test_time_ends_a_queue_without_indices() -> None:
    timed = plan(indices=None, duration_s=0.05, first_index=9, warmup=(RequestShape(1, 1),))
    queue = RequestQueue(writer(), timed, ahead=1)
    assert (warm := queue.take()) is not None
    time.sleep(0.06)  # warming up takes no time from the plan
    assert (first := queue.take()) is not None
    assert (warm.warmup, first.warmup, first.index) == (True, False, 9)
    time.sleep(0.06)
    assert queue.take() is None


def test_a_salt_gives_other_prompts_of_the_same_length() -> None:
    """A server that keeps prefixes must not know the prompts of an earlier measurement."""
    plain, salted = writer(), replace(writer(), salt=12345)
    shape = RequestShape(50, 3)

    def prompt(one: RequestWriter) -> list[int]:
        return json.loads(one.write(0, shape, seed=7, warmup=False).wire.partition(b"\r\n\r\n")[2])["prompt"]

    assert len(prompt(salted)) == 50
    assert prompt(salted) == prompt(replace(writer(), salt=12345))
    # 50 draws from 3 ids agree everywhere with probability 3**-50
    assert prompt(salted) != prompt(plain)
