"""The harness over a stack in this process: what it asks, stamps, cuts and refuses."""

import threading

import pytest

from contract.target_contract import carried_out, plan
from doubles.counting_stack import BrokenStack, CountingStack
from isocost.core.errors import InputError, MeasurementError
from isocost.core.load import Load, RequestShape
from isocost.core.observation import Outcome
from isocost.engine.in_process import InProcessTarget


def test_times_are_those_of_the_stack():
    target = InProcessTarget(model="m", stack=CountingStack(first_s=0.05, gap_s=0.02))
    (one,), _ = carried_out(target, plan(shapes=(RequestShape(4, 3),), indices=(0,)))
    # 0.05 to the first token, 0.02 to each of two others: never less, and not much more
    assert 0.05 <= one.time_to_first_token_s < 0.25
    assert 0.04 <= one.chunk_at_s[-1] - one.chunk_at_s[0] < 0.4


def test_prompts_have_exact_lengths_and_belong_to_seed_and_number():
    def asked(**changes):
        stack = CountingStack()
        carried_out(InProcessTarget(model="m", stack=stack), plan(**changes))
        return stack.asked

    first = asked()
    assert [len(prompt) for prompt, _ in first] == [1, 12, 5, 1, 12, 5]
    assert all(0 <= token < 50 for prompt, _ in first for token in prompt)
    assert asked() == first
    assert asked(seed=4) != first
    assert asked(indices=(4,)) == [first[4]]
    assert first[1] != first[4]  # the same size, another prompt
    assert asked(indices=(), warmup=(RequestShape(12, 3), RequestShape(12, 3))) != [first[1], first[4]]


def test_a_request_beyond_its_time_is_cut_and_the_next_one_sent():
    target = InProcessTarget(model="m", stack=CountingStack(gap_s=0.02))
    asked = plan(shapes=(RequestShape(4, 500), RequestShape(4, 1)), indices=(0, 1), request_timeout_s=0.1)
    (cut, following), _ = carried_out(target, asked)
    assert (cut.outcome, cut.detail, cut.finish_reason) == (Outcome.TIMED_OUT, "longer than 0.1 s", None)
    assert 1 <= cut.output_tokens < 500
    assert following.outcome is Outcome.OK


def test_a_request_under_way_is_cancelled_when_it_is_to_stop():
    stop = threading.Event()
    target = InProcessTarget(model="m", stack=CountingStack(gap_s=0.01))
    threading.Timer(0.1, stop.set).start()
    seen, _ = carried_out(target, plan(shapes=(RequestShape(4, 5000),)), stop)
    assert [one.outcome for one in seen] == [Outcome.CANCELLED]


def test_one_request_at_a_time():
    with pytest.raises(InputError) as caught:
        carried_out(InProcessTarget(model="m", stack=CountingStack()), plan(load=Load(concurrency=4)))
    assert str(caught.value) == (
        "a stack in this process answers one request at a time, got 4 concurrent; give a concurrency of 1"
    )


def test_an_answer_of_another_length_ends_the_run():
    with pytest.raises(MeasurementError) as caught:
        carried_out(InProcessTarget(model="m", stack=CountingStack(short_by=1)), plan(indices=(1,)))
    assert str(caught.value) == (
        "m answered with 2 tokens where 3 were asked for; this architecture cannot be profiled in process"
    )


def test_what_is_finished_is_recorded_before_the_stack_fails():
    seen = []
    target = InProcessTarget(model="m", stack=BrokenStack())
    with pytest.raises(MeasurementError, match="out of memory"):
        target.measure(plan(), record=seen.append, stop=threading.Event())
    assert [one.index for one in seen] == [0]


def test_the_models_own_work_does_not_saturate_the_client():
    def busy(seconds):
        import time

        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass

    class Working(CountingStack):
        def answer(self, prompt, output_tokens, on_token):
            busy(0.2)
            super().answer(prompt, output_tokens, on_token)

    _, health = carried_out(InProcessTarget(model="m", stack=Working()), plan(indices=(0, 1)))
    assert health.cpu_share < 0.2
    assert not health.saturated
