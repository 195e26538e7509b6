"""A search for the limit over real sockets, and what a client that is slowed on purpose is told."""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from doubles.truth_server import running_truth
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.engine import running_stub
from isocost.journal import FindLimitSpec, LoadStage, TargetSpec
from isocost.measurement import Dialect, HttpTarget, resolve_address
from isocost.reporting import envelope_json, html_page, limit_text, terminal_text
from isocost.studies import limit_run
from isocost.studies.answer import report_study
from isocost.studies.client_edge import ClientEdge, calibrated
from isocost.studies.limit_plans import ALONE
from isocost.studies.limits_found import limit_of_study
from isocost.studies.measure import measure_stage, run_study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from isocost.core.observation import ClientHealth

EDGE = ClientEdge(requests_per_s=2000.0, streams=512, tokens_per_s=25e3, requests_limit="read 60 ms late")


def stage_of(url: str, **changes: Any) -> LoadStage:
    given: dict[str, Any] = {
        "service_levels": ("ttft.p50=200ms",),
        "resolution": 1.0,
        "longest_s": 2.0,
        "max_rate": 450.0,
    }
    return LoadStage(
        target=TargetSpec(url=url),
        workload="fixed",
        shapes=(RequestShape(8, 2),),
        find_limit=FindLimitSpec(**(given | changes)),
    )


@pytest.fixture
def known_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit_run, "calibrate", lambda stop=None: EDGE)


@pytest.mark.usefixtures("known_edge")
@pytest.mark.filterwarnings("ignore::isocost.core.errors.IsocostWarning")
def test_a_search_is_journaled_stopped_gone_on_with_and_reported(tmp_path: Path) -> None:
    study = tmp_path / "study"
    # four slots of 15 + 5 ms: 200 requests a second; a queue that grows by half is 200 ms long within 1 s
    with running_truth("--first", "0.015", "--gap", "0.005", "--slots", "4") as truth:
        stage, stop, seen = stage_of(truth.url), threading.Event(), list[str]()

        def watch(progress: Any) -> None:
            seen.append(progress.run)
            if progress.run.startswith("probe 2") and progress.requests > 2:
                stop.set()

        assert not measure_stage(study, stage, watch=watch, stop=stop)
        before = limit_of_study(study, "load")
        assert before is not None
        assert not before.finished
        assert len(before.probes) == 1
        assert before.edge == EDGE
        assert run_study(study)
        found = limit_of_study(study, "load")
        assert found is not None
        assert found.finished
        assert found.probes[0] == before.probes[0]  # not measured again
        assert run_study(study)  # nothing is left
        assert limit_of_study(study, "load") == found
    assert found.passed is not None or found.client is not None  # the machine may be too busy to tell
    assert found.passed is None or found.passed < 260
    assert found.failed is None or found.failed > 60
    report = report_study(study, price_usd_per_hour=2.0)
    assert [level.label for level in report.service_levels] == ["TTFT p50 <= 200 ms"]
    page, told = html_page(report), json.loads(envelope_json(report))
    assert "Up to which rate the service levels are kept" in page
    assert "What this client carries" in page
    assert told["tables"]["limits"][0]["passed_per_s"] == found.passed
    assert told["tables"]["limits"][0]["client"]["requests_per_s"] == 2000.0
    assert len(told["tables"]["probes"]) == len(found.probes)
    assert limit_text(found).split(".")[0] in " ".join(terminal_text(report, width=400).split("\n"))


@contextmanager
def slowed_client() -> Iterator[None]:
    """Hold the interpreter for 100 ms again and again, as a client does that has too much to do."""
    over, before = threading.Event(), sys.getswitchinterval()

    def busy() -> None:
        while not over.is_set():
            pass

    thread = threading.Thread(target=busy, daemon=True)
    sys.setswitchinterval(0.1)
    thread.start()
    try:
        yield
    finally:
        over.set()
        sys.setswitchinterval(before)
        thread.join()


def test_the_stub_answers_and_a_client_slowed_on_purpose_is_found_at_its_limit() -> None:
    with running_stub(gap_s=0.005) as url:
        target = HttpTarget(address=resolve_address(url), dialect=Dialect(model="stub"))
        rows: list[Observation] = []
        plan = RunPlan(
            load=Load(concurrency=2),
            shapes=(RequestShape(1, 5),),
            indices=tuple(range(6)),
            request_timeout_s=10,
        )
        target.measure(plan, record=rows.append, stop=threading.Event())
        assert [(row.outcome, row.output_tokens, len(row.chunk_at_s)) for row in rows] == [
            (Outcome.OK, 5, 5)
        ] * 6
        with slowed_client():
            edge = calibrated(target, threading.Event())
    assert edge.requests_per_s is None
    assert edge.requests_limit is not None
    assert "late" in edge.requests_limit or "of a core" in edge.requests_limit


@pytest.mark.usefixtures("known_edge")
@pytest.mark.filterwarnings("ignore::isocost.core.errors.IsocostWarning")
def test_a_slowed_client_is_not_called_a_saturated_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = HttpTarget.measure

    def slowly(self: HttpTarget, plan: RunPlan, **given: Any) -> ClientHealth:
        record = given.pop("record")

        def held(observation: Observation) -> None:
            until = time.monotonic() + (0.05 if plan.due_s is not None else 0.0)
            while time.monotonic() < until:
                pass
            record(observation)

        return measured(self, plan, record=held, **given)

    monkeypatch.setattr(HttpTarget, "measure", slowly)
    # a server without any limit; the client holds its reading thread for 50 ms an answer: 20 a second
    with running_truth("--first", "0.03", "--gap", "0.005") as truth:
        measure_stage(
            tmp_path / "s",
            stage_of(truth.url, service_levels=("ttft.p50=60ms",), max_rate=60.0, longest_s=2.0),
        )
    found = limit_of_study(tmp_path / "s", "load")
    assert found is not None
    assert found.failed is None
    assert found.client is not None
    assert "the client was at its limit" in limit_text(found)
    assert ALONE not in [each.why for each in found.probes]
