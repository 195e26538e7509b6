"""What every target that can be measured must keep to; inherit the class and give a fixture ``target``."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Outcome

SHAPES = (RequestShape(1, 1), RequestShape(12, 3), RequestShape(5, 2))


def plan(**changes):
    fields = {"load": Load(concurrency=1), "shapes": SHAPES, "indices": tuple(range(6)), "seed": 3}
    return RunPlan(**{**fields, **changes})


def carried_out(target, asked, stop=None):
    """Return what `target` records of a plan, and its health."""
    seen = []
    health = target.measure(asked, record=seen.append, stop=stop or threading.Event())
    return seen, health


class TargetContract:
    """Laws of `isocost.core.ports.Target`, in a closed loop of one."""

    def test_it_tells_its_model(self, target):
        assert isinstance(target.model, str)
        assert target.model

    def test_each_request_of_the_plan_is_recorded_once_with_its_sizes(self, target):
        seen, _ = carried_out(target, plan(indices=(4, 0, 2)))
        assert [one.index for one in seen] == [4, 0, 2]
        for one in seen:
            shape = SHAPES[one.index % 3]
            assert (one.requested_input_tokens, one.requested_output_tokens) == (
                shape.input_tokens,
                shape.output_tokens,
            )
            assert (one.input_tokens, one.output_tokens) == (shape.input_tokens, shape.output_tokens)
            assert (one.outcome, one.warmup) == (Outcome.OK, False)
            assert sum(one.chunk_tokens or (1,) * len(one.chunk_at_s)) == shape.output_tokens

    def test_instants_are_in_order_on_the_monotonic_clock(self, target):
        before_s = time.monotonic()
        seen, _ = carried_out(target, plan())
        after_s = time.monotonic()
        for one in seen:
            instants = (before_s, one.due_at_s, one.sent_at_s, *one.chunk_at_s, one.done_at_s, after_s)
            assert list(instants) == sorted(instants)
        for one, following in pairwise(seen):
            assert one.done_at_s <= following.sent_at_s

    def test_warm_up_comes_first_and_is_marked(self, target):
        seen, _ = carried_out(target, plan(indices=(0,), warmup=(RequestShape(2, 2), RequestShape(3, 1))))
        assert [(one.warmup, one.requested_input_tokens) for one in seen] == [
            (True, 2),
            (True, 3),
            (False, 1),
        ]

    def test_a_timed_run_counts_up_and_ends(self, target):
        began_s = time.monotonic()
        seen, _ = carried_out(target, plan(indices=None, duration_s=0.2, first_index=7))
        assert time.monotonic() - began_s >= 0.2
        assert [one.index for one in seen] == list(range(7, 7 + len(seen)))

    def test_nothing_is_sent_once_it_is_to_stop(self, target):
        stop = threading.Event()
        stop.set()
        seen, _ = carried_out(target, plan(warmup=(RequestShape(2, 2),)), stop)
        assert seen == []

    def test_health_is_told_in_shares(self, target):
        _, health = carried_out(target, plan())
        assert 0 <= health.cpu_share <= 1
        assert health.machine_busy_share is None or 0 <= health.machine_busy_share <= 1
