from __future__ import annotations

import pytest

from doubles.closed_loops import PROVENANCE, request, run_of, stream
from isocost.core.errors import EstimationError
from isocost.core.observation import ClientHealth, Outcome
from isocost.statistics.window import operating_point


def codes(*args: object, **kwargs: object) -> set[str]:
    point = operating_point(run_of(*args, **kwargs), provenance=PROVENANCE)  # type: ignore[arg-type]
    return {caution.code for caution in point.cautions}


def test_one_stream_by_hand() -> None:
    # 41 requests back to back, .5 s each, 4 tokens: sent at 0, .5, ..., 20; window 20 s holds 40 of them
    point = operating_point(run_of(stream(41)), provenance=PROVENANCE)
    assert point.window_s == 20
    assert point.output_tokens_per_second.value == pytest.approx(40 * 4 / 20)
    assert point.requests_per_second is not None
    assert point.requests_per_second.value == pytest.approx(40 / 20)
    assert point.input_tokens_per_second is not None
    assert point.input_tokens_per_second.value == pytest.approx(40 * 8 / 20)
    assert point.mean_concurrency == pytest.approx(1)
    assert (point.requests, point.failures, point.cautions) == (41, 0, ())
    assert point.output_tokens_per_second.method == "batch means, 20 batches"  # 20 s / (2 * .5 s)


def test_latencies_by_hand() -> None:
    point = operating_point(run_of(stream(41)), provenance=PROVENANCE)
    # first token after .125, three gaps of .125, the last token after .5
    for latency, value in ((point.ttft, 0.125), (point.tpot, 0.125), (point.gaps, 0.125), (point.e2e, 0.5)):
        assert latency is not None
        assert latency.mean is not None
        assert latency.mean.value == pytest.approx(value)
        assert latency.percentiles[50.0].value == pytest.approx(value)
        assert 95.0 in latency.percentiles  # 41 >= 20
        assert 99.0 not in latency.percentiles  # 41 < 100


def test_two_streams_are_measured_while_both_are_busy() -> None:
    # streams from 0 and .25, 40 requests each: steady from .25 to 19.75 (the second's last one is sent),
    # each stream gives 8 tokens a second throughout
    rows = [*stream(40), *stream(40, begin_s=0.25, first_index=40)]
    point = operating_point(run_of(rows, concurrency=2), provenance=PROVENANCE)
    assert point.window_s == pytest.approx(19.5)
    assert point.output_tokens_per_second.value == pytest.approx(16)
    assert point.mean_concurrency == pytest.approx(2)
    assert point.requests_per_second is not None
    assert point.requests_per_second.value == pytest.approx(4)


def test_segments_add_up_tokens_and_time() -> None:
    # 20 and 10 requests: windows of 9.5 s with 19, and of 4.5 s with 9
    point = operating_point(run_of(stream(20), stream(10, begin_s=500.0)), provenance=PROVENANCE)
    assert point.window_s == pytest.approx(14)
    assert point.output_tokens_per_second.value == pytest.approx(28 * 4 / 14)


def test_a_segment_too_short_to_be_steady_is_left_out() -> None:
    point = operating_point(run_of(stream(20), stream(2, begin_s=500.0)), provenance=PROVENANCE)
    assert point.window_s == pytest.approx(9.5)
    assert point.requests == 22  # its latencies count


def test_failed_requests_cost_time_and_yield_nothing() -> None:
    # every second request breaks off after two of its four tokens
    rows = [
        request(i, 0.5 * i) if i % 2 == 0 else request(i, 0.5 * i, outcome=Outcome.CUT_OFF) for i in range(41)
    ]
    point = operating_point(run_of(rows), provenance=PROVENANCE)
    assert point.output_tokens_per_second.value == pytest.approx(20 * 4 / 20)  # 20 good ones in 20 s
    assert (point.requests, point.failures) == (21, 20)
    assert point.mean_concurrency == pytest.approx(1)
    assert (
        "20 of 41 requests of '1 concurrent #0' failed; their time is paid for, their tokens are not counted"
        in {caution.text for caution in point.cautions}
    )


def test_a_window_shorter_than_three_requests_gives_way_to_the_whole_span() -> None:
    # 3 requests: the steady part, 1 s, is two requests long; whole: 12 tokens in 1.5 s
    point = operating_point(run_of(stream(3)), provenance=PROVENANCE)
    assert point.window_s == pytest.approx(1.5)
    assert point.output_tokens_per_second.value == pytest.approx(8)
    assert {caution.code for caution in point.cautions} == {"short-window", "few-requests"}


