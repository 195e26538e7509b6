"""Stages are written, read back and told apart; faults are named by line and key."""

from dataclasses import replace

import pytest

from isocost.core.errors import InputError
from isocost.core.limits import Limits
from isocost.core.load import RequestShape
from isocost.journal import (
    Assumptions,
    EngineSpec,
    LoadStage,
    RuntimeStage,
    StudyFolder,
    TargetSpec,
    TransformersSpec,
    create_study,
    open_study,
    read_assumptions,
    write_template,
)

SWEEP = LoadStage(
    name="load",
    deployment="m",
    target=TargetSpec(url="http://host:8000", model="m", headers={"X-Team": "a"}, extra_body={"top_k": 1}),
    workload="chat",
    shapes=(RequestShape(3, 4), RequestShape(5, 6)),
    concurrency=(1, 2),
    duration_s=3.0,
)
PROFILE = RuntimeStage(
    name="runtime",
    deployment="m",
    target=TargetSpec(engine=EngineSpec(model="tiny", precision="Q8_0")),
    cells=(RequestShape(3, 4),),
)


def test_stages_are_read_back_as_they_were_asked(tmp_path):
    folder = create_study(tmp_path / "a")
    assert folder.add_stage(SWEEP) == SWEEP
    assert folder.add_stage(PROFILE) == PROFILE
    assert folder.stages() == (SWEEP, PROFILE)
    assert open_study(folder.study_file).stages() == (SWEEP, PROFILE)
    assert "shapes: [3x4, 5x6]" in folder.study_file.read_text()


def test_a_profile_in_process_is_read_back_as_it_was_asked(tmp_path):
    spec = TransformersSpec(model="tiny", precision="BF16", device="cpu", threads=1)
    asked = replace(PROFILE, target=TargetSpec(transformers=spec), warmups=4)
    folder = create_study(tmp_path)
    folder.add_stage(asked)
    assert folder.stages() == (asked,)
    assert "transformers: {model: tiny, precision: BF16, device: cpu, threads: 1}" in (
        folder.study_file.read_text()
    )


@pytest.mark.parametrize(
    "given",
    [{}, {"url": "http://host", "transformers": TransformersSpec(model="tiny")}],
)
def test_a_target_is_exactly_one_thing(given):
    with pytest.raises(InputError) as caught:
        TargetSpec(**given)
    assert str(caught.value) == "a target needs exactly one of url, engine and transformers"


def test_what_answers_one_request_at_a_time_is_not_swept():
    target = TargetSpec(transformers=TransformersSpec(model="tiny"))
    assert replace(SWEEP, target=target, concurrency=(1,)).concurrency == (1,)
    with pytest.raises(InputError) as caught:
        replace(SWEEP, target=target)
    assert str(caught.value) == (
        "transformers in this process answers one request at a time; a sweep over load needs an endpoint or "
        "the embedded engine (engine:tiny)"
    )


def test_warm_ups_are_at_least_one():
    with pytest.raises(InputError, match=r"^warmups must be at least 1, got 0$"):
        replace(PROFILE, warmups=0)


def test_an_identical_stage_is_already_there_and_a_changed_one_needs_a_name(tmp_path):
    folder = create_study(tmp_path)
    folder.add_stage(SWEEP)
    folder.add_stage(SWEEP)
    assert len(folder.stages()) == 1
    changed = replace(SWEEP, concurrency=(1, 8))
    with pytest.raises(InputError) as caught:
        folder.add_stage(changed)
    assert str(caught.value) == (
        f"the study {tmp_path} has a stage 'load' that asks for something else "
        "(concurrency [1, 2] there, [1, 8] here); give the new one a name of its own: --stage NAME"
    )


