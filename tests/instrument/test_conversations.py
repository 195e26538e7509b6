"""Conversations and shared prefixes over real sockets: a server checks what it is told."""

from __future__ import annotations

import itertools
import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from doubles.talker import talking
from isocost.core.errors import InputError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.core.prefix import BlockPrefixes, SharedPrefix
from isocost.measurement import Dialect, HttpTarget, IdPrompts, PromptRules, open_target, resolve_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doubles.talker import Exchange, Talker

SHAPES = (RequestShape(8, 3), RequestShape(5, 4), RequestShape(12, 2))


def plan_of(**changes: Any) -> RunPlan:
    given: dict[str, Any] = {
        "load": Load(concurrency=2),
        "shapes": SHAPES,
        "indices": (0, 3, 6, 9),
        "turns": 3,
        "request_timeout_s": 20.0,
        "seed": 5,
    }
    return RunPlan(**(given | changes))


def carry_out(talker: Talker, plan: RunPlan, kind: Any = "chat") -> list[Observation]:
    rows: list[Observation] = []
    target = open_target(talker.url, "m", endpoint_type=kind, prompts=PromptRules(texts=True))
    target.measure(plan, record=rows.append, stop=threading.Event())
    return rows


def conversations(seen: Sequence[Exchange]) -> dict[str, list[Exchange]]:
    """Put requests together that begin with the same words, in the order in which they came."""
    found: dict[str, list[Exchange]] = defaultdict(list)
    for each in seen:
        found[" ".join(each.whole.split()[:5])].append(each)
    return found


@pytest.mark.parametrize("kind", ["chat", "completions"])
def test_each_turn_carries_the_real_answers_before_it(kind: Any) -> None:
    with talking() as talker:
        rows = carry_out(talker, plan_of(), kind)
    talks = conversations(talker.timed)
    assert len(talks) == 4
    for talk in talks.values():
        assert len(talk) == 3
        for before, after in itertools.pairwise(talk):
            assert after.whole.startswith(before.whole + before.said)  # word for word, é included
            if kind == "chat":
                roles = [message["role"] for message in after.body["messages"]]
                assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
    # turn 0 has 8 words; 3 are answered and 5 added: 16; 4 more and 12: 32
    told = sorted((row.index, row.requested_input_tokens, row.input_tokens) for row in rows)
    assert [asked for _, asked, _ in told] == [8, 16, 32] * 4
    assert [counted for _, _, counted in told] == [8, 16, 32] * 4
    assert sorted(row.index for row in rows) == list(range(12))


def test_users_think_before_they_go_on() -> None:
    with talking() as talker:
        rows = sorted(
            carry_out(talker, plan_of(indices=(0, 3), think_time_s=0.15)), key=lambda row: row.index
        )
    for before, after in itertools.pairwise(rows):
        if after.index % 3:
            assert after.sent_at_s - before.done_at_s >= 0.149
            assert after.sent_at_s - before.done_at_s < 1.0


def test_conversations_that_arrive_are_timed_from_when_a_turn_was_due() -> None:
    due = (0.0, 0.05, 0.1, 0.1)
    plan = plan_of(load=Load(rate_per_s=10.0), due_s=due, think_time_s=0.1)
    with talking() as talker:
        rows = sorted(carry_out(talker, plan), key=lambda row: row.index)
    assert [row.index for row in rows] == list(range(12))
    start = rows[0].due_at_s
    assert np.allclose([row.due_at_s - start for row in rows[::3]], due, atol=1e-6)
    for before, after in itertools.pairwise(rows):
        if after.index % 3:
            assert after.due_at_s == pytest.approx(before.done_at_s + 0.1, abs=1e-6)
            assert after.sent_at_s >= after.due_at_s
    assert all(len(talk) == 3 for talk in conversations(talker.timed).values())


