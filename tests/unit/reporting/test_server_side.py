"""What servers told, in the page, in JSON and in the terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from doubles.hostile import NAMES
from doubles.study_reports import estimate, study_report
from isocost.core.load import Load
from isocost.core.telemetry import ServerSide
from isocost.reporting import envelope, html_page, terminal_text
from isocost.reporting.server_side import server_rows, server_table, server_text

if TYPE_CHECKING:
    from isocost.studies.report import StudyReport

TOLD = ServerSide(
    source="answers",
    queue=estimate(0.002, "s"),
    prefill=estimate(0.025, "s"),
    decode=estimate(0.4, "s"),
    service=estimate(0.425, "s"),
    first_token=estimate(0.027, "s"),
    first_token_here=estimate(0.03, "s"),
    requests=120,
    requests_here=120,
    running=3.5,
    waiting=0.25,
    in_flight_here=4.0,
    samples=20,
)
GAUGES = ServerSide(source="metrics", running=1.0, waiting=0.0, in_flight_here=1.0, samples=3)
LLAMA = ServerSide(source="metrics", prefill=estimate(0.1, "s"), service=estimate(0.3, "s", spread=None))


def report_of(*sides: ServerSide) -> StudyReport:
    report = study_report()
    first, *others = report.deployments
    levels = tuple((Load(concurrency=2**number), side) for number, side in enumerate(sides))
    return replace(report, deployments=(replace(first, server=levels), *others))


def test_a_report_without_telemetry_says_nothing_of_it() -> None:
    report = study_report()
    assert server_table(report) is None
    assert server_text(report, "tiny-F16") == ""
    assert "server" not in envelope(report)["tables"]
    assert "inside the server" not in terminal_text(report).lower()
    assert "Inside the server" not in html_page(report)


def test_json_has_a_row_a_level_with_intervals() -> None:
    (row,) = envelope(report_of(TOLD))["tables"]["server"]
    assert (row["load"], row["source"], row["requests"], row["samples"]) == (
        "1 concurrent",
        "answers",
        120,
        20,
    )
    assert (row["running"], row["waiting"], row["in_flight_here"]) == (3.5, 0.25, 4.0)
    assert row["queue_s"]["value"] == 0.002
    assert row["queue_s"]["low"] < 0.002 < row["queue_s"]["high"]
    assert server_rows(report_of(LLAMA))["server"][0]["queue_s"] is None


def test_the_table_leaves_out_what_no_server_told() -> None:
    whole = server_table(report_of(TOLD))
    assert whole is not None
    assert [column.title for column in whole.columns] == [
        "Load", "Queue", "Prompt", "Decode", "First token there", "First token here",
        "Running there", "Waiting there", "In flight here", "Told by",
    ]  # fmt: skip
    gauges = server_table(report_of(GAUGES))
    assert gauges is not None
    assert [column.title for column in gauges.columns] == [
        "Load", "Running there", "Waiting there", "In flight here",
    ]  # fmt: skip
    ((_, rows),) = whole.groups
    assert rows[0][-1] == "each answer"
    assert rows[0][6:9] == ("3.50", "0.250", "4.00")


def test_times_are_milliseconds_in_the_page() -> None:
    page = html_page(report_of(TOLD))
    assert "Inside the server" in page
    table = server_table(report_of(TOLD))
    assert table is not None
    ((_, rows),) = table.groups
    assert re.findall(r">([0-9.]+)<", rows[0][1])[0] == "2.00"  # 0.002 s
    assert re.findall(r">([0-9.]+)<", rows[0][3])[0] == "400"  # 0.4 s


def test_the_terminal_has_one_line_where_times_are_told() -> None:
    assert server_text(report_of(TOLD, TOLD), "tiny-F16") == (
        "queue and service inside the server: 1 concurrent 2.00 ms and 425 ms, "
        "2 concurrent 2.00 ms and 425 ms"
    )
    assert server_text(report_of(LLAMA), "tiny-F16") == "service inside the server: 1 concurrent 300 ms"
    assert server_text(report_of(GAUGES), "tiny-F16") == ""


def test_hostile_names_stay_text() -> None:
    report = study_report(names=(NAMES[0], "b", "c", "d"))
    first, *others = report.deployments
    told = replace(report, deployments=(replace(first, server=((Load(concurrency=1), TOLD),)), *others))
    assert "<script>document.title" not in html_page(told)
    assert "Inside the server" in html_page(told)