HEAD = "format: 1\nstages:\n- name: a\n  kind: load\n  deployment: d\n  target: {url: x}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + "  concurency: [1]\n", "line 7: there is no key stages.0.concurency; check its spelling"),
        ("format: 1\nstages: [\n", "line 3: no valid YAML"),
        ("format: 1\nstages:\n- {name: a, kind: rutime}\n",
         "line 3, key stages.0: kind must be 'runtime', 'load', 'quality', got 'rutime'"),
        (HEAD + "  workload: w\n  shapes: [1x1]\n  concurrency: [1]\n  repeats: many\n  duration_s: 1\n",
         "line 10, key stages.0.repeats: must be a whole number (got 'many')"),
        (HEAD + "  workload: w\n  shapes: [1x0]\n  concurrency: [1]\n  duration_s: 1\n",
         "line 8, key stages.0.shapes.0: a request needs at least 1 input and 1 output token, got 1 and 0"),
        (HEAD + "  workload: w\n  shapes: [1x1]\n  concurrency: [0]\n  duration_s: 1\n",
         "key stages.0: concurrency levels must be at least 1, got [0]"),
        ("format: 1\nstages: [3]\n", "line 2, key stages.0: must be keys with their values (got 3)"),
        ("format: 1\nstages: 3\n", "line 2, key stages: must be a list (got 3)"),
        ("format: 1\nstages:\n- {name: a}\n",
         "line 3, key stages.0: each stage needs its kind: runtime or load"),
        (HEAD + "  workload: 3\n  shapes: [1x1]\n  concurrency: [1]\n  duration_s: 1\n",
         "line 7, key stages.0.workload: must be text (where in doubt, put it in quotes) (got 3)"),
        (HEAD + "  shapes: [1x1]\n  concurrency: [1]\n  duration_s: 1\n",
         "line 3, key stages.0.workload: this key is missing"),
        ("format: 9\nstages: []\n", "has format 9 and this isocost reads up to 1; get a newer isocost"),
        ("- 1\n", "line 1: "),
        ("a: &a [*a, *a]\n", "study.yaml"),
    ],
)  # fmt: skip
def test_a_broken_study_file_is_told_by_line_and_key(tmp_path, text, sentence):
    (tmp_path / "study.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        StudyFolder(tmp_path).stages()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_study_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"is no study: there is no study\.yaml in it"):
        open_study(tmp_path)
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InputError, match="cannot make the study folder"):
        create_study(file)


def test_assumptions_are_read_checked_and_never_overwritten(tmp_path):
    path = tmp_path / "assumptions.yaml"
    assert read_assumptions(path) == Assumptions()
    write_template(path, Assumptions(machine="cloud-2core", size_floor=50))
    assert read_assumptions(path) == Assumptions(machine="cloud-2core", size_floor=50)
    write_template(path, Assumptions(machine="other"))
    assert read_assumptions(path).machine == "cloud-2core"
    path.write_text("price_usd_per_hour: cheap\n")
    with pytest.raises(InputError, match=r"line 1, key price_usd_per_hour: must be a number \(got 'cheap'\)"):
        read_assumptions(path)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"concurrency": (0,)}, "concurrency levels must be at least 1, got [0]"),
        ({"concurrency": (2, 2)}, "concurrency levels must differ, got [2, 2]"),
        ({"repeats": 0}, "repeats must be at least 1, got 0"),
        (
            {"requests_per_level": 5},
            "a sweep needs either a number of requests for each run or a duration, not both",
        ),
        ({"duration_s": float("nan")}, "--duration must be above 0 seconds and finite, got nan"),
        ({"shapes": ()}, "a load stage needs at least one request shape"),
    ],
)
def test_a_stage_that_would_measure_nothing_is_refused(changes, sentence):
    with pytest.raises(InputError) as caught:
        replace(SWEEP, **changes)
    assert str(caught.value) == sentence


def test_limits_are_written_and_an_earlier_form_is_read(tmp_path):
    folder = StudyFolder(tmp_path)
    folder.study_file.write_text(
        "format: 1\nstages:\n- {name: q, kind: quality, target: {url: 'http://h/v1'}, questions: small, "
        "digest: d, count: 3, max_requests: 7, max_cost_usd: 0.5, input_usd_per_million: 1, "
        "output_usd_per_million: 2}\n"
    )
    wanted = Limits(max_requests=7, max_cost_usd=0.5, input_usd_per_million=1, output_usd_per_million=2)
    (stage,) = folder.stages()
    assert stage.limits == wanted
    changed = folder.limit(stage, wanted.with_changes(Limits(max_requests=9)))
    assert folder.stages() == (changed,)
    assert changed.limits.max_requests == 9
    assert changed.limits.max_cost_usd == 0.5
    assert folder.add_stage(replace(stage, limits=None)).limits is None  # limits alone make no other stage
    assert "limits" not in folder.study_file.read_text()


def test_a_limit_that_limits_nothing_is_told_with_its_line(tmp_path):
    folder = StudyFolder(tmp_path)
    folder.study_file.write_text(
        "format: 1\nstages:\n- name: q\n  kind: quality\n  target: {url: 'http://h/v1'}\n  questions: small\n"
        "  digest: d\n  count: 3\n  limits: {max_requests: 0}\n"
    )
    with pytest.raises(InputError, match=r"study\.yaml, line 9.*--max-requests must be at least 1, got 0"):
        folder.stages()
    folder.study_file.write_text(folder.study_file.read_text().replace("max_requests: 0", "max_request: 1"))
    with pytest.raises(InputError, match=r"study\.yaml, line 9: there is no key .*max_request; check"):
        folder.stages()
