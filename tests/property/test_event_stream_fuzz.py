"""Twenty thousand streams and answers each, made up: no crash, and as a naive reader reads, however split.

`benchmarks/fuzz_event_stream.py` does the same with a million, and with inputs that look for new branches.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from doubles.stream_noise import (
    ANSWER_HEADS,
    EVENT_WORDS,
    WIRE_WORDS,
    check_answer,
    check_events,
    spelled,
)

# each example is a batch: ten inputs as words, and the same ten as bytes
thousand = settings(
    max_examples=1_000,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
batches = st.lists(st.binary(max_size=20), min_size=10, max_size=10)
places = st.binary(max_size=5)


@thousand
@given(batch=batches, places=places)
def test_many_streams_agree_with_a_naive_reader(batch: list[bytes], places: bytes) -> None:
    for choices in batch:
        check_events(spelled(choices, EVENT_WORDS), places)
        check_events(choices, places)


@thousand
@given(batch=batches, places=places)
def test_many_answers_agree_with_a_naive_reader(batch: list[bytes], places: bytes) -> None:
    for choices in batch:
        check_answer(ANSWER_HEADS[len(choices) % 4] + spelled(choices[:12], WIRE_WORDS), places)
        check_answer(choices, places)
