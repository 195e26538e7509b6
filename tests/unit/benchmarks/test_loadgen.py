"""The bench of load generators: its server keeps its times and counts, and an absent tool is a row."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import open_target

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[3] / "benchmarks" / "loadgen"
NAMES = ("peers", "truth", "tokenizer_file", "tree")
pytestmark = pytest.mark.skipif(
    shutil.which(os.environ.get("CC", "cc")) is None,
    reason="the truth server is compiled, and there is no C compiler",
)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    monkeypatch.syspath_prepend(str(FOLDER))
    yield {name: importlib.import_module(name) for name in NAMES}
    for name in NAMES:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("endpoint_type", ["completions", "chat"])
def test_its_server_logs_what_clients_see(bench: dict[str, Any], endpoint_type: Any) -> None:
    rows: list[Observation] = []
    with bench["truth"].running_truth(first_s=0.02, gap_s=0.005, cpu=-1) as truth:
        target = open_target(truth.url, endpoint_type=endpoint_type)
        truth.forget()
        plan = RunPlan(load=Load(concurrency=4), shapes=(RequestShape(16, 8),), indices=tuple(range(12)))
        target.measure(plan, record=rows.append, stop=threading.Event())
        log = truth.log(8)
    assert [row.outcome for row in rows] == [Outcome.OK] * 12
    assert {(row.input_tokens, row.output_tokens, len(row.chunk_at_s)) for row in rows} == {(16, 8, 8)}
    assert log.token_at_s.shape == (12, 8)
    assert log.ttft_s.min() >= 0.02
    assert log.gaps_s.mean() == pytest.approx(0.005, rel=1.0)
    seen = np.sort([row.chunk_at_s[0] for row in rows])
    assert np.all(seen >= np.sort(log.token_at_s[:, 0]) - 1e-3)


def test_a_tool_that_is_not_there_says_so(
    bench: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench["peers"], "ENVIRONMENTS", tmp_path)
    assert "make bench-loadgen-peers" in bench["peers"].why_absent("guidellm")
    (tmp_path / "aiperf.why").write_text("does not install: no wheel", encoding="utf-8")
    assert bench["peers"].why_absent("aiperf") == "does not install: no wheel"


def test_a_command_that_takes_too_long_is_ended_with_all_it_started(bench: dict[str, Any]) -> None:
    done = bench["tree"].run(["sh", "-c", "sleep 60 & sleep 60"], cpu=-1, limit_s=0.3)
    assert done.code is None
    assert done.at_s[-1] - done.began_at_s < 30


def test_rates_are_of_the_load_alone_and_of_its_fastest_part(bench: dict[str, Any]) -> None:
    # one look at the server at 0 s, then four requests: 1.0, 1.1, 1.4, 1.5
    read_at_s = np.array([1.4, 0.0, 1.0, 1.5, 1.1])
    log = bench["truth"].Log(read_at_s, (read_at_s + 0.1)[:, None], 0.0).latest(4)
    assert sorted(log.read_at_s) == [1.0, 1.1, 1.4, 1.5]
    assert log.seconds == pytest.approx(0.6)  # from 1.0 to 1.5 + 0.1
    assert log.fastest(1) == pytest.approx(10.0)  # 1.0 to 1.1
    assert log.fastest(2) == pytest.approx(5.0)  # 1.0 to 1.4, or 1.1 to 1.5
    assert log.fastest(4) is None


def test_environments_of_others_may_lie_anywhere(
    bench: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first line of a script names the folder in which it was installed; so it is given to its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "built" / "tool"], check=True)
    script = tmp_path / "built" / "tool" / "bin" / "tool"
    script.write_text(f"#!{tmp_path}/built/tool/bin/python\nprint('it runs')\n", encoding="utf-8")
    (tmp_path / "built").rename(tmp_path / "moved")
    monkeypatch.setattr(bench["peers"], "ENVIRONMENTS", tmp_path / "moved")
    done = subprocess.run(bench["peers"].program("tool", "tool"), capture_output=True, text=True, check=True)
    assert done.stdout == "it runs\n"
