"""A trace as a stage: the same file all along, levels from what was measured, and a report without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from doubles.open_loops import TOKENS, open_run, served
from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.journal import LoadStage, TargetSpec
from isocost.studies.deployments import Measured, Terms, deployment_reports
from isocost.studies.plans import planned_labels, planned_runs, remaining
from isocost.studies.replaying import asked_trace, replayed_trace
from isocost.studies.sizes import shapes_of
from isocost.studies.trace_windows import trace_windows

if TYPE_CHECKING:
    from isocost.core.observation import Observations

TARGET = TargetSpec(url="http://127.0.0.1:1")


@pytest.fixture
def trace_file(tmp_path):
    """60 s at 4 a second, then 60 s at 1 a second: 300 requests of 8 in and 4 out."""
    path = tmp_path / "day.csv"
    due = [*np.arange(0, 60, 0.25), *np.arange(60, 120, 1.0)]
    path.write_text("timestamp,input_tokens,output_tokens\n" + "".join(f"{at},8,{TOKENS}\n" for at in due))
    return path


def stage_of(path, repeats=1, **asked):
    spec, trace = asked_trace(path, **asked)
    return LoadStage(
        target=TARGET, workload=trace.description, trace=spec, deployment="made-up", repeats=repeats
    )


def runs_of(asked, *, service_s=0.2, slots=4):
    return [
        open_run(
            served(run.due_s, service_s=service_s, slots=slots),
            rate_per_s=run.load.rate_per_s,
            label=run.label,
            repeat=run.repeat,
        )
        for run in planned_runs(asked)
    ]


def reported(asked, runs):
    measured = Measured(stages={"load": asked}, runs=runs, deployments={})
    (report,), _ = deployment_reports(measured, Terms(price=None, service_levels=()))
    told = [
        *report.curve.cautions,
        *(c for level in report.curve.levels for p in level.points for c in p.cautions),
    ]
    return report, {caution.code for caution in told}


def test_repeats_are_the_same_instants_and_sizes_with_other_prompts(trace_file):
    first, second = planned_runs(stage_of(trace_file, repeats=2))
    assert (first.label, second.label) == ("day.csv #0", "day.csv #1")
    assert planned_labels(stage_of(trace_file, repeats=2)) == ("day.csv #0", "day.csv #1")
    assert first.due_s == second.due_s
    assert len(first.due_s) == first.requests == 300
    assert first.seed != second.seed


def test_a_part_is_a_window_then_the_first_requests_then_the_scale_of_time(trace_file):
    spec, trace = asked_trace(trace_file, window=(58.0, 70.0), first=10, time_scale=0.5)
    # from 58 s on: 58, 58.25, ..., 59.75 (8 of them), then 60 and 61
    assert trace.due_s.tolist() == [*(np.arange(0, 2, 0.25) / 2), 1.0, 1.5]
    assert (spec.requests, spec.duration_s) == (10, 1.5)
    assert replayed_trace(spec).due_s.tolist() == trace.due_s.tolist()


def test_a_file_that_changed_or_is_gone_is_refused_and_the_report_needs_none(trace_file):
    asked = stage_of(trace_file)
    runs = runs_of(asked)
    trace_file.write_text(trace_file.read_text() + "121,8,4\n")
    with pytest.raises(InputError, match=r"the trace .*day\.csv has changed since this stage was entered"):
        planned_runs(asked)
    trace_file.unlink()
    with pytest.raises(InputError, match=r"the trace .*day\.csv of this stage is gone; put the file back"):
        planned_runs(asked)
    assert planned_labels(asked) == ("day.csv #0",)
    report, codes = reported(asked, runs)
    assert {round(level.load.rate_per_s) for level in report.curve.levels} == {1, 4}
    assert "trace" in codes


def test_windows_are_levels_at_their_own_rate(trace_file):
    asked = stage_of(trace_file)
    report, _ = reported(asked, runs_of(asked))
    # 120 s (to the last arrival at 119 s) in 8 windows of 14.875 s: the fifth begins at 59.5
    rates = sorted(level.load.rate_per_s for level in report.curve.levels)
    assert rates[-1] == pytest.approx(4.0, rel=0.02)
    assert rates[0] == pytest.approx(1.0, rel=0.02)
    windows = report.replay
    assert [round(window.offered_per_s) for window in windows] == [4, 4, 4, 4, 1, 1, 1, 1]
    assert sum(w.offered_per_s * (w.to_s - w.from_s) for w in windows) == pytest.approx(300)
    assert windows[0].send_delay_p99_s == pytest.approx(0.001)
    assert (windows[0].input_tokens, windows[0].output_tokens) == (8.0, 4.0)


def test_a_window_after_overload_is_left_out(trace_file):
    asked = stage_of(trace_file)
    # one slot of 0.4 s: 2.5 a second at most; at 4 a second 90 wait after 60 s, and are gone 60 s later
    measured = Measured(stages={"load": asked}, runs=runs_of(asked, service_s=0.4, slots=1), deployments={})
    reports, cautions = deployment_reports(measured, Terms(price=None, service_levels=()))
    told = [*cautions, *(c for each in reports if each.curve for c in each.curve.cautions)]
    assert {"overload", "after-overload"} <= {caution.code for caution in told}
    assert all(level.load.rate_per_s < 2 for each in reports if each.curve for level in each.curve.levels)


def test_a_run_that_went_on_is_put_together_again(trace_file):
    asked = stage_of(trace_file)
    (whole,) = runs_of(asked)
    (run,) = planned_runs(asked)
    plan = remaining(run, done=frozenset(range(100)), spent_s=25.0, timeout_s=9.0)
    assert plan.indices[0] == 100
    assert plan.due_s[0] == 0.0
    # the second segment has a clock of its own: its first request, due at once, stands at 7,000 s
    seen = whole.observations
    later = seen.index >= 100
    moved = {
        name: np.where(later, getattr(seen, name) - run.due_s[100] + 7000.0, getattr(seen, name))
        for name in ("due_at_s", "sent_at_s", "done_at_s")
    }
    cut: Observations = replace(seen, segment=later.astype(np.int64), **moved)
    windows = trace_windows([replace(whole, observations=cut)], asked.trace)
    assert [round(window.offered_per_s) for window in windows] == [4, 4, 4, 4, 1, 1, 1, 1]


def test_blocks_become_prefixes_of_the_plan(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text(
        '{"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [7, 8]}\n'
        '{"timestamp": 100, "input_length": 520, "output_length": 5, "hash_ids": [7, 9]}\n'
    )
    asked = stage_of(path)
    assert asked.trace.shares_prefixes
    (run,) = planned_runs(asked)
    plan = remaining(run, done=frozenset(), spent_s=0.0, timeout_s=9.0)
    assert plan.prefixes.parts(1, 520) == ((7, 512, True), (9, 512, True))
    (report,), _ = deployment_reports(
        Measured(stages={"load": asked}, runs=runs_of(asked), deployments={}),
        Terms(price=None, service_levels=()),
    )
    assert report.shared == "blocks as in the trace"


def test_too_long_requests_can_be_left_out(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("timestamp,input_tokens,output_tokens\n0,10,5\n1,100,5\n2,20,5\n")
    asked = stage_of(path, longest=25)
    assert shapes_of(asked) == (RequestShape(10, 5), RequestShape(20, 5))
    assert planned_runs(asked)[0].due_s == (0.0, 2.0)
    assert "1 requests of more than 25 tokens left out" in asked.workload
    with pytest.raises(InputError, match=r"no request of the trace long\.csv has 10 tokens or fewer"):
        stage_of(path, longest=10)
