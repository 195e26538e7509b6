"""The data and fields with which the page computes anew."""

import html
import json
import re
from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import PRICE, study_report
from isocost.reporting import html_page
from isocost.reporting.document import SIZE_LIMIT, Part, document
from isocost.reporting.markup import Markup
from isocost.reporting.verdict import verdict_of
from isocost.reporting.what_if import LIMIT, what_if_controls, with_notes
from isocost.studies.hourly import HourlyQuestion, hourly_report
from isocost.studies.report import StudyReport


def controls(report: StudyReport) -> Markup:
    """The richest controls."""
    return what_if_controls(report, verdict_of(report))[0]


def data_of(report: StudyReport) -> dict[str, object]:
    written = controls(report)
    return json.loads(re.search(r'id="what-if-data">(.*)</script>', written, re.DOTALL)[1])  # type: ignore[index,no-any-return]


def test_machine_seconds_and_latencies_are_told_at_full_precision() -> None:
    report = study_report()
    told = data_of(report)
    for each, deployment in zip(told["deployments"], report.deployments, strict=True):  # type: ignore[call-overload]
        assert deployment.curve is not None
        for level, truth in zip(each["levels"], deployment.curve.levels, strict=True):
            assert level["s"][0] == truth.machine_seconds_per_million.value
            seen = dict(zip(told["keys"], level["seen"], strict=True))  # type: ignore[call-overload]
            assert {key: value[0] for key, value in seen.items()} == {
                key: estimate.value for key, estimate in truth.latency.items() if key in seen
            }


def test_names_from_outside_cannot_end_the_data() -> None:
    report = study_report(names=NAMES[:4])
    written = controls(report)
    inner = re.search(r'id="what-if-data">(.*)</script>', written, re.DOTALL)[1]  # type: ignore[index]
    assert not set("<>&") & set(inner)
    assert [each["name"] for each in json.loads(inner)["deployments"]][:2] == list(NAMES[:2])


def test_utilization_and_electricity_need_an_owned_machine() -> None:
    given = controls(study_report())
    assert 'id="price"' in given
    assert 'id="utilization"' not in given
    hourly = hourly_report("a800-owned", HourlyQuestion(changes={}))
    owned = replace(study_report(price=hourly.price), hourly=hourly)
    written = controls(owned)
    assert 'id="utilization"' in written
    assert "CNY per kWh" in written
    hour = data_of(owned)["hour"]
    # arXiv 2510.26136: CNY 120,000 at 7.09 CNY/USD
    assert hour["values"]["purchase_price"] == pytest.approx(120_000 / 7.09, rel=1e-12)  # type: ignore[index]
    rented = hourly_report("a800-rented", HourlyQuestion(changes={}))
    by_the_hour = replace(study_report(price=rented.price), hourly=rented)
    assert 'id="utilization"' not in controls(by_the_hour)


def test_service_levels_asked_for_are_on_and_others_are_offered() -> None:
    written = controls(study_report())
    rows = re.findall(r'<div class="slider" data-input="service-(\d+)"( hidden)?>(.*?)</div>', written)
    assert [bool(hidden) for _, hidden, _ in rows] == [False] + [True] * (len(rows) - 1)
    assert "checked" in rows[0][2]
    assert "TTFT p95 at most" in rows[0][2]
    offered = re.findall(r'<option value="\d+">([^<]*)<', written)
    assert offered == [
        "TTFT p50",
        "Time per token p50",
        "Time per token p95",
        "End to end mean",
        "Speed for one user p50",
    ]


def test_each_field_has_a_label_and_each_slider_a_name() -> None:
    written = controls(study_report())
    for field in re.findall(r'<input id="([^"]+)" type="number"', written):
        assert f'<label for="{field}">' in written
    for kind in ("range", "checkbox"):
        inputs = re.findall(f'<input type="{kind}"[^>]*>', written)
        assert inputs
        assert all('aria-label="' in each for each in inputs)
    assert '<form class="what-if" hidden ' in written


def test_many_levels_leave_fewer_to_add() -> None:
    few, many = (controls(study_report(stacks=n)) for n in (4, 64))
    assert len(few) < LIMIT < len(many)
    assert "Add a service level" in few
    assert "Add a service level" not in many
    assert "TTFT p95 at most" in many


@pytest.mark.parametrize("stacks", [12, 16, 24])
def test_what_can_be_tried_gives_way_before_the_page_grows_too_large(stacks: int) -> None:
    page = html_page(study_report(stacks=stacks))
    assert len(page.encode()) <= SIZE_LIMIT
    assert "What a million output tokens cost" in page
    assert ('id="what-if-data"' in page) == (page.count("<script>") == 7)


def test_intervals_that_hold_the_range_of_a_price_are_not_re_priced() -> None:
    assumed = replace(PRICE, low=PRICE.usd_per_hour * 0.5, high=PRICE.usd_per_hour * 2)

    def ends(report: StudyReport) -> int:
        table = html_page(report).split("Costs on every basis")[1].split("</table>")[0]
        return len(re.findall(r'class="cost"[^>]*data-low', table))

    # 4 deployments at 5 levels: output, input, both and requests; machine-seconds of output have their own
    assert ends(study_report()) == 4 * 20
    assert ends(study_report(price=assumed)) == 20


def test_parts_say_what_they_do_not_follow() -> None:
    follows, stays = with_notes(
        [
            Part(title="a", markup=Markup("<p>a</p>"), expendable=False, stays=""),
            Part(title="b", markup=Markup("<p>b</p>"), expendable=False, stays="hour"),
        ]
    )
    assert follows.markup == "<p>a</p>"
    assert stays.markup.startswith('<p>b</p><p class="stays" data-on="hour" hidden>')


def test_what_gives_way_in_vain_comes_back() -> None:
    def part(title: str, size: int) -> Part:
        return Part(title=title, markup=Markup("x" * size), expendable=True)

    page = document(
        name="n", dates=(), verdict=Markup(), parts=[part("large", SIZE_LIMIT), part("small", 10)], footer=()
    )
    assert re.findall('class="left-out">([^:]*):', html.unescape(page)) == ["large"]