def test_a_single_request_is_still_a_point() -> None:
    point = operating_point(run_of([request(0, 0.0)]), provenance=PROVENANCE)
    assert point.output_tokens_per_second.value == pytest.approx(8)
    assert point.ttft is not None
    assert point.ttft.percentiles == {}


def test_doubts_become_cautions() -> None:
    assert codes(stream(41)) == set()
    assert codes(stream(29)) == {"few-requests"}
    assert codes(stream(41), health=ClientHealth(cpu_share=0.95)) == {"client-saturated"}
    assert codes(stream(41), health=ClientHealth(cpu_share=0.1, clock_steps=2)) == {"clock-stepped"}
    assert codes(stream(41), finished=False) == {"unfinished"}
    short = [request(i, 0.5 * i, requested_output_tokens=9) for i in range(41)]
    assert codes(short) == {"short-answers"}
    uncounted = [request(i, 0.5 * i, output_tokens=None, counted_by=None) for i in range(41)]
    assert codes(uncounted) == {"tokens-not-counted"}
    warm = [request(i, 0.5 * i, cached_tokens=4 if i % 8 == 0 else 0) for i in range(41)]
    assert codes(warm) == {"warm-prefixes"}  # 6 of 41 requests x 4 of 8 tokens = 7.3 % > 5 %
    hardly = [request(i, 0.5 * i, cached_tokens=4 if i % 16 == 0 else 0) for i in range(41)]
    assert codes(hardly) == set()  # 3 of 41 x 4 of 8 = 3.7 %
    silent = [request(i, 0.5 * i, chunk_at_s=()) if i == 20 else request(i, 0.5 * i) for i in range(41)]
    assert codes(silent) == {"silent-answers"}
    at_once = [
        request(i, 0.5 * i, chunk_at_s=(0.5 * i + 0.5,) * 4) if i < 3 else request(i, 0.5 * i)
        for i in range(41)
    ]
    assert codes(at_once) == {"bursts"}  # 3 of 41 = 7.3 % > 5 %
    assert codes([request(i, 0.5 * i) if i else at_once[0] for i in range(41)]) == set()  # 1 of 41


def test_input_tokens_that_nobody_counted_have_no_rate() -> None:
    rows = [request(i, 0.5 * i, input_tokens=None) for i in range(41)]
    assert operating_point(run_of(rows), provenance=PROVENANCE).input_tokens_per_second is None


def test_an_answer_in_one_chunk_has_no_time_per_token() -> None:
    rows = [request(i, 0.5 * i, chunk_at_s=(0.5 * i + 0.5,), output_tokens=4) for i in range(41)]
    point = operating_point(run_of(rows), provenance=PROVENANCE)
    assert (point.tpot, point.gaps) == (None, None)
    assert point.output_tokens_per_second.value == pytest.approx(8)


def test_nothing_measured_is_an_error() -> None:
    with pytest.raises(EstimationError) as none_there:
        operating_point(run_of([request(0, 0.0, warmup=True)]), provenance=PROVENANCE)
    assert (
        str(none_there.value) == "run '1 concurrent #0' holds no measured request; let it run on, or drop it"
    )
    failed = [
        request(i, float(i), outcome=Outcome.REFUSED, chunk_at_s=(), output_tokens=None) for i in range(3)
    ]
    with pytest.raises(EstimationError) as all_failed:
        operating_point(run_of(failed), provenance=PROVENANCE)
    assert str(all_failed.value) == (
        "all 3 requests of run '1 concurrent #0' failed (3 refused), so nothing can be said of its speed; "
        "look into the target's own log"
    )
    empty = [request(i, float(i), chunk_at_s=(), output_tokens=0) for i in range(3)]
    with pytest.raises(EstimationError, match="all answers of run '1 concurrent #0' were empty"):
        operating_point(run_of(empty), provenance=PROVENANCE)


def test_reasoning_is_told_where_it_is_known_of_every_request() -> None:
    told = [request(number, 0.5 * number, reasoning_tokens=2 + number % 2) for number in range(40)]
    point = operating_point(run_of(told), provenance=PROVENANCE)
    assert point.reasoning_tokens_per_request is not None
    assert point.reasoning_tokens_per_request.value == pytest.approx(2.5)
    told[7] = request(7, 3.5)
    assert operating_point(run_of(told), provenance=PROVENANCE).reasoning_tokens_per_request is None