def test_a_failed_turn_ends_its_conversation_and_no_other() -> None:
    def fail_the_second_turn_of_the_first(number: int, body: Any) -> Any:
        if len(body["messages"]) == 3 and not failed:
            failed.append(number)
            return [b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}"]
        return None

    failed: list[int] = []
    with talking(fail_the_second_turn_of_the_first) as talker:
        rows = carry_out(talker, plan_of())
    outcomes = sorted((row.index, row.outcome) for row in rows)
    wrong = [index for index, outcome in outcomes if outcome is not Outcome.OK]
    assert len(wrong) == 1
    assert wrong[0] % 3 == 1
    assert [index for index, _ in outcomes] == [n for n in range(12) if n != wrong[0] + 1]


def test_a_conversation_that_was_cut_begins_again_and_what_was_measured_does_not_count() -> None:
    with talking() as talker:
        rows = carry_out(talker, plan_of(indices=(5, 6)))  # turn 2 of conversation 1, all of conversation 2
    told = sorted((row.index, row.warmup) for row in rows)
    assert told == [(3, True), (4, True), (5, False), (6, False), (7, False), (8, False)]
    last = max(conversations(talker.timed).values(), key=lambda talk: "answer" in talk[-1].whole)
    assert len(last[-1].body["messages"]) == 5  # its history was said again


def test_no_turn_is_sent_after_the_duration() -> None:
    plan = plan_of(indices=None, index_step=3, duration_s=0.4, think_time_s=0.05)
    with talking() as talker:
        began = time.monotonic()
        rows = carry_out(talker, plan)
    sent = [row.sent_at_s for row in rows]
    assert max(sent) - min(sent) <= 0.45
    assert time.monotonic() - began < 10
    assert len({row.index for row in rows}) == len(rows) > 6


def test_requests_of_a_group_begin_alike_and_no_others() -> None:
    plan = plan_of(
        turns=1,
        indices=tuple(range(8)),
        shapes=(RequestShape(20, 2),),
        prefixes=SharedPrefix(tokens=12, groups=2),
    )
    with talking() as talker:
        carry_out(talker, plan)
    texts = [each.whole.split() for each in talker.timed]
    assert {len(text) for text in texts} == {20}  # the prefix counts in the length
    heads = [" ".join(text[:12]) for text in texts]
    assert len(set(heads)) == 2
    assert {heads.count(head) for head in heads} == {4}
    assert len({" ".join(text[12:]) for text in texts}) == 8


def test_conversations_share_a_prefix_too() -> None:
    with talking() as talker:
        carry_out(talker, plan_of(shapes=(RequestShape(20, 2),), prefixes=SharedPrefix(tokens=12)))
    assert len({" ".join(each.whole.split()[:12]) for each in talker.timed}) == 1
    assert len({" ".join(each.whole.split()[:20]) for each in talker.timed}) == 4


def test_blocks_of_a_trace_are_the_same_wherever_their_number_is() -> None:
    blocks = ((0, 1), (0, 2), (0, 1, 3))
    shapes = (RequestShape(16, 2), RequestShape(13, 2), RequestShape(20, 2))
    plan = plan_of(
        turns=1, indices=(0, 1, 2), shapes=shapes, prefixes=BlockPrefixes(blocks=blocks, block_tokens=8)
    )
    with talking() as talker:
        carry_out(talker, plan)
    texts = sorted((each.whole.split() for each in talker.timed), key=len)
    short, middle, long = texts
    assert [len(text) for text in texts] == [13, 16, 20]
    assert short[:8] == middle[:8] == long[:8]
    assert middle[8:16] == long[8:16]
    assert short[8:13] != middle[8:13]


def test_conversations_in_token_ids_are_refused() -> None:
    target = HttpTarget(
        address=resolve_address("http://127.0.0.1:9"),
        dialect=Dialect(model="m"),
        prompts=IdPrompts(ids=(1, 2)),
    )
    with pytest.raises(InputError, match="conversations are made of texts"):
        target.measure(plan_of(), record=lambda row: None, stop=threading.Event())
