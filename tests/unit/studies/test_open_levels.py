"""From the stage of an open loop to its runs, and from a run to levels of load."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from doubles.open_loops import TOKENS, open_run, served
from isocost.core.errors import EstimationError, InputError
from isocost.core.load import RequestShape
from isocost.core.provenance import Provenance
from isocost.journal import LoadStage, OpenLoopSpec, TargetSpec, TransformersSpec
from isocost.statistics import operating_point
from isocost.studies.deployments import Measured, Terms, deployment_reports
from isocost.studies.levels import judged_levels
from isocost.studies.plans import planned_runs, remaining

SHAPES = (RequestShape(8, TOKENS),)


def stage(**loop):
    changes = {
        name: loop.pop(name) for name in ("repeats", "duration_s", "requests_per_level") if name in loop
    }
    if not loop.get("schedule") and "requests_per_level" not in changes:
        changes.setdefault("duration_s", 60.0)
    return LoadStage(
        target=TargetSpec(url="http://127.0.0.1:1"),
        workload="w",
        shapes=SHAPES,
        open_loop=OpenLoopSpec(**loop),
        deployment="made-up",
        **{"repeats": 2, **changes},
    )


def measured(asked, *, service_s, slots):
    """Carry out all runs of a stage before a line of slots."""
    runs = [
        open_run(
            served(run.due_s, service_s=service_s, slots=slots),
            rate_per_s=run.load.rate_per_s,
            label=run.label,
            repeat=run.repeat,
        )
        for run in planned_runs(asked)
    ]
    return Measured(stages={"load": asked}, runs=runs, deployments={})


def reported(asked, **line):
    reports, cautions = deployment_reports(measured(asked, **line), Terms(price=None, service_levels=()))
    curves = [each.curve for each in reports]
    told = [*cautions, *(caution for curve in curves for caution in curve.cautions)]
    return (curves[0] if curves else None), {caution.code: caution.text for caution in told}


def test_each_rate_is_a_run_with_arrivals_of_its_own():
    runs = planned_runs(stage(request_rates=(2.0, 8.0)))
    assert runs == planned_runs(stage(request_rates=(2.0, 8.0)))  # the same stage, the same instants
    assert Counter(run.label for run in runs) == {"2/s #0": 1, "8/s #0": 1, "2/s #1": 1, "8/s #1": 1}
    for run in runs:
        expected = 60.0 * run.load.rate_per_s
        assert abs(len(run.due_s) - expected) < 6 * expected**0.5
        assert run.due_s[-1] < 60.0
        assert run.requests == len(run.due_s)
    assert len({run.due_s for run in runs}) == len({run.seed for run in runs}) == 4
    assert [len(run.warmup) for run in runs if run.load.rate_per_s == 8.0] == [8, 8]
    counted = planned_runs(stage(request_rates=(2.0,), requests_per_level=7))
    assert {len(run.due_s) for run in counted} == {7}


def test_what_is_left_of_an_open_loop_goes_on_at_its_own_pace():
    run = planned_runs(stage(request_rates=(8.0,), arrivals="constant"))[0]
    whole = remaining(run, done=frozenset(), spent_s=0.0, timeout_s=5.0)
    assert (whole.due_s[:3], whole.indices[:2]) == ((0.0, 0.125, 0.25), (0, 1))
    # 3 was in flight when 4 had ended: it is not sent again, since its load was there
    rest = remaining(run, done=frozenset({0, 1, 2, 4}), spent_s=1.0, timeout_s=5.0)
    assert rest.indices == tuple(range(5, 480))
    assert rest.due_s[:3] == (0.0, 0.125, 0.25)
    assert rest.warmup == run.warmup
    assert remaining(run, done=frozenset({479}), spent_s=60.0, timeout_s=5.0) is None


def test_rates_below_capacity_are_levels_and_one_above_is_overload():
    # two slots of .25 s serve 8 a second
    curve, told = reported(
        stage(request_rates=(2.0, 6.0, 12.0), arrivals="constant"), service_s=0.25, slots=2
    )
    assert [level.load.rate_per_s for level in curve.levels] == [2.0, 6.0]
    speeds = [level.output_tokens_per_second.value for level in curve.levels]
    assert speeds == pytest.approx([2.0 * TOKENS, 6.0 * TOKENS], rel=0.02)
    assert told["overload"].startswith("12/s: more was offered than was finished")
    assert told["best-at-edge"].startswith("the best level, 6/s, is the highest that was in a steady state")
    point = curve.levels[1].points[0]
    assert point.offered_per_second == pytest.approx(6.0, rel=0.02)
    assert point.requests_per_second.value == pytest.approx(6.0, rel=0.02)
    assert point.send_delay_p99_s == pytest.approx(0.001)


def test_latency_counts_from_when_a_request_was_due():
    curve, _ = reported(stage(request_rates=(6.0,), arrivals="constant"), service_s=0.25, slots=2)
    # no line at constant arrivals: the first of four tokens comes after a quarter of the service
    assert curve.levels[0].latency["ttft.p50"].value == pytest.approx(0.0625)


def test_when_all_rates_are_too_high_there_is_no_level_and_the_reason_is_told():
    curve, told = reported(stage(request_rates=(12.0, 20.0)), service_s=0.25, slots=2)
    assert curve is None
    assert told["overload"].startswith("made-up: 12/s, 20/s: more was offered than was finished")


def test_steps_of_one_run_are_levels_until_one_is_overload():
    asked = stage(schedule=("2x60", "4x60", "12x60", "3x60"), arrivals="constant")
    curve, told = reported(asked, service_s=0.25, slots=2)
    assert [level.load.rate_per_s for level in curve.levels] == [2.0, 4.0]
    assert [len(level.points) for level in curve.levels] == [2, 2]
    speeds = [level.output_tokens_per_second.value for level in curve.levels]
    assert speeds == pytest.approx([8.0, 16.0], rel=0.02)
    assert told["after-overload"] == (
        "made-up: 1 level after '2x60, 4x60, 12x60, 3x60 #0, 12/s' left out: more was offered there than was "
        "finished, and its queue was still there afterwards"
    ).replace("#0", "#1")  # the last repeat's is kept in the dictionary
    assert "ramp" not in {
        caution.code for level in curve.levels for p in level.points for caution in p.cautions
    }


def test_a_step_that_drains_the_queue_of_the_one_before_is_left_out():
    # two slots of .25 s serve 8 a second: at 8.6 a line of 36 is left after a minute, too short for overload,
    # and the 6 a second after it end at 8 until it is gone, 18 s later
    asked = stage(schedule=("4x60", "8.6x60", "6x16"), arrivals="constant")
    curve, told = reported(asked, service_s=0.25, slots=2)
    assert [level.load.rate_per_s for level in curve.levels] == [4.0, 8.6]
    assert told["draining"] == (
        "6/s: more ended than was offered, so a queue from before was being drained and the cost reads too "
        "low; left out"
    )
    assert curve.zone.best.rate_per_s == 8.6


def test_levels_after_a_drained_queue_stay_and_one_alone_is_a_level():
    asked = stage(schedule=("8.6x60", "6x16", "4x60"), arrivals="constant")
    curve, _ = reported(asked, service_s=0.25, slots=2)
    assert [level.load.rate_per_s for level in curve.levels] == [4.0, 8.6]
    (level,) = curve.levels[:1]
    ended = replace(level.points[0].requests_per_second, value=6.0)
    alone = judged_levels([replace(level.points[0], requests_per_second=ended)], windowed=True)
    assert [point.load.rate_per_s for point in alone.points] == [4.0]
    assert [(each.code, each.text.rsplit("; ")[-1]) for each in alone.cautions] == [
        ("draining", "taken as a level all the same")
    ]


def test_a_ramp_is_cut_into_slices_that_say_what_they_are():
    curve, _ = reported(stage(schedule=("0-8:160",), arrivals="constant"), service_s=0.1, slots=8)
    # eight slices of 20 s, from 0 to 1, 1 to 2, … per second
    assert [level.load.rate_per_s for level in curve.levels] == [i + 0.5 for i in range(8)]
    cautions = [caution for level in curve.levels for p in level.points for caution in p.cautions]
    assert sum(caution.code == "ramp" for caution in cautions) == 16
    assert {len(level.points) for level in curve.levels} == {2}
    counts = [level.points[0].requests for level in curve.levels]
    assert counts == [10 + 20 * i for i in range(8)]  # the integral of the rate over each slice


def test_a_closed_and_an_open_loop_of_one_deployment_are_reported_apart():
    from doubles.closed_loops import run_of, stream

    opened = stage(request_rates=(2.0,))
    closed = LoadStage(
        target=opened.target, workload="w", shapes=SHAPES, concurrency=(1,), duration_s=9.0, name="closed"
    )
    both = measured(opened, service_s=0.25, slots=2)
    run = run_of(stream(40))
    parts = Measured(
        stages={"load": opened, run.stage + " closed": closed},
        runs=[*both.runs, _renamed(run, run.stage + " closed")],
        deployments={},
    )
    reports, _ = deployment_reports(parts, Terms(price=None, service_levels=()))
    assert [each.deployment.name for each in reports] == ["made-up (load)", "made-up (closed)"]


def _renamed(run, name):
    return replace(run, stage=name)


@pytest.mark.parametrize(
    ("loop", "sentence"),
    [
        ({}, "an open loop needs either rates or a schedule of rates, not both"),
        (
            {"request_rates": (1.0,), "schedule": ("1x2",)},
            "an open loop needs either rates or a schedule of rates, not both",
        ),
        ({"request_rates": (0.0,)}, "request rates must be above 0 per second, got 0"),
        (
            {"request_rates": (float("inf"),)},
            "request rates must be finite, got inf; to have many requests in flight at once, give "
            "--concurrency N",
        ),
        ({"request_rates": (2.0, 2.0)}, "request rates must differ, got [2.0, 2.0]"),
        ({"request_rates": (2.0,), "burstiness": 0.0}, "burstiness must be above 0 (1 is Poisson), got 0.0"),
        (
            {"request_rates": (2.0,), "arrivals": "constant", "burstiness": 0.5},
            "constant arrivals are never bursty, got a burstiness of 0.5; leave out one of them",
        ),
        (
            {"request_rates": (2.0,), "max_in_flight": 0},
            "--max-in-flight must be at least 1, got 0",
        ),
    ],
)
def test_an_open_loop_that_cannot_be_is_refused(loop, sentence):
    with pytest.raises(InputError) as caught:
        OpenLoopSpec(**loop)
    assert str(caught.value) == sentence


def test_a_schedule_says_itself_how_long_it_lasts():
    with pytest.raises(InputError, match="a schedule of rates says itself how long it lasts"):
        stage(schedule=("1x2",), duration_s=3.0)


def test_a_stack_in_process_takes_no_open_loop():
    with pytest.raises(InputError, match="transformers in this process answers one request at a time"):
        LoadStage(
            target=TargetSpec(transformers=TransformersSpec(model="tiny")),
            workload="w",
            shapes=SHAPES,
            open_loop=OpenLoopSpec(request_rates=(1.0,)),
            duration_s=3.0,
        )


def test_a_load_is_of_one_kind():
    with pytest.raises(InputError, match="over concurrency or over request rates; give one of them"):
        LoadStage(
            target=TargetSpec(url="http://127.0.0.1:1"),
            workload="w",
            shapes=SHAPES,
            concurrency=(1,),
            open_loop=OpenLoopSpec(request_rates=(1.0,)),
            duration_s=3.0,
        )


def test_arrivals_do_not_hang_on_the_order_of_rates():
    first, second = (
        {run.label: run.due_s for run in planned_runs(stage(request_rates=rates))}
        for rates in ((1.0, 4.0), (4.0, 1.0))
    )
    assert first == second
    assert not np.allclose(first["4/s #0"][:5], first["4/s #1"][:5])


def test_a_run_whose_steady_part_saw_no_token_says_nothing():
    # answered within a quarter of a second, then none is due for three: nothing arrives in the window
    lone = open_run(served((0.0, 3.0), service_s=0.25, slots=2), rate_per_s=1.0)
    with pytest.raises(EstimationError) as caught:
        operating_point(lone, provenance=Provenance(source="made up", tool="isocost 0"))
    assert str(caught.value) == (
        "no token arrived in the steady part of run '1/s #0', 2.75 s; measure longer"
    )
