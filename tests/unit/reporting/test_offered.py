"""What was offered, what ended and how late requests left, as text, table and JSON."""

from __future__ import annotations

import pytest

from doubles.closed_loops import PROVENANCE, run_of, stream
from doubles.open_loops import open_run, served
from isocost.core.deployment import Deployment
from isocost.economics import cost_curve
from isocost.reporting.offered import offered_object, offered_table, offered_text
from isocost.statistics import operating_point
from isocost.studies.report import DeploymentReport, StudyReport


@pytest.fixture
def opened():
    """Two repeats at 2/s, evenly spaced: 60 requests of a second each, sent 1 ms late."""
    rows = served([0.5 * i for i in range(60)], service_s=1.0, slots=4)
    runs = [open_run(rows, rate_per_s=2.0, repeat=repeat) for repeat in (0, 1)]
    return cost_curve([operating_point(run, provenance=PROVENANCE) for run in runs], price=None)


@pytest.fixture
def closed():
    return cost_curve([operating_point(run_of(stream(40)), provenance=PROVENANCE)], price=None)


def report_of(curve):
    return StudyReport(
        name="s",
        deployments=(
            DeploymentReport(
                deployment=Deployment(name="made-up", model="m"), workload="w", runtime=None, curve=curve
            ),
        ),
        recommended=None,
        probability_cheapest=None,
        size_floor=None,
        frontier=None,
        price=None,
        service_levels=(),
        assumptions=(),
        cautions=(),
        provenance=(),
    )


def test_an_open_loop_says_what_was_offered_and_ended(opened):
    # the window is 28.5 s long, from 1 s to 29.5 s: 57 fell due in it and 57 ended
    assert offered_object(opened.levels[0]) == {
        "offered_per_second": pytest.approx(2.0),
        "ended_per_second": pytest.approx(2.0, rel=0.02),
        "send_delay_p99_s": pytest.approx(0.001),
    }
    assert offered_text(opened) == (
        "offered and ended a second: 2/s 2.00 and 2.00; sent at most 1.00 ms late (p99)"
    )


def test_the_table_has_the_mean_in_flight_too(opened):
    table = offered_table(report_of(opened))
    assert table.title == "Offered and ended"
    # Little's law: 2 a second, each in flight for a second less the millisecond it was late
    assert table.groups == (("made-up", (("2/s", "2.00", "2.00", "2.00", "1.0"),)),)


def test_a_closed_loop_has_none_of_it(closed):
    assert offered_text(closed) == ""
    assert offered_table(report_of(closed)) is None
    assert offered_object(closed.levels[0])["offered_per_second"] is None
