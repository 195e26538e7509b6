"""Runs with telemetry made by hand: sums that are divided, instants that are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from doubles.closed_loops import PROVENANCE, run_of, stream
from isocost.core.telemetry import Reading, ServerSide
from isocost.statistics.server_side import mean_server_side, server_side, shared_cautions
from isocost.statistics.window import operating_point

if TYPE_CHECKING:
    from isocost.core.observation import Run


def told_by_counters(before: dict[str, float], after: dict[str, float], *during: tuple[float, float]) -> Run:
    """40 requests back to back of 0.5 s each from 0 s on; gauges ``(instant, running)``."""
    run = run_of(stream(40))
    readings = (
        Reading(at_s=-0.1, moment="before", told=before),
        *(Reading(at_s=at_s, moment="during", told={"running": running}) for at_s, running in during),
        Reading(at_s=20.1, moment="after", told=after),
    )
    return replace(run, segments=(replace(run.segments[0], telemetry=readings),))


def told_by_answers(queue: float, prefill: float, decode: float) -> Run:
    run = run_of(stream(40))
    ones = np.ones(40)
    seen = replace(
        run.observations,
        server_queue_s=queue * ones,
        server_prefill_s=prefill * ones,
        server_decode_s=decode * ones,
    )
    return replace(run, observations=seen)


def value(side: ServerSide | None, name: str) -> float:
    found = getattr(side, name)
    assert found is not None
    return float(found.value)


def test_a_server_that_tells_nothing_has_no_side() -> None:
    assert server_side(run_of(stream(40))) is None
    assert operating_point(run_of(stream(40)), provenance=PROVENANCE).server is None


def test_sums_are_divided_by_the_servers_own_count() -> None:
    before = {"queue_sum": 7.0, "queue_count": 100, "prefill_sum": 3.0, "prefill_count": 100}
    after = {"queue_sum": 11.0, "queue_count": 140, "prefill_sum": 5.0, "prefill_count": 140}
    side = server_side(told_by_counters(before, after))
    assert side is not None
    assert (side.source, side.requests, side.requests_here) == ("metrics", 40, 40)
    assert value(side, "queue") == pytest.approx(4 / 40)
    assert value(side, "prefill") == pytest.approx(2 / 40)
    assert value(side, "first_token_here") == pytest.approx(0.125)
    assert side.decode is side.service is side.first_token is None


def test_sums_without_a_count_are_divided_by_ours() -> None:
    """llama.cpp counts seconds of prompts and of decoding, and no requests."""
    side = server_side(
        told_by_counters({"prefill_sum": 1.0, "decode_sum": 2.0}, {"prefill_sum": 5.0, "decode_sum": 14.0})
    )
    assert (value(side, "prefill"), value(side, "decode")) == pytest.approx((0.1, 0.3))
    assert value(side, "service") == pytest.approx(0.4)
    assert side is not None
    assert side.requests is None


def test_requests_are_counted_there_and_here_at_the_same_instants() -> None:
    # one stream: one request in flight at 3.1 and 7.1 s, none at 20.05 s
    side = server_side(told_by_counters({}, {}, (3.1, 1.0), (7.1, 3.0), (20.05, 2.0)))
    assert side is not None
    assert (side.samples, side.running, side.in_flight_here) == (3, 2.0, pytest.approx(2 / 3))
    assert side.waiting is None


def test_a_server_that_was_started_anew_meanwhile_tells_no_sums() -> None:
    before = {"queue_sum": 7.0, "queue_count": 100.0}
    assert server_side(told_by_counters(before, {"queue_sum": 1.0, "queue_count": 20.0})) is None


def test_a_segment_that_was_cut_off_tells_no_sums() -> None:
    run = told_by_counters({"queue_sum": 0.0, "queue_count": 0.0}, {})
    cut = replace(run.segments[0], telemetry=run.segments[0].telemetry[:1])
    assert server_side(replace(run, segments=(cut,))) is None


def test_what_each_answer_tells_comes_first_and_has_an_interval() -> None:
    side = server_side(told_by_answers(0.02, 0.1, 0.3))
    assert side is not None
    assert side.source == "answers"
    names = ("queue", "prefill", "decode", "service", "first_token")
    assert [value(side, name) for name in names] == pytest.approx([0.02, 0.1, 0.3, 0.4, 0.12])
    assert side.queue is not None
    assert side.queue.has_interval


def test_without_the_queue_the_servers_first_token_is_unknown() -> None:
    side = server_side(told_by_answers(np.nan, 0.1, 0.3))
    assert side is not None
    assert side.queue is side.first_token is None
    assert value(side, "service") == pytest.approx(0.4)


@pytest.mark.parametrize(("ended", "codes"), [(40, set()), (42, set()), (43, {"server-shared"})])
def test_a_server_that_worked_for_others_is_doubted(ended: int, codes: set[str]) -> None:
    point = operating_point(
        told_by_counters({"ended": 5.0}, {"ended": 5.0 + ended}, (1.0, 1.0)), provenance=PROVENANCE
    )
    assert {caution.code for caution in point.cautions} == codes
    assert bool(shared_cautions(point.server, "x")) is bool(codes)


def test_repeats_are_averaged_where_all_tell() -> None:
    sides = [server_side(told_by_answers(queue, 0.1, 0.3)) for queue in (0.01, 0.02, 0.06)]
    mean = mean_server_side([side for side in sides if side is not None])
    assert value(mean, "queue") == pytest.approx(0.03)
    assert mean is not None
    assert mean.queue is not None
    assert mean.queue.has_interval
    assert mean_server_side([]) is None


def test_repeats_that_are_told_in_different_ways_are_not_mixed() -> None:
    answers = server_side(told_by_answers(0.01, 0.1, 0.3))
    counters = server_side(told_by_counters({"queue_sum": 0.0}, {"queue_sum": 4.0}))
    assert answers is not None
    assert counters is not None
    assert mean_server_side([answers, counters]) is None
    assert mean_server_side([counters]) is counters
