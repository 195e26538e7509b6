"""The page is one file, small, closed to the network and to whatever names hold."""

import base64
import hashlib
import html
import re
from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import PRICE, nothing_qualifies, runtime_only, study_report
from isocost.core.estimate import Caution
from isocost.core.money import HourlyPrice
from isocost.core.provenance import Provenance
from isocost.reporting import envelope, html_page
from isocost.reporting.verdict import verdict_of
from isocost.studies.hourly import HourlyQuestion, hourly_report
from isocost.studies.report import Assumption, StudyReport


def hostile_report() -> StudyReport:
    report = study_report(names=NAMES[:4])
    texts = tuple(Assumption(name=name, value=name, source=name) for name in NAMES)
    return replace(
        report,
        name=NAMES[0],
        assumptions=texts,
        cautions=tuple(Caution(name, name) for name in NAMES),
        provenance=tuple(Provenance(source=name, tool=name, facts={name: name}) for name in NAMES),
    )


@pytest.mark.parametrize(
    "report",
    [
        study_report(),
        study_report(price=None),
        study_report(stacks=12),
        nothing_qualifies(),
        runtime_only(),
        hostile_report(),
    ],
    ids=["four", "no price", "twelve", "nothing", "runtime", "hostile"],
)
def test_every_page_is_small_and_closed(report: StudyReport) -> None:
    page = html_page(report)
    assert len(page.encode()) < 300 * 1024
    assert page == html_page(report)
    scripts = 7 if report.frontier is not None else 1  # a page without a sweep has nothing to try
    assert page.count("<script>") == scripts
    assert page.count("<script") == scripts + (scripts > 1)  # and the data, which do not run
    assert page.count("<style>") == 1
    assert not re.search(r"<[^>]+\s(on\w+|src|href|style|srcdoc|action)\s*=", page)
    outside = re.findall(r"https?://[^\s\"'<;&]+", page)
    assert set(outside) <= {
        "http://www.w3.org/2000/svg",
        "http://127.0.0.1:8000",
    }  # a namespace; text of provenance


def test_the_policy_allows_our_own_script_and_style_alone() -> None:
    page = html_page(study_report())
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])  # type: ignore[index]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        contents = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in contents]
        assert rules[rule].split() == [f"'sha256-{digest}'" for digest in digests]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_the_verdict_leads() -> None:
    report = study_report()
    page = html_page(report)
    head = html.unescape(re.sub("<[^>]+>", "", re.search("<h1>(.*?)</h1>", page)[1]))  # type: ignore[index]
    assert verdict_of(report).text.startswith(head)
    assert "$" in head


def test_all_sections_are_there() -> None:
    titles = re.findall("<h2>(.*?)</h2>", html_page(study_report()))
    assert titles == [
        "The production frontier",
        "What a million output tokens cost, by load",
        "How long users wait, by load",
        "Do the principles of production hold here?",
        "The principles, every deployment",
        "Levels of load",
        "Costs on every basis",
        "Returns to concurrency",
        "Production units, strict dominance",
        "Idealized runtime",
        "What one request takes on tiny-F16",
        "What one request takes on small-F16",
        "Coefficients of T(p, o)",
        "Profiled cells of T(p, o)",
        "Cautions",
        "Assumptions",
        "Where the numbers come from",
    ]


def test_an_unknown_price_leaves_the_field_empty_and_costs_in_machine_seconds() -> None:
    page = html_page(study_report(price=None))
    assert 'value="" data-known=""' in page
    assert "machine-seconds</span> per M output" in page
    assert "$" not in re.sub("<script.*?</script>", "", page, flags=re.DOTALL)


def test_deployments_of_different_price_have_no_common_field() -> None:
    report = study_report()
    dearer = HourlyPrice(usd_per_hour=1.0, source="given by you", date="2026-11-21")
    first = report.deployments[0]
    assert first.curve is not None
    changed = replace(first, curve=replace(first.curve, price=dearer))
    page = html_page(replace(report, deployments=(changed, *report.deployments[1:])))
    assert 'id="price"' not in page


def test_without_doubts_it_says_so() -> None:
    page = html_page(replace(study_report(), cautions=(), assumptions=(), provenance=()))
    assert "None: nothing looked doubtful." in page


def test_what_is_left_out_for_size_is_said() -> None:
    page = html_page(study_report(stacks=12))
    assert "left out of the page for its size; isocost report --json holds the numbers." in page
    assert "What a million output tokens cost" in page


def test_a_price_of_zero_can_be_shown() -> None:
    assert "$0" in html_page(study_report(price=replace(PRICE, usd_per_hour=0.0)))


def test_a_price_from_an_owned_machine_is_taken_apart() -> None:
    hourly = hourly_report("h100-owned", HourlyQuestion(changes={}, sensitivity=True))
    page = html_page(replace(study_report(), hourly=hourly))
    assert "What an hour of use is made of" in page
    for name, part in hourly.parts.items():
        assert f"<title>{name}: {part.value:.4f} [" in page
    for title in ("Own against rent", "What the cost of one hangs on", "Assumptions of the hour"):
        assert title in page
    assert "What an hour of use is made of" not in html_page(study_report())
    told = envelope(replace(study_report(), hourly=hourly))["tables"]
    assert [row["part"] for row in told["hourly_parts"]] == list(hourly.parts)
    assert [row["parameter"] for row in told["hourly_parameters"]] == list(hourly.machine.profile.parameters)
