"""Two nodes of a Ray cluster measure as one, and one of them is killed in mid-run."""

import importlib.util
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from doubles import ray_pair
from doubles.truth_server import running_truth
from isocost.core.errors import MeasurementError, MissingExtraError
from isocost.execution import RayCluster
from isocost.journal import read_runs

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray (extra [scale]) is not installed"
)
FIRST_SIZE = 1000  # every request has a prompt length of its own, so the server's log names it
GRACE_S = 0.25
REQUESTS = 240
STREAMS = 8
QUIET = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}
SOURCES = os.pathsep.join([str(Path(__file__).parents[2] / "src"), os.environ.get("PYTHONPATH", "")])


@contextmanager
def two_nodes():
    process = subprocess.Popen(
        [sys.executable, str(Path(ray_pair.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**QUIET, "PYTHONPATH": SOURCES},
    )
    with process:
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait(30)


def isocost(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "isocost", *map(str, arguments), "--quiet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**QUIET, "PYTHONPATH": SOURCES},
    )


def sent(truth):
    return Counter(size for size in truth.sizes() if size >= FIRST_SIZE)


@needs_ray
def test_a_node_that_is_killed_loses_what_it_had_in_flight_and_nothing_else(tmp_path):
    study, lengths = tmp_path / "study", tmp_path / "lengths.csv"
    sizes = "".join(f"{FIRST_SIZE + number},12\n" for number in range(REQUESTS))
    lengths.write_text("input_tokens,output_tokens\n" + sizes)
    with running_truth("--first", "0.05", "--gap", "0.02") as truth, two_nodes() as nodes:
        address = nodes.stdout.readline().strip()
        process = isocost(
            "measure", "load", truth.url, "--out", study, "--workload", lengths, "--concurrency", STREAMS,
            "--num-requests", REQUESTS, "--repeats", 1, "--executor", "ray", "--ray-address", address,
        )  # fmt: skip
        until = time.monotonic() + 90
        while len(truth.sizes()) < 80 and time.monotonic() < until and process.poll() is None:
            time.sleep(0.05)
        nodes.stdin.write("kill\n")
        nodes.stdin.flush()
        killed_s = time.monotonic()
        _, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        assert "warning: load, 8 concurrent #0: 1 of 2 workers were lost (worker" in err
        (run,) = read_runs(study / "journal.sqlite")
        assert run.segments[0].facts["executor"] == "ray, 2 workers on 2 nodes"
        seen = run.observations
        there = set(seen.index[~seen.warmup & seen.ok])
        assert not run.finished
        assert REQUESTS // 2 <= len(there) < REQUESTS  # the other node did its half
        for size, log in zip(truth.sizes(), truth.log(), strict=True):
            if size >= FIRST_SIZE and len(log) == 13 and log[-1] < killed_s - GRACE_S:
                assert size - FIRST_SIZE in there  # its shard is read as far as it was committed
        before = sent(truth)
        process = isocost("run", study)  # on the node that is left
        _, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        again = sent(truth) - before - Counter(range(FIRST_SIZE, FIRST_SIZE + STREAMS))  # these warm up
        assert {size - FIRST_SIZE for size in again} == set(range(REQUESTS)) - there
    (run,) = read_runs(study / "journal.sqlite")
    seen = run.observations
    assert run.finished
    assert sorted(seen.index[~seen.warmup & (seen.outcome != "cancelled")]) == list(range(REQUESTS))
    assert run.segments[1].facts["executor"] == "ray, 1 worker on 1 node"


@needs_ray
def test_a_cluster_that_is_not_there_is_told_in_one_sentence():
    code = (
        "from isocost.execution import RayCluster\n"
        "with RayCluster('127.0.0.1:1').hire('isocost.execution.serial:echo'): pass"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**QUIET, "PYTHONPATH": SOURCES},
        timeout=60, check=False,
    )  # fmt: skip
    assert f"{MeasurementError.__name__}: no Ray cluster answers at 127.0.0.1:1" in ended.stderr


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'isocost\[scale\]'"), RayCluster().hire("x:y"):
        pass
