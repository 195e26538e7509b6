"""Who sends is said on the command line; mistakes get one sentence and nothing is written or sent."""

import subprocess
import sys
from dataclasses import replace

import pytest

from isocost.cli.executors import parse_executor
from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.journal import ExecutorSpec, LoadStage, StudyFolder, TargetSpec


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            (None, 4, None),
            "--workers belongs to --executor, which is not given; give --executor processes or ray, too",
        ),
        (
            (None, None, "auto"),
            "--ray-address belongs to --executor, which is not given; give --executor ray, too",
        ),
        (("threads", None, None), "--executor must be processes, ray or serial, got 'threads'"),
        (("processes", 0, None), "--workers must be from 1 to 256, got 0"),
        (("serial", 3, None), "the serial executor has one worker, got 3; give --executor processes"),
        (("processes", 2, "auto"), "--ray-address belongs to --executor ray, and the executor is processes"),
    ],
)
def test_options_that_do_not_go_together_are_refused(given, sentence):
    with pytest.raises(InputError) as error:
        parse_executor(*given)
    assert str(error.value) == sentence


def test_without_options_this_process_sends_alone():
    assert parse_executor(None, None, None) is None
    assert parse_executor("ray", None, "10.0.0.1:6379") == ExecutorSpec(
        name="ray", ray_address="10.0.0.1:6379"
    )


def test_a_stack_that_the_measurement_starts_itself_has_no_workers(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "isocost", "measure", "load", "engine:tiny", "--out", str(tmp_path / "s"),
         "--executor", "processes"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "serve it first (isocost engine serve), then give its address" in ended.stderr
    assert not (tmp_path / "s").exists()


def test_the_executor_is_written_down_and_read_back_and_left_out_where_there_is_none(tmp_path):
    stage = LoadStage(
        target=TargetSpec(url="http://127.0.0.1:8000/v1"),
        workload="w",
        shapes=(RequestShape(8, 4),),
        concurrency=(1,),
        requests_per_level=1,
    )
    study = StudyFolder(tmp_path)
    study.add_stage(stage)
    assert "executor" not in study.study_file.read_text()
    crew = LoadStage(
        target=stage.target,
        workload="w",
        shapes=stage.shapes,
        concurrency=(1,),
        requests_per_level=1,
        name="crew",
        executor=ExecutorSpec(name="processes", workers=3),
    )
    study.add_stage(crew)
    assert study.stages() == (stage, crew)
    with pytest.raises(InputError, match="executor none there"):
        study.add_stage(replace(crew, name="load"))
