"""Several workers measure as one: judged by the server's own log, also when one of them is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from doubles.truth_server import running_truth
from isocost import html_page, report_study
from isocost.core.errors import InputError, LostWorkerWarning, MeasurementError
from isocost.core.limits import Limits
from isocost.core.load import RequestShape
from isocost.core.provenance import Provenance
from isocost.journal import ExecutorSpec, LoadStage, OpenLoopSpec, StudyFolder, TargetSpec, read_runs
from isocost.statistics import operating_point
from isocost.studies.crew import crewed
from isocost.studies.measure import measure_stage, run_study
from isocost.studies.plans import planned_runs, remaining
from isocost.studies.targets import opened

FIRST_SIZE = 1000  # every request has a prompt length of its own, so the server's log names it
GRACE_S = 0.25


@pytest.fixture(scope="module")
def truth():
    with running_truth("--first", "0.05", "--gap", "0.02") as server:
        yield server


@pytest.fixture(autouse=True)
def forgotten(truth):
    truth.forget()


def stage(truth, *, requests, executor, concurrency=8, tokens=6, repeats=1):
    return LoadStage(
        target=TargetSpec(url=truth.url),
        workload="each its own length",
        shapes=tuple(RequestShape(FIRST_SIZE + number, tokens) for number in range(requests)),
        concurrency=(concurrency,),
        repeats=repeats,
        requests_per_level=requests,
        executor=executor,
    )


def workers_of(pid):
    """Return the worker processes whose parent is `pid`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(folder.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1])
            words = folder.joinpath("cmdline").read_bytes()
        except OSError:
            continue
        if parent == pid and b"process_worker" in words:
            found.append(int(folder.name))
    return found


def answered(truth, tokens=6):
    """Return, by prompt length, when its answers that were sent whole began and ended."""
    spans = {}
    for size, log in zip(truth.sizes(), truth.log(), strict=True):
        if size >= FIRST_SIZE and len(log) == tokens + 1:
            spans.setdefault(size, []).append((log[0], log[-1]))
    return spans


@pytest.mark.parametrize(("name", "workers"), [("serial", None), ("processes", 3)])
def test_workers_send_together_what_one_would_have_sent(truth, tmp_path, name, workers):
    asked = stage(truth, requests=50, executor=ExecutorSpec(name=name, workers=workers), concurrency=7)
    assert measure_stage(tmp_path, asked)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    seen = run.observations
    measured = ~seen.warmup
    assert run.finished
    assert len(run.segments) == 1  # merged as records of one run, not as runs
    assert sorted(seen.index[measured]) == list(range(50))
    assert sorted(seen.index[seen.warmup]) == list(range(7))
    sent = Counter(size for size in truth.sizes() if size >= FIRST_SIZE)
    assert sent == Counter(range(FIRST_SIZE, FIRST_SIZE + 50)) + Counter(range(FIRST_SIZE, FIRST_SIZE + 7))
    facts = run.segments[0].facts
    assert facts["executor"] == f"{name}, {workers or 1} worker" + ("s" if workers else "")
    assert facts["clock_bound_s"] == "0.000000"  # one machine, one clock
    assert run.segments[0].health.cpu_share > 0
    assert not (tmp_path / "shards").exists()
    starts = {size: [began for began, _ in spans] for size, spans in answered(truth).items()}
    late = [
        min(abs(first - began - 0.05) for began in starts[FIRST_SIZE + index])
        for index, first in zip(seen.index[measured], seen.first_at_s[measured], strict=True)
    ]
    assert f"executor: {facts['executor']}" in html_page(report_study(tmp_path, price_usd_per_hour=1.0))
    assert np.median(late) < 0.05  # instants are those of the one clock that the server logs by too


def test_requests_of_an_open_loop_are_due_from_one_instant(truth, tmp_path):
    asked = replace(
        stage(truth, requests=80, executor=ExecutorSpec(name="processes", workers=2)),
        concurrency=(),
        open_loop=OpenLoopSpec(request_rates=(50.0,), arrivals="constant"),
    )
    assert measure_stage(tmp_path, asked)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    seen = run.observations
    order = np.argsort(seen.index[~seen.warmup])
    due_s = seen.due_at_s[~seen.warmup][order]
    assert np.diff(due_s) == pytest.approx(1 / 50, abs=1e-6)  # each worker has every other one
    assert np.median(seen.sent_at_s[~seen.warmup][order] - due_s) < 0.02


def test_a_limit_that_one_process_keeps_is_not_taken_by_several(truth, tmp_path):
    asked = stage(truth, requests=8, executor=ExecutorSpec(name="serial"))
    plan = remaining_plan(asked)
    with opened(asked.target, None) as alone, crewed(asked, alone, StudyFolder(tmp_path)) as ready:
        truth.forget()
        capped = replace(asked, limits=Limits(max_requests=4))
        with pytest.raises(InputError, match="leave out either the limit or the executor"):
            measure_stage(tmp_path / "capped", capped)
        assert not (tmp_path / "capped").exists()
        with pytest.raises(InputError, match="a gate is kept by one process"):
            ready.target.measure(plan, record=print, stop=threading.Event(), gate=object())
    assert truth.sizes() == []


