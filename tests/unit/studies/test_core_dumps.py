"""Who holds a key leaves no memory behind, on whatever machine it measures."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
from isocost.core.errors import InputError, MeasurementError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.journal import TargetSpec
from isocost.studies.shard_job import ShardJob
from isocost.studies.shard_work import _Worker
job = ShardJob(
    shard="0" * 32, folder=None, target=TargetSpec(url="http://127.0.0.1:9/v1", **{KEY}), deployment="d",
    stage="s", label="l", repeat=0,
    plan=RunPlan(load=Load(concurrency=1), shapes=(RequestShape(1, 1),), indices=(0,)),
)
try:
    _Worker(None, None)._target(job)
except (InputError, MeasurementError):
    print(resource.getrlimit(resource.RLIMIT_CORE)[0] == 0, most == 0)
"""


@pytest.mark.parametrize(("key", "none"), [("{'api_key_env': 'ABSENT_KEY'}", True), ("{}", False)])
def test_a_worker_that_gets_a_key_dumps_no_core(key, none):
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("{KEY}", key)], capture_output=True, text=True, check=True
    )
    dumps_none, never = (word == "True" for word in ended.stdout.split())
    assert dumps_none is (none or never)
