"""A plan that is dealt out sends what the whole would have sent, each request once."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.core.errors import InputError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.execution import deal
from isocost.measurement.request import RequestQueue

SHAPES = (RequestShape(8, 4), RequestShape(16, 2))


class _Numbers:
    """Words nothing: a request is its number."""

    def write(self, index, shape, *, seed, warmup, parts):
        return SimpleNamespace(index=index, warmup=warmup)


def sent(plan, count):
    queue = RequestQueue(_Numbers(), plan, ahead=1)
    return [queue.take().index for _ in range(count)]


@given(
    streams=st.integers(1, 40),
    workers=st.integers(1, 12),
    indices=st.lists(st.integers(0, 10_000), unique=True, max_size=120).map(sorted),
    warmups=st.integers(0, 50),
)
def test_streams_and_requests_of_a_closed_loop_are_dealt_out_each_once(streams, workers, indices, warmups):
    plan = RunPlan(
        load=Load(concurrency=streams),
        shapes=SHAPES,
        indices=tuple(indices),
        warmup=tuple(SHAPES[number % 2] for number in range(warmups)),
    )
    parts = deal(plan, workers)
    assert 1 <= len(parts) <= workers
    assert sorted(index for part in parts for index in part.indices) == indices
    assert sum(part.load.concurrency for part in parts) == streams
    assert sorted(map(str, (shape for part in parts for shape in part.warmup))) == sorted(
        map(str, plan.warmup)
    )
    assert all(list(part.indices) == sorted(part.indices) for part in parts)
    each = [len(part.indices) / part.load.concurrency for part in parts]
    assert max(each) - min(each) <= 1  # each stream has as much to do as any other


@given(
    streams=st.integers(1, 20), workers=st.integers(1, 8), first=st.integers(0, 99), share=st.integers(1, 30)
)
def test_with_a_duration_the_workers_count_past_each_other(streams, workers, first, share):
    plan = RunPlan(load=Load(concurrency=streams), shapes=SHAPES, first_index=first, duration_s=60.0)
    parts = deal(plan, workers)
    numbers = [number for part in parts for number in sent(part, share)]
    assert sorted(numbers) == list(range(first, first + share * len(parts)))


@given(
    due=st.lists(st.floats(0, 1e4), max_size=80).map(sorted),
    workers=st.integers(1, 12),
)
def test_requests_of_an_open_loop_keep_the_instants_at_which_they_are_due(due, workers):
    plan = RunPlan(load=Load(rate_per_s=5.0), shapes=SHAPES, indices=tuple(range(len(due))), due_s=tuple(due))
    parts = deal(plan, workers)
    dealt = [pair for part in parts for pair in zip(part.indices, part.due_s, strict=True)]
    assert sorted(dealt) == list(enumerate(due))
    assert sum(part.load.rate_per_s for part in parts) == pytest.approx(5.0)


def test_no_more_are_in_flight_together_than_may_be():
    plan = RunPlan(
        load=Load(rate_per_s=5.0), shapes=SHAPES, indices=tuple(range(9)), due_s=(0.0,) * 9, max_in_flight=3
    )
    assert [part.max_in_flight for part in deal(plan, 2)] == [2, 1]
    assert [part.max_in_flight for part in deal(plan, 8)] == [1, 1, 1]


def test_a_part_that_is_dealt_out_again_still_counts_past_the_others():
    plan = RunPlan(load=Load(concurrency=4), shapes=SHAPES, duration_s=1.0)
    quarters = [quarter for half in deal(plan, 2) for quarter in deal(half, 2)]
    assert sorted((part.first_index, part.index_step) for part in quarters) == [
        (0, 4),
        (1, 4),
        (2, 4),
        (3, 4),
    ]


def test_nobody_cannot_be_dealt_to():
    with pytest.raises(InputError, match="at least 1 worker, got 0"):
        deal(RunPlan(load=Load(concurrency=1), shapes=SHAPES, indices=(0,)), 0)


def test_requests_are_counted_up():
    with pytest.raises(InputError, match="counted up by at least 1, got 0"):
        RunPlan(load=Load(concurrency=1), shapes=SHAPES, duration_s=1.0, index_step=0)
