"""Questions are asked once, whatever interrupts; what they are worth stands beside cost in the report."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from doubles.answering import answering, questions_sent, said
from doubles.bad_weather import json_reply
from isocost.core.errors import BudgetError, FailedRequestsWarning, InputError, MeasurementError
from isocost.core.limits import Limits
from isocost.journal import QualityStage, StudyFolder, TargetSpec, read_answers, read_runs
from isocost.reporting import envelope, html_page, terminal_text
from isocost.studies.answer import report_study
from isocost.studies.measure import measure_stage, run_study
from isocost.studies.quality import joined_quality
from isocost.studies.question_sets import question_set
from isocost.studies.scored import measured_quality


def question_file(path, count=10):
    """Questions 0, 1, …: each asks for its own number; even ones are of the category 'even'."""
    rows = [
        {"id": f"q{n}", "question": f"Say {n}.", "answer": n, "category": "odd" if n % 2 else "even"}
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def echo(prompt, number):
    """Answer with the number that was asked for; 3 with another one, 5 with nothing."""
    wanted = prompt.split()[1].rstrip(".")
    return said({"3": "4", "5": ""}.get(wanted, wanted))


def stage_of(weather, file, **changes):
    known = question_set(str(file))
    return QualityStage(
        **{
            "target": TargetSpec(url=weather.url, endpoint_type="chat"),
            "questions": known.source,
            "digest": known.digest,
            "count": len(known.questions),
            **changes,
        }
    )


def test_each_question_is_asked_once_and_scored(tmp_path):
    file, study = question_file(tmp_path / "q.jsonl"), tmp_path / "study"
    told = []
    with answering(echo) as weather:
        stage = stage_of(weather, file, concurrency=3)
        assert measure_stage(study, stage, watch=told.append)
        assert measure_stage(study, stage)
        assert run_study(study)
        assert len(questions_sent(weather)) == 10
    found = measured_quality(study, "quality")
    # 8 of 10 right; Wilson by hand: centre (.8 + 1.9207/10) / 1.38415, half by the formula: [.490, .943]
    assert (found.score.value, found.score.n) == (0.8, 10)
    assert [round(end, 3) for end in (found.score.low, found.score.high)] == [0.490, 0.943]
    assert {name: (share.value, share.n) for name, share in found.categories} == {
        "even": (1.0, 5),
        "odd": (0.6, 5),
    }
    counts = [found.count(verdict) for verdict in ("right", "wrong", "none found", "refused")]
    assert counts == [8, 1, 1, 0]
    assert told[-1].fraction == 1
    (run,) = read_runs(study / "journal.sqlite")
    assert run.finished
    assert run.observations.input_tokens.tolist() == [20.0] * 10


def test_texts_are_stored_only_when_asked_for(tmp_path):
    file = question_file(tmp_path / "q.jsonl")
    with answering(echo) as weather:
        measure_stage(tmp_path / "without", stage_of(weather, file))
        measure_stage(tmp_path / "with", stage_of(weather, file, keep_answers=True))
    kept = read_answers(tmp_path / "with" / "journal.sqlite", "quality")
    assert [each.text for each in kept][:4] == ["0", "1", "2", "4"]
    assert {each.text for each in read_answers(tmp_path / "without" / "journal.sqlite", "quality")} == {None}


def test_a_kill_loses_nothing_and_nothing_is_asked_twice(tmp_path):
    file, study = question_file(tmp_path / "q.jsonl", 40), tmp_path / "study"

    def slowly(prompt, number):
        time.sleep(0.05)
        return echo(prompt, number)

    with answering(slowly) as weather:
        words = ["measure", "quality", weather.url, "--questions", str(file), "--out", str(study), "--quiet"]
        child = subprocess.Popen([sys.executable, "-m", "isocost", *words], env={**os.environ})
        until = time.monotonic() + 60
        while len(questions_sent(weather)) < 8 and time.monotonic() < until:
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        child.wait()
        done = {each.question for each in read_answers(study / "journal.sqlite", "quality")}
        assert 5 <= len(done) < 40
        before = len(questions_sent(weather))
        assert run_study(study)
        again = [prompt.split()[1].rstrip(".") for prompt in questions_sent(weather)[before:]]
    assert not done & {f"q{number}" for number in again}
    assert len(again) == 40 - len(done)
    assert measured_quality(study, "quality").score.n == 40


def test_a_stop_keeps_what_is_answered(tmp_path):
    stop, study = threading.Event(), tmp_path / "study"
    with answering(echo) as weather:
        stage = stage_of(weather, question_file(tmp_path / "q.jsonl"))
        assert not measure_stage(
            study, stage, stop=stop, watch=lambda progress: progress.done == 4 and stop.set()
        )
        found = measured_quality(study, "quality")
        assert 4 <= found.score.n < 10
        assert found.planned == 10
        assert [c.code for c in report_study(study).cautions] == ["unfinished-study"]
        assert run_study(study)
        assert len(questions_sent(weather)) == 10


def test_a_budget_stops_and_a_larger_one_goes_on(tmp_path):
    study = tmp_path / "study"
    with answering(echo) as weather:
        stage = stage_of(weather, question_file(tmp_path / "q.jsonl"), limits=Limits(max_requests=4))
        for _ in range(2):  # the second time nothing is left to send
            with pytest.raises(BudgetError) as caught:
                measure_stage(study, stage)
            assert str(caught.value) == (
                "the budget is spent: 4 requests of at most 4 were sent; 4 of 10 questions are answered and "
                f"kept; go on with: isocost run {study} --max-requests N"
            )
        assert len(questions_sent(weather)) == 4
        assert measure_stage(study, replace(stage, limits=Limits(max_requests=10)))
        assert len(questions_sent(weather)) == 10
        (kept,) = StudyFolder(study).stages()
        assert kept.limits == Limits(max_requests=10)


def test_money_is_counted_by_usage_over_all_parts_of_a_stage(tmp_path):
    study = tmp_path / "study"
    prices = {"input_usd_per_million": 100.0, "output_usd_per_million": 1000.0}
    # a request costs 20 x 100 + 2 x 1000 millionths = $0.004; set aside is more: each byte and all 16 tokens
    prompt = len("Say 0.\nAnswer with a number or a few words only, without an explanation.\nAnswer:")
    most = ((prompt + 64) * 100 + 16 * 1000) / 1e6
    with answering(echo) as weather:
        stage = stage_of(weather, question_file(tmp_path / "q.jsonl"))
        with pytest.raises(BudgetError, match=r"\$0\.012 of at most"):
            measure_stage(
                study, replace(stage, limits=Limits(max_cost_usd=0.008 + most, **prices))
            )  # a fourth would begin at $0.012
        assert len(questions_sent(weather)) == 3
        with pytest.raises(BudgetError, match=r"\$0\.02 of at most"):
            measure_stage(study, replace(stage, limits=Limits(max_cost_usd=0.016 + most, **prices)))
        assert len(questions_sent(weather)) == 5


def test_changed_questions_are_refused(tmp_path):
    file, study = question_file(tmp_path / "q.jsonl"), tmp_path / "study"
    with answering(echo) as weather:
        stage = stage_of(weather, file, limits=Limits(max_requests=2))
        with pytest.raises(BudgetError):
            measure_stage(study, stage)
        question_file(file, 11)
        with pytest.raises(InputError, match=r"is not what the stage 'quality' of .* was begun with"):
            run_study(study)
        with pytest.raises(InputError, match="a stage 'quality' that asks for something else"):
            measure_stage(study, stage_of(weather, file))
        file.unlink()
        with pytest.raises(InputError, match="there are no questions at"):
            run_study(study)


def test_refused_questions_count_as_wrong_and_are_told(tmp_path):
    def refusing(prompt, number):
        if " 2." in prompt:
            return json_reply("413 Content Too Large", {"error": {"message": "too long"}})
        return echo(prompt, number)

    with answering(refusing) as weather, pytest.warns(FailedRequestsWarning, match="1 of 10 questions were"):
        measure_stage(tmp_path / "study", stage_of(weather, question_file(tmp_path / "q.jsonl")))
    found = measured_quality(tmp_path / "study", "quality")
    assert (found.score.value, found.count("refused")) == (0.7, 1)
    assert [c.code for c in found.cautions] == ["few-questions", "questions-refused"]


def test_a_target_that_fails_keeps_what_was_answered(tmp_path):
    def failing(prompt, number):
        unauthorized = json_reply("401 Unauthorized", {"error": {"message": "key expired"}})
        return unauthorized if number == 3 else echo(prompt, number)

    with answering(failing) as weather:
        stage = stage_of(weather, question_file(tmp_path / "q.jsonl"))
        with pytest.raises(MeasurementError, match="key expired"):
            measure_stage(tmp_path / "study", stage)
        assert measured_quality(tmp_path / "study", "quality").score.n == 3
        assert run_study(tmp_path / "study")
        assert measured_quality(tmp_path / "study", "quality").score.n == 10


def test_a_study_of_questions_alone_has_a_report(tmp_path):
    with answering(echo) as weather:
        measure_stage(tmp_path / "study", stage_of(weather, question_file(tmp_path / "q.jsonl")))
    report = report_study(tmp_path / "study")
    told = envelope(report)
    assert told["verdict"] == {
        "state": "quality-only",
        "text": "m: 0.80 [0.49, 0.94] right of 10 questions (q.jsonl). No load was measured, so no cost: "
        "isocost measure load.",
    }
    assert told["tables"]["quality"][0]["no_answer_found"] == 1
    assert "quality: 0.80 [0.49, 0.94] right of 10 questions (q.jsonl); no answer found in 1" in (
        terminal_text(report)
    )
    assert "What is answered right" in html_page(report)


def test_a_journal_of_the_first_format_is_read_and_goes_on(tmp_path):
    study = tmp_path / "study"
    with answering(echo) as weather:
        stage = stage_of(weather, question_file(tmp_path / "q.jsonl"), limits=Limits(max_requests=1))
        with pytest.raises(BudgetError):
            measure_stage(study, stage)
        connection = sqlite3.connect(study / "journal.sqlite")
        connection.executescript(
            "DROP TABLE answer; DROP TABLE server_time; DROP TABLE telemetry; DELETE FROM request; "
            "PRAGMA user_version = 1;"
        )
        connection.close()
        assert read_answers(study / "journal.sqlite", "quality") == ()
        assert len(read_runs(study / "journal.sqlite")) == 1
        assert measure_stage(study, replace(stage, limits=None))
    assert measured_quality(study, "quality").score.n == 10


def test_what_a_study_asked_is_quality_to_compare_by(tmp_path):
    file, study = question_file(tmp_path / "q.jsonl"), tmp_path / "study"
    with answering(echo) as weather:
        assert measure_stage(study, stage_of(weather, file))
    scores = tmp_path / "scores.csv"
    scores.write_text("model,task,score\nother,t,0.5\n")
    joined = joined_quality([study], ["m", "unknown"])
    assert {name: (each.value, each.n) for name, each in joined.quality.items()} == {"m": (0.8, 10)}
    assert [task.partition(" ")[0] for task in joined.tasks] == ["q.jsonl"]
    with pytest.raises(InputError, match="no task was scored for all of other, m"):
        joined_quality([study, scores], ["m", "other"])


def test_a_study_that_asked_nothing_whole_is_no_quality(tmp_path):
    file, study = question_file(tmp_path / "q.jsonl"), tmp_path / "study"
    with answering(echo) as weather, pytest.raises(BudgetError):
        measure_stage(study, stage_of(weather, file, limits=Limits(max_requests=4)))
    with pytest.raises(InputError, match="has no set of questions that was answered whole"):
        joined_quality([study], ["m"])