def remaining_plan(asked):
    (run,) = planned_runs(asked)
    return remaining(run, done=frozenset(), spent_s=0.0, timeout_s=10.0)


def test_a_worker_that_is_killed_loses_what_it_had_in_flight_and_nothing_else(truth, tmp_path):
    asked = stage(truth, requests=160, executor=ExecutorSpec(name="processes", workers=2), tokens=12)
    killed = []

    def kill_one(progress):
        if progress.requests >= 30 and not killed:
            victim = workers_of(os.getpid())[0]
            killed.append(time.monotonic())
            os.kill(victim, signal.SIGKILL)

    with pytest.warns(LostWorkerWarning, match=r"1 of 2 workers were lost .*ended by signal 9"):
        assert measure_stage(tmp_path, asked, watch=kill_one)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    there = set(run.observations.index[~run.observations.warmup & run.observations.ok])
    assert not run.finished
    assert 80 <= len(there) < 160
    assert "ended by signal 9" in run.segments[0].facts["lost_workers"]
    spans = answered(truth, tokens=12)
    early = {
        size - FIRST_SIZE for size, logged in spans.items() for _, end in logged if end < killed[0] - GRACE_S
    }
    assert early <= there  # what had ended a moment before the kill is kept
    truth.forget()
    assert run_study(tmp_path)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    measured = ~run.observations.warmup & (run.observations.outcome != "cancelled")
    assert run.finished
    assert sorted(run.observations.index[measured]) == list(range(160))  # nothing is measured twice
    again = Counter(truth.sizes())
    warmups = Counter(range(FIRST_SIZE, FIRST_SIZE + 8))
    assert {size - FIRST_SIZE for size in again - warmups if size >= FIRST_SIZE} == set(range(160)) - there
    point = operating_point(run, provenance=Provenance(source="a test", tool="isocost"))
    assert "lost-worker" in {caution.code for caution in point.cautions}


def command(truth, study):
    lengths = study.parent / "lengths.csv"
    sizes = "".join(f"{FIRST_SIZE + number},6\n" for number in range(120))
    lengths.write_text("input_tokens,output_tokens\n" + sizes)
    return [
        sys.executable, "-m", "isocost", "measure", "load", truth.url, "--out", str(study), "--workload",
        str(lengths), "--concurrency", "4", "--num-requests", "120", "--repeats", "1", "--quiet",
        "--executor", "processes", "--workers", "2",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_coordinator_that_ends_takes_its_workers_along_and_leaves_their_shards(truth, tmp_path, ending):
    study = tmp_path / "study"
    with subprocess.Popen(command(truth, study), stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while sum(size >= FIRST_SIZE for size in truth.sizes()) < 50 and time.monotonic() < until:
            time.sleep(0.02)
        workers = workers_of(process.pid)
        ended_at = time.monotonic()
        process.send_signal(ending)
        status = process.wait(30)
    assert len(workers) == 2
    assert status == (-9 if ending is signal.SIGKILL else 130)
    assert run_study(study)  # at once: it waits until they are gone
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    (run,) = read_runs(study / "journal.sqlite")
    seen = run.observations
    numbers = seen.index[~seen.warmup & (seen.outcome != "cancelled")]
    assert sorted(numbers) == list(range(120))
    assert not (study / "shards").exists()
    for size, spans in answered(truth).items():
        if size >= FIRST_SIZE + 4 and min(end for _, end in spans) < ended_at - GRACE_S:
            assert len(spans) == 1, f"the answer to request {size - FIRST_SIZE} was lost: it was asked again"


def test_a_target_that_fails_ends_all_workers_with_one_sentence(tmp_path):
    with running_truth("--first", "0.01", "--gap", "0.005") as doomed:
        asked = stage(doomed, requests=4000, executor=ExecutorSpec(name="processes", workers=2))

        def kill_it(progress):
            if progress.requests:  # told before the workers have looked at their target, too
                doomed.process.kill()

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(
                MeasurementError, match=r"worker \d \(process \d+\): .*(no longer|no server) answers"
            ):
                measure_stage(tmp_path, asked, watch=kill_it)
    assert workers_of(os.getpid()) == []


def test_workers_are_for_endpoints():
    with pytest.raises(InputError, match="serve it first"):
        LoadStage(
            target=TargetSpec(engine={"model": "tiny"}),
            workload="w",
            shapes=(RequestShape(1, 1),),
            concurrency=(1,),
            requests_per_level=1,
            executor=ExecutorSpec(name="processes"),
        )
