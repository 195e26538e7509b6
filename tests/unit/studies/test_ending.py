"""A run ends when it is known well enough, when it is stopped, or when its time is over; and says which."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from doubles.closed_loops import request, run_of, stream
from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.core.observation import Outcome
from isocost.journal import LoadStage, TargetSpec
from isocost.studies import ending as module
from isocost.studies.ending import ending_at
from isocost.studies.endings import RunEnding, ending_cautions, run_endings


def stage(**changes):
    fields = {
        "target": TargetSpec(url="http://127.0.0.1:1"),
        "workload": "w",
        "shapes": (RequestShape(8, 4),),
        "concurrency": (1,),
        "duration_s": 60.0,
        "until_width": 0.05,
    }
    return LoadStage(**{**fields, **changes})


def waited(event: threading.Event) -> bool:
    return event.wait(5.0)


def test_a_run_that_is_known_well_enough_is_ended(monkeypatch):
    monkeypatch.setattr(module, "_FIRST_LOOK_S", 0.01)
    outer = threading.Event()
    with ending_at(0.05, stop=outer) as ending:
        for row in stream(60):
            ending.see(row)
        assert waited(ending.stop)
        assert ending.reached
    assert not outer.is_set()  # the study goes on


def test_one_that_is_not_goes_on_until_it_is_stopped(monkeypatch):
    monkeypatch.setattr(module, "_FIRST_LOOK_S", 0.01)
    outer = threading.Event()
    with ending_at(0.05, stop=outer) as ending:
        for row in stream(5):
            ending.see(row)
        ending.see(request(5, 2.5, outcome=Outcome.CANCELLED))
        time.sleep(0.2)
        assert not ending.stop.is_set()
        outer.set()
        assert waited(ending.stop)
        assert not ending.reached


def test_without_a_width_the_event_is_the_studys_own():
    outer = threading.Event()
    with ending_at(None, stop=outer) as ending:
        assert ending.stop is outer
        ending.see(request(0, 0.0))


def test_what_was_in_flight_tells_that_a_run_was_ended():
    rows = [*stream(40), request(40, 20.0, outcome=Outcome.CANCELLED)]
    (ended,) = run_endings("a", [(run_of(rows), stage())])
    assert ended.reached
    assert ended.throughput < 0.05
    assert list(ending_cautions([ended])) == []


def test_one_that_took_its_longest_says_what_it_reached():
    rng = np.random.default_rng(0)
    rows, now = [], 0.0
    for number in range(40):
        length = float(rng.uniform(0.3, 0.9))
        arrivals = tuple(now + length * place / 4 for place in (1, 2, 3, 4))
        rows.append(request(number, now, chunk_at_s=arrivals, done_at_s=arrivals[-1]))
        now = arrivals[-1]
    (ended,) = run_endings("a", [(run_of(rows), stage())])
    assert not ended.reached
    (caution,) = ending_cautions([ended])
    assert caution.code == "width-not-reached"
    assert caution.text.startswith(
        "'1 concurrent #0' went on to its longest duration of 60 s: throughput to "
    )
    assert caution.text.endswith(", where 5.0% was wanted; give it a longer --max-duration")


def test_runs_that_were_asked_the_same_share_a_caution():
    def ending(run, *, deployment="a", reached=False, throughput=0.1, ttft=None, longest_s=10.0):
        return RunEnding(
            deployment=deployment, run=run, wanted=0.05, longest_s=longest_s, reached=reached, seconds=10.0,
            throughput=throughput, ttft=ttft,
        )  # fmt: skip

    told = ending_cautions(
        [
            ending("1 concurrent #0", ttft=0.08),
            ending("2 concurrent #0", reached=True),
            ending("2 concurrent #1", throughput=0.226),
            ending("4 concurrent #0", deployment="b", ttft=0.2),
            ending("4 concurrent #1", longest_s=20.0),
        ]
    )
    assert [each.text for each in told] == [
        "2 runs of a went on to their longest duration of 10 s: throughput to 10.0% to 22.6% and mean TTFT "
        "to 8.0%, in 1 of 2 without an interval, where 5.0% was wanted; give them a longer --max-duration",
        "'4 concurrent #0' went on to its longest duration of 10 s: throughput to 10.0% and mean TTFT to "
        "20.0%, where 5.0% was wanted; give it a longer --max-duration",
        "'4 concurrent #1' went on to its longest duration of 20 s: throughput to 10.0% and mean TTFT "
        "without an interval, where 5.0% was wanted; give it a longer --max-duration",
    ]


def test_only_finished_runs_of_such_stages_are_told():
    run = run_of(stream(40))
    assert run_endings("a", [(run, stage(until_width=None))]) == ()
    assert run_endings("a", [(replace(run, finished=False), stage())]) == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"until_width": 0.0}, "the wanted width must be above 0 and below 1, such as 0.05, got 0.0"),
        (
            {"duration_s": None, "requests_per_level": 5},
            "a run that ends at a wanted width needs a longest duration",
        ),
    ],
)
def test_a_stage_that_cannot_end_so_is_refused(changes, message):
    with pytest.raises(InputError) as raised:
        stage(**changes)
    assert str(raised.value) == message
