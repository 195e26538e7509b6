"""Contention, variation and drift of a study, from its journal."""

import re
import sys

import pytest

from isocost.cli import main
from isocost.core.deployment import Deployment
from isocost.core.errors import EstimationError, InputError
from isocost.core.load import Load, RequestShape
from isocost.core.observation import ClientHealth, Clock, Observation, Outcome
from isocost.journal import JournalWriter, LoadStage, RuntimeStage, TargetSpec, create_study
from isocost.reporting import html_page
from isocost.studies.answer import report_study
from isocost.studies.trends import TrendQuestion, study_trends

CELLS = tuple(RequestShape(p, o) for p, o in [(1, 1), (1, 8), (16, 1), (32, 1), (64, 1), (64, 4)])
REPEATS = 5
LEVELS = {1: 0.100, 4: 0.200}
"""Time to the last token at each concurrency, seconds."""


def request(number, shape, sent_at_s, took_s):
    """Make a request whose tokens come at even steps."""
    step = took_s / shape.output_tokens
    chunks = tuple(sent_at_s + step * (place + 1) for place in range(shape.output_tokens))
    return Observation(
        index=number,
        requested_input_tokens=shape.input_tokens,
        requested_output_tokens=shape.output_tokens,
        due_at_s=sent_at_s,
        sent_at_s=sent_at_s,
        done_at_s=chunks[-1],
        chunk_at_s=chunks,
        outcome=Outcome.OK,
        input_tokens=shape.input_tokens,
        output_tokens=shape.output_tokens,
        counted_by="usage",
        http_status=200,
    )


def written(journal, stage, label, load, observations):
    run = journal.begin_run(stage.name, label, deployment="made-up", load=load, repeat=0)
    segment = journal.begin_segment(
        run,
        clock=Clock(clock_id="c", utc_anchor_s=0.0, monotonic_anchor_s=0.0),
        deployment=Deployment(name="made-up", model="made-up"),
        facts={},
    )
    for each in observations:
        journal.record(run, segment, each)
    journal.end_segment(segment, ClientHealth(cpu_share=0.1))
    journal.finish_run(run)


@pytest.fixture
def study(tmp_path):
    """A profile whose repeats take 2 % more each time, and a sweep that doubles from 1 to 4 at once."""
    folder = create_study(tmp_path / "made-up-study")
    target = TargetSpec(url="http://127.0.0.1:1", model="made-up")
    profile = RuntimeStage(target=target, cells=CELLS, repeats=REPEATS, deployment="made-up")
    sweep = LoadStage(
        target=target,
        workload="made up",
        shapes=(RequestShape(16, 4),),
        concurrency=tuple(LEVELS),
        repeats=1,
        requests_per_level=40,
        deployment="made-up",
    )
    for stage in (profile, sweep):
        folder.add_stage(stage)
    with JournalWriter(folder.journal_file) as journal:
        timed = [
            request(
                number,
                shape,
                float(number),
                (0.01 + 0.001 * shape.input_tokens + 0.02 * (shape.output_tokens - 1))
                * 1.02 ** (number // len(CELLS)),
            )
            for number, shape in enumerate(CELLS * REPEATS)
        ]
        written(journal, profile, "profile", Load(concurrency=1), timed)
        for level, took in LEVELS.items():
            sent = [
                request(number, RequestShape(16, 4), (number // level) * took, took) for number in range(40)
            ]
            written(journal, sweep, f"{level} concurrent #0", Load(concurrency=level), sent)
    return folder.path


def test_contention_of_a_sweep_and_drift_over_the_repeats_of_a_profile(study):
    question = TrendQuestion(contention="concurrency", drift="block", variation=True)
    found = study_trends(report_study(study), str(study), question)
    (levels,) = found.contentions
    assert [(count, round(ratio, 6)) for count, _, ratio in levels.levels] == [(1, 1.0), (4, 2.0)]
    (drift,) = found.profile_drifts
    assert drift.whole.value == pytest.approx(1.02**4, rel=1e-4)  # five repeats, 2 % more each
    assert drift.drifted
    # 1, 1.02, … 1.02^4: mean 1.0408, deviation .0294
    assert found.all_cells.value == pytest.approx(0.0294 / 1.0408, rel=0.02)
    assert found.variations[0].half_width_share == 0.05


def test_the_report_has_a_section_with_all_three(study):
    page = html_page(report_study(study))
    titles = re.findall("<h2>(.*?)</h2>", page)
    for title in (
        "Idealized runtime",
        "How much equal requests differ",
        "Did the runtimes drift while they were measured?",
        "Runtime against parallel requests",
        "Coefficients of T(p, o)",
    ):
        assert title in titles


def test_a_study_has_its_own_columns(study):
    report = report_study(study)
    with pytest.raises(InputError) as told:
        study_trends(report, "here", TrendQuestion(drift="date"))
    assert str(told.value) == "a study is compared along block: give --drift block, got 'date'"
    with pytest.raises(InputError) as told:
        study_trends(report, "here", TrendQuestion(variation=True), "other")
    assert str(told.value) == "here has no deployment 'other'; it has made-up"


def test_what_a_study_lacks_is_said_with_how_to_measure_it(tmp_path):
    folder = create_study(tmp_path / "half")
    stage = RuntimeStage(
        target=TargetSpec(url="http://127.0.0.1:1", model="m"), cells=CELLS, repeats=1, deployment="made-up"
    )
    folder.add_stage(stage)
    with JournalWriter(folder.journal_file) as journal:
        timed = [
            request(number, shape, float(number), 0.01 * shape.output_tokens + 0.001 * shape.input_tokens)
            for number, shape in enumerate(CELLS)
        ]
        written(journal, stage, "profile", Load(concurrency=1), timed)
    report = report_study(folder.path)
    with pytest.raises(EstimationError) as told:
        study_trends(report, "half", TrendQuestion(contention="concurrency"))
    assert str(told.value) == (
        "half has no levels of concurrency, so contention cannot be told; measure: isocost measure load URL "
        "--out half"
    )
    for question in (TrendQuestion(drift="block"), TrendQuestion(variation=True)):
        with pytest.raises(EstimationError, match=r"^half has no profile with repeats, so "):
            study_trends(report, "half", question)


def test_the_command_takes_a_study(study, monkeypatch, capsys):
    arguments = ["isocost", "runtime", str(study), "--drift", "block", "--deployment", "made-up"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    assert capsys.readouterr().out.startswith(
        "made-up: runtimes drifted, 1.082 [1.082, 1.082] times from the first"
    )
