"""A search for the limit against simulated servers whose limit is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doubles.limit_runs import SimulatedServer, search_stage_of
from isocost.core.errors import MeasurementError
from isocost.reporting import limit_text
from isocost.studies.limit_plans import ALONE
from isocost.studies.limit_search import is_finished, search
from isocost.studies.limits_found import FoundLimit, is_level, limit_cautions, limit_of

LONG: dict[str, Any] = {"longest_s": 4000.0, "most_requests": 2000}


def found_on(server: SimulatedServer, *levels: str, **changes: Any) -> FoundLimit:
    stage = search_stage_of(*levels, **(LONG | changes))
    assert search(stage, (), server.carry, highest=stage.find_limit.max_rate if stage.find_limit else None)
    return limit_of("made-up", stage, server.runs)


@pytest.fixture(scope="module")
def plain() -> tuple[SimulatedServer, FoundLimit]:
    """A search before M/D/4 of 40 requests a second."""
    server = SimulatedServer()
    return server, found_on(server, "ttft.p95=1s")


def test_the_interval_holds_the_limit(plain: tuple[SimulatedServer, FoundLimit]) -> None:
    # with waits up to 1 s the limit is a little below the capacity of 40/s, above which the queue grows
    found = plain[1]
    assert found.state in ("found", "between")
    assert found.limit is not None
    assert found.limit.kind == "measured"
    assert found.limit.n == len(found.probes)
    assert found.passed is not None
    assert found.failed is not None
    assert 20 < found.passed < 40 <= found.failed < 44
    assert (found.limit.low, found.limit.high) == (found.passed, found.failed)


def test_the_first_probe_is_at_the_rate_of_one_stream() -> None:
    server = SimulatedServer(slots=1, service_s=0.25)
    found = found_on(server, "ttft.p95=2s")
    assert server.sent[0] == ALONE
    assert found.probes[0].rate_per_s == 4.0


def test_failures_are_a_limit_too() -> None:
    found = found_on(SimulatedServer(refuse_from=10.0), "ttft.p50=2s")
    assert found.failed is not None
    assert found.passed is not None
    assert found.passed < 10.0 <= found.failed
    why = {each.why for each in found.probes if each.rate_per_s >= 10.0}
    assert any("at most 5 % of the requests fail" in each for each in why)


def test_a_promise_that_one_request_alone_breaks_is_never_kept() -> None:
    server = SimulatedServer(service_s=2.0)
    found = found_on(server, "ttft.p95=100ms")
    assert found.state == "never"
    assert server.sent == [ALONE]
    # the first of four tokens comes after a quarter of 2 s
    assert limit_text(found) == (
        "Limit: never: not even one request at a time keeps TTFT p95 <= 100 ms (seen TTFT p95 <= 100 ms: "
        "500 ms); promise less, or serve a faster model."
    )


def test_a_saturated_client_is_no_saturated_server() -> None:
    found = found_on(SimulatedServer(slots=400, client_holds=30.0), "ttft.p95=2s")
    assert found.state == "at least"
    assert found.failed is None
    assert found.limit is None
    told = limit_text(found)
    assert "97% of a core" in told
    assert "the client was at its limit" in told
    assert "--executor processes" in told
    assert [each.code for each in limit_cautions([found])] == ["client-saturated"]


def test_a_pass_counts_although_the_client_was_busy() -> None:
    # late sending is part of every latency, so what is kept all the same is kept
    found = found_on(SimulatedServer(slots=400, client_holds=30.0), "ttft.p95=2s", max_rate=50.0)
    assert found.passed == 50.0
    assert "--max-rate says to probe no higher" in limit_text(found)


def test_a_search_goes_on_where_it_was_stopped(plain: tuple[SimulatedServer, FoundLimit]) -> None:
    stage = search_stage_of("ttft.p95=1s", **LONG)
    whole = plain[0]
    cut = SimulatedServer(stop_after=4)
    assert not search(stage, (), cut.carry, highest=None)
    so_far = limit_of("made-up", stage, cut.runs)
    assert not so_far.finished
    assert next(each.code for each in limit_cautions([so_far])) == "limit-not-finished"
    cut.stop_after = None
    assert search(stage, tuple(cut.runs), cut.carry, highest=None)
    assert cut.sent == whole.sent
    assert len(set(cut.sent)) == len(cut.sent)  # none is sent again
    assert is_finished(stage, cut.runs, highest=None)


def test_a_probe_that_was_cut_begins_anew_behind_its_requests() -> None:
    stage = search_stage_of("ttft.p95=2s", **LONG)
    server = SimulatedServer(stop_after=2)
    search(stage, (), server.carry, highest=None)
    last = server.runs[-1]
    cut = replace(last, finished=False, segments=(replace(last.segments[0], facts={}),))
    plans: list[Any] = []
    search(stage, (server.runs[0], cut), plans.append, highest=None)
    assert plans[0].run.label == last.label
    assert plans[0].plan.indices[0] == int(last.observations.index.max()) + 1


def test_behind_a_probe_that_did_not_pass_the_target_is_left_to_get_quiet(
    plain: tuple[SimulatedServer, FoundLimit],
) -> None:
    server = plain[0]
    for place, label in enumerate(server.sent):
        if label.startswith("until quiet"):
            before, after = server.sent[place - 1], server.sent[place + 1]
            assert before.startswith("probe")
            assert after.startswith("probe")
    assert any(label.startswith("until quiet") for label in server.sent)


def test_levels_of_load_are_the_probes_below_the_first_that_failed(
    plain: tuple[SimulatedServer, FoundLimit],
) -> None:
    server, found = plain
    levels = [run.load.rate_per_s for run in server.runs if is_level(run, server.runs)]
    assert levels
    assert max(rate or 0 for rate in levels) < (found.failed or 0)


def test_a_target_that_answers_nothing_is_told() -> None:
    stage = search_stage_of("ttft.p95=2s", **LONG)
    server = SimulatedServer()

    def carry(probe: Any) -> Any:
        run = server.carry(probe)
        assert run is not None
        outcome = run.observations.outcome.copy().astype("<U12")
        outcome[:] = "http_error"
        segment = replace(run.segments[0], facts={})
        return replace(run, observations=replace(run.observations, outcome=outcome), segments=(segment,))

    with pytest.raises(MeasurementError, match="no request was answered, not even one at a time"):
        search(stage, (), carry, highest=None)


def test_two_promises_are_both_held() -> None:
    # one slot of 0.1 s and 10/s: of M/D/1 at 6.7/s and more over 5 % take longer than 300 ms, far below 10/s
    both = found_on(SimulatedServer(slots=1), "ttft.p95=1s", "e2e.p95=250ms")
    alone = found_on(SimulatedServer(slots=1), "ttft.p95=1s")
    assert both.passed is not None
    assert alone.passed is not None
    assert both.passed < alone.passed
    assert any("end to end" in each.why for each in both.probes)
