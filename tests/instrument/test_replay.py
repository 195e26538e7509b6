"""Traces and conversations as stages over real sockets, from file to report, gone on with after a stop."""

from __future__ import annotations

import json
import threading
import time

import numpy as np
import pytest

from doubles.talker import talking
from doubles.truth_server import running_truth
from isocost.core.errors import InputError, IsocostWarning
from isocost.core.load import RequestShape
from isocost.journal import ConversationSpec, LoadStage, TargetSpec, read_runs
from isocost.reporting import envelope, html_page, terminal_text
from isocost.studies.answer import report_study
from isocost.studies.measure import measure_stage, run_study
from isocost.studies.replaying import asked_trace


@pytest.fixture(scope="module")
def truth():
    with running_truth("--first", "0.02", "--gap", "0.002") as running:
        yield running


def traced(url, path, **asked):
    spec, trace = asked_trace(path, **asked)
    return LoadStage(target=TargetSpec(url=url), workload=trace.description, trace=spec, repeats=1)


def stopped_after(count):
    """A watcher that stops once so many requests have ended."""
    stop = threading.Event()

    def watch(progress):
        if progress.requests >= count:
            stop.set()

    return watch, stop


def test_requests_leave_when_the_trace_says_and_the_report_shows_both_rates(truth, tmp_path):
    path = tmp_path / "burst.csv"
    due = np.concatenate([np.arange(0, 4, 0.1), np.arange(4, 6, 0.02), [8.0]])  # 10/s, 50/s, a gap
    path.write_text("timestamp,input_tokens,output_tokens\n" + "".join(f"{at:.3f},9,3\n" for at in due))
    study = tmp_path / "s"
    stage = traced(truth.url, path, time_scale=0.25)
    assert measure_stage(study, stage)
    (run,) = read_runs(study / "journal.sqlite")
    seen = run.observations
    order = np.argsort(seen.index[~seen.warmup])
    planned = seen.due_at_s[~seen.warmup][order]
    assert np.allclose(planned - planned[0], due / 4, atol=2e-6)
    assert (seen.sent_at_s >= seen.due_at_s)[~seen.warmup].all()
    path.unlink()  # nothing but the journal is needed from here on
    report = report_study(study, price_usd_per_hour=2.0)
    rows = envelope(report, question="q")["tables"]["replay"]
    offered = [row["offered_per_second"] for row in rows]
    lengths = [row["to_s"] - row["from_s"] for row in rows]
    assert np.dot(offered, lengths) == pytest.approx(141)
    assert max(offered) == pytest.approx(200, rel=0.05)  # 50/s four times as fast
    assert min(offered) < 10
    assert json.dumps(rows, allow_nan=False)
    assert "The trace over time" in html_page(report)
    assert "trace in 4 windows: offered" in " ".join(terminal_text(report).split())


def test_a_trace_that_was_cut_goes_on_with_the_same_file_only(truth, tmp_path):
    path = tmp_path / "t.csv"
    text = "timestamp,input_tokens,output_tokens\n" + "".join(f"{at / 40},9,3\n" for at in range(60))
    path.write_text(text)
    study = tmp_path / "s"
    watch, stop = stopped_after(15)
    assert not measure_stage(study, traced(truth.url, path), watch=watch, stop=stop)
    path.write_text(text.replace(",9,", ",8,"))
    with pytest.raises(InputError, match=r"t\.csv has changed since this stage was entered"):
        run_study(study)
    path.write_text(text)
    assert run_study(study)
    (run,) = read_runs(study / "journal.sqlite")
    seen = run.observations
    ok = seen.index[~seen.warmup & seen.ok]
    assert len(set(ok.tolist())) == len(ok) >= 45  # nothing twice; what was in flight is not sent again
    assert ok.max() == 59
    assert len(run.segments) == 2


def test_conversations_that_were_cut_begin_again_and_that_is_said(tmp_path):
    with talking() as talker:
        stage = LoadStage(
            target=TargetSpec(url=talker.url, endpoint_type="chat"),
            workload="w",
            shapes=(RequestShape(8, 3),),
            concurrency=(3,),
            repeats=1,
            requests_per_level=24,
            conversation=ConversationSpec(turns=4, think_time_s=0.12),
        )
        watch, stop = stopped_after(8)
        assert not measure_stage(tmp_path / "s", stage, watch=watch, stop=stop)
        with pytest.warns(
            IsocostWarning, match="conversations that were cut begin again, since texts are not kept"
        ):
            assert run_study(tmp_path / "s")
    (run,) = read_runs(tmp_path / "s" / "journal.sqlite")
    seen = run.observations
    counted = seen.index[~seen.warmup & seen.ok]
    assert sorted(counted.tolist()) == list(range(24))  # each once
    again = seen.index[seen.warmup & (seen.segment == 1)]
    assert set(again.tolist()) <= set(counted.tolist()) | {0, 1, 2}
    report = report_study(tmp_path / "s", price_usd_per_hour=2.0)
    assert "warm prefixes: 4 turns, 0.12 s to think" in " ".join(terminal_text(report).split())
    texts = [path.read_bytes() for path in (tmp_path / "s").iterdir() if path.is_file()]
    assert not any(b"answer1" in text for text in texts)  # what was said is kept nowhere


def test_many_conversations_take_no_more_time_than_they_need(tmp_path):
    with talking() as talker:
        stage = LoadStage(
            target=TargetSpec(url=talker.url, endpoint_type="chat"),
            workload="w",
            shapes=(RequestShape(8, 2),),
            concurrency=(8,),
            repeats=1,
            requests_per_level=240,
            conversation=ConversationSpec(turns=3),
        )
        began = time.monotonic()
        assert measure_stage(tmp_path / "s", stage)
        assert time.monotonic() - began < 30
    (run,) = read_runs(tmp_path / "s" / "journal.sqlite")
    assert (run.observations.ok & ~run.observations.warmup).sum() == 240
