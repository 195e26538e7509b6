from __future__ import annotations

import json
from typing import Any

import pytest

from isocost.core.observation import Outcome
from isocost.measurement.answer import Answer, one_line
from isocost.measurement.wire import ResponseParser

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"


def read(*documents: Any, most: int = 100) -> Answer:
    """Read one event each second, from second 0."""
    head, answer = ResponseParser(), Answer(most)
    head.feed(STREAM)
    for second, document in enumerate(documents):
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        answer.take(b"data: %b\n\n" % data, float(second), head)
    answer.settle_last_chunk()
    head.end()
    assert answer.verdict(head).outcome in Outcome
    return answer


def text(said: str, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "text": said, "finish_reason": finish}], **more}


def usage(tokens: int) -> dict[str, Any]:
    return {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": tokens}}


def test_an_empty_end_counts_only_if_the_server_counted_it() -> None:
    # an end-of-text token has no text: two chunks came, the server counted three tokens
    assert read(text("a"), text("b"), text("", "stop"), usage(3)).chunk_at_s == [0.0, 1.0, 2.0]
    assert read(text("a"), text("b"), text("", "stop"), usage(2)).chunk_at_s == [0.0, 1.0]
    assert read(text("a"), text("b"), text("", "stop")).chunk_at_s == [0.0, 1.0]


def test_several_tokens_in_a_chunk_are_known_where_the_server_says() -> None:
    growing = [
        text(said, usage={"completion_tokens": count}) for said, count in (("a", 1), ("bc", 3), ("d", 4))
    ]
    assert read(*growing).chunk_tokens == (1, 2, 1)
    assert read(*growing[:1], text("bc")).chunk_tokens is None  # not said for every chunk


def test_tokens_in_chunks_without_output_belong_to_the_next_one() -> None:
    """A token that is half a character makes no text, but is listed."""
    withheld = {"choices": [{"delta": {}, "token_ids": [7]}]}
    listed = {"choices": [{"text": "a", "token_ids": [1]}]}
    assert read(listed, withheld, withheld, listed, withheld).chunk_tokens == (1, 3)


def test_an_answer_of_one_chunk_has_all_tokens_in_it() -> None:
    assert read(text("a b c", "stop", usage={"completion_tokens": 3})).chunk_tokens == (3,)


def reasoned(said: str, key: str = "reasoning_content") -> dict[str, Any]:
    return {"choices": [{"delta": {key: said}}]}


def content(said: str) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": said}}]}


def test_reasoning_is_counted_by_its_chunks_where_each_is_a_token() -> None:
    parts = [reasoned("a"), reasoned("b"), reasoned("c"), content("d"), content("e")]
    assert read(*parts, usage(5)).reasoning_tokens == 3
    assert read(*parts, usage(9)).reasoning_tokens is None  # some chunk holds several tokens
    assert read(*parts).reasoning_tokens is None  # nobody counted
    assert read(content("d"), usage(1)).reasoning_tokens is None


@pytest.mark.parametrize(("told", "tokens"), [(7, 7), (0, 2)])
def test_reasoning_is_what_the_server_counts_unless_it_says_none_of_some(told: int, tokens: int) -> None:
    counted = usage(3)
    counted["usage"]["completion_tokens_details"] = {"reasoning_tokens": told}
    assert read(reasoned("a"), reasoned("b"), content("c"), counted).reasoning_tokens == tokens


def test_reasoning_in_chunks_of_several_tokens_is_their_sum() -> None:
    parts = [({"delta": {"reasoning": "ab"}}, [1, 2]), ({"delta": {"content": "c"}}, [3])]
    events = [{"choices": [{**choice, "token_ids": ids}]} for choice, ids in parts]
    assert read(*events).reasoning_tokens == 2


def test_chunks_alike_are_recognised_without_being_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    original = json.loads
    monkeypatch.setattr(json, "loads", lambda data: parsed.append(data) or original(data))
    answer = read(*(text(f" word{number}") for number in range(50)), text(" end", "length"))
    assert len(answer.chunk_at_s) == 51
    assert len(parsed) == 2  # the first chunk, and the last one, which says more


def test_an_endless_answer_is_given_up() -> None:
    assert read(*[text("a")] * 20, most=10).error == "an answer that goes on after 10 chunks"


def test_nothing_is_read_after_an_error() -> None:
    answer = read(text("a"), b"{oops", text("b"))
    assert answer.chunk_at_s == [0.0]
    assert answer.error is not None
    assert answer.error.startswith("an event that is no JSON: ")


@pytest.mark.parametrize("finish", ["abort", "error"])
def test_a_server_that_gives_up_cut_the_answer_off(finish: str) -> None:
    head, answer = ResponseParser(), Answer(10)
    answer.take(head.feed(STREAM + b"data: %b\n\n" % json.dumps(text("a", finish)).encode()), 0.0, head)
    head.end()
    assert answer.verdict(head).outcome is Outcome.CUT_OFF


def test_one_line_is_short_and_printable() -> None:
    assert one_line("a\x1b]0;evil\x07\r\n b\u202e" + "c" * 500) == ("a ]0;evil b " + "c" * 500)[:199] + "…"
