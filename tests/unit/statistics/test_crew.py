"""What several workers could not do as one is told beside what they measured."""

import dataclasses

import pytest

from isocost.core.load import Load
from isocost.core.observation import Clock, Observations, Run, Segment
from isocost.statistics.crew import crew_cautions

CLOCK = Clock(clock_id="c", utc_anchor_s=0.0, monotonic_anchor_s=0.0)


def run(*facts):
    segments = tuple(
        Segment(number=number, clock=CLOCK, started_utc="2026-01-01T00:00:00+00:00", facts=told)
        for number, told in enumerate(facts)
    )
    return Run(
        stage="load",
        label="8 concurrent #0",
        deployment="m",
        load=Load(concurrency=8),
        repeat=0,
        finished=True,
        segments=segments,
        observations=Observations.of([]),
    )


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ([], []),
        ([{}], []),
        ([{"clock_bound_s": "0.000000"}], []),
        ([{"clock_bound_s": "0.010000"}], []),
        ([{"clock_bound_s": "0.001"}, {"clock_bound_s": "0.0101"}], ["clocks-apart"]),
        ([{"lost_workers": "worker 1: ended by signal 9"}, {}], ["lost-worker"]),
        ([{"lost_workers": "worker 1: gone", "clock_bound_s": "0.5"}], ["lost-worker", "clocks-apart"]),
    ],
)
def test_what_tells_against_a_crew(facts, codes):
    assert [caution.code for caution in crew_cautions(run(*facts))] == codes


def test_the_sentences_name_run_worker_and_milliseconds():
    lost, apart = crew_cautions(
        run({"lost_workers": "worker 1: ended by signal 9", "clock_bound_s": "0.0421"})
    )
    assert "'8 concurrent #0'" in lost.text
    assert "worker 1: ended by signal 9" in lost.text
    assert "to 42 ms only" in apart.text


def test_a_run_of_one_process_is_as_it_was():
    assert crew_cautions(dataclasses.replace(run({"client_cores": "2"}), finished=False)) == ()
