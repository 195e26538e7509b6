"""The embedded engine tells how many requests it works on; isocost reads it as from any other server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from isocost.core.load import RequestShape
from isocost.journal import LoadStage, TargetSpec, read_runs
from isocost.statistics import operating_point
from isocost.studies.deployments import run_provenance
from isocost.studies.measure import measure_stage

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.engine import RunningEngine

pytestmark = pytest.mark.engine


def test_requests_there_and_here_agree(tiny_engine: RunningEngine, tmp_path: Path) -> None:
    stage = LoadStage(
        target=TargetSpec(url=tiny_engine.url),
        workload="w",
        shapes=(RequestShape(8, 64),),
        concurrency=(2,),
        duration_s=1.6,
        repeats=1,
    )
    assert measure_stage(tmp_path, stage)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    side = operating_point(run, provenance=run_provenance(run)).server
    assert side is not None
    assert side.samples >= 1
    assert side.running is not None
    assert side.waiting is not None
    assert 0 <= side.running + side.waiting <= 2  # two streams
    assert side.in_flight_here is not None
    assert 0 < side.in_flight_here <= 2
    assert (side.requests, side.requests_here) == (len(run.observations), len(run.observations))
