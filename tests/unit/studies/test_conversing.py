"""Conversations as a stage: turns that are left of a run, lengths with history, when conversations arrive."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.journal import ConversationSpec, LoadStage, OpenLoopSpec, TargetSpec
from isocost.studies.asking import settle
from isocost.studies.plans import planned_runs, remaining
from isocost.studies.rehearsal import rehearse_stage
from isocost.studies.sizes import shapes_of

SHAPES = (RequestShape(10, 2), RequestShape(20, 4), RequestShape(5, 1))


def talk(**changes):
    given = {
        "target": TargetSpec(url="http://127.0.0.1:1"),
        "workload": "w",
        "shapes": SHAPES,
        "concurrency": (2,),
        "repeats": 1,
        "requests_per_level": 9,
        "conversation": ConversationSpec(turns=3, think_time_s=0.5),
    }
    return LoadStage(**(given | changes))


def left(stage, done=(), spent_s=0.0):
    (run,) = planned_runs(stage)
    return remaining(run, done=frozenset(done), spent_s=spent_s, timeout_s=9.0)


def test_a_number_of_requests_is_whole_conversations():
    plan = left(talk())
    assert (plan.indices, plan.turns, plan.think_time_s) == ((0, 3, 6), 3, 0.5)


def test_conversations_that_were_cut_go_on_with_the_turn_that_is_missing():
    assert left(talk(), done={0, 1, 2, 3}).indices == (4, 6)
    assert left(talk(), done=set(range(8))).indices == (8,)
    assert left(talk(), done=set(range(9))) is None


def test_of_a_duration_new_ones_are_begun():
    plan = left(talk(requests_per_level=None, duration_s=10.0), done={0, 1, 3}, spent_s=4.0)
    assert (plan.indices, plan.first_index, plan.index_step, plan.duration_s) == (None, 6, 3, 6.0)


def test_conversations_arrive_as_seldom_as_they_have_turns():
    loop = {"concurrency": (), "open_loop": OpenLoopSpec(request_rates=(30.0,), arrivals="constant")}
    (run,) = planned_runs(talk(**loop))
    assert run.load.rate_per_s == 30.0  # requests
    assert np.allclose(run.due_s, [0.0, 0.1, 0.2])  # 10 conversations a second
    plan = left(talk(**loop), done={0, 1})
    assert plan.indices == (3, 6)
    assert np.allclose(plan.due_s, [0.0, 0.1])
    (scheduled,) = planned_runs(
        talk(
            concurrency=(),
            requests_per_level=None,
            open_loop=OpenLoopSpec(schedule=("30x2",), arrivals="constant"),
        )
    )
    assert len(scheduled.due_s) == 20


def test_the_longest_request_has_the_whole_history():
    # 12 + 24 + 5 = 41 in and 1 out; 24 + 6 + 10 = 40 in, 2 out; 6 + 12 + 20 = 38 in, 4 out
    assert set(shapes_of(talk())) == {RequestShape(41, 1), RequestShape(40, 2), RequestShape(38, 4)}


def test_a_conversation_longer_than_the_model_holds_is_refused():
    from types import SimpleNamespace

    ready = SimpleNamespace(
        target=SimpleNamespace(model="m"), deployment=SimpleNamespace(name="d"), context_length=41
    )
    with pytest.raises(InputError) as caught:
        settle(talk(), ready)
    assert str(caught.value) == (
        "the longest conversation has 42 tokens and the model holds 41; ask for fewer --turns or "
        "shorter ones: --workload chat-small, or --input-tokens and --output-tokens"
    )
    ready.context_length = 42
    assert settle(talk(), ready).deployment == "d"


def test_a_rehearsal_counts_the_history(tmp_path):
    (level,) = rehearse_stage(tmp_path, talk()).levels
    # three conversations of 10, 12 + 20 and 12 + 24 + 5 tokens in; warm-up: 10 and 20
    assert level.input_tokens == 3 * (10 + 32 + 41) + 30
    assert level.output_tokens == 3 * 7 + 6
