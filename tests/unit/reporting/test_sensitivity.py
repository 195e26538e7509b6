"""What a cost hangs on, in words, tables, a picture and rows."""

from dataclasses import replace

import pytest

from doubles.study_reports import study_report
from isocost.core.assumed import Assumed
from isocost.core.estimate import Estimate
from isocost.core.load import Load
from isocost.core.service_level import parse_service_level
from isocost.economics import CostSensitivity, Influence, Sensitivity, ServiceInfluence, Turn
from isocost.reporting import envelope, html_page, terminal_text
from isocost.reporting.charts.tornado import tornado_figure
from isocost.reporting.sensitivity import question_sentence, sensitivity_rows, sensitivity_text

USED = Influence(
    name="utilization",
    assumed=Assumed(value=0.6, low=0.3, high=0.9, unit="1", source="assumption", date=""),
    at_low=0.6,
    at_high=0.2,
    first_order=0.76,
    total_order=0.774,
)
PRICED = Influence(
    name="<b>price",
    assumed=Assumed(value=3.0, low=2.0, high=4.0, unit="USD/h", source="you", date="", shape="uniform"),
    at_low=0.25,
    at_high=0.35,
    first_order=0.2,
    total_order=0.21,
)
FOUND = CostSensitivity(
    deployment="small-Q8_0",
    load=Load(concurrency=16),
    unit="USD/1M tokens",
    found=Sensitivity(value=0.3, influences=(USED, PRICED)),
    exact=("taken as exact: lifetime_years 3",),
    services=(
        ServiceInfluence(
            service_level=parse_service_level("ttft.p95=1s"),
            seen=Estimate(value=0.98, low=0.9, high=1.06, unit="s", kind="measured", method="test"),
            if_better=(Load(concurrency=16), 0.3),
            if_worse=None,
        ),
    ),
    turns=(
        Turn(name="price of tiny", low=1.0, high=2.0, unit="USD/h", at=1.25, upward=False, instead="tiny"),
    ),
)


def test_one_line_names_the_number_to_question_first() -> None:
    assert question_sentence(FOUND) == (
        "Question utilization first: it explains 77 % of the variance of $0.300 per million output tokens "
        "over the stated ranges."
    )
    seconds = replace(FOUND, unit="s/1M tokens", found=Sensitivity(value=4000.0, influences=()))
    assert question_sentence(seconds) == (
        "Nothing to question in 4,000 machine-seconds per million output tokens: no number has a range."
    )


def test_the_text_says_ranges_what_is_exact_and_what_could_change_the_answer() -> None:
    text = " ".join(sensitivity_text(replace(study_report(), sensitivity=FOUND)).split())
    for line in (
        "utilization [0.3, 0.9] 0.600 0.200 76.0 % 77.4 %",
        "Taken as exact: lifetime_years 3.",
        "at the better ends of the intervals 16 concurrent at $0.300",
        "Price of tiny could change the choice of small-Q8_0: below 1.25 USD/h, within its range [1, 2],",
    ):
        assert line in text
    settled = replace(FOUND, turns=())
    assert "No single number within its range changes the choice of small-Q8_0." in sensitivity_text(
        replace(study_report(), sensitivity=settled)
    )
    assert sensitivity_text(study_report()) == ""


def test_the_verdict_the_page_and_the_rows_hold_it() -> None:
    report = replace(study_report(), sensitivity=FOUND)
    assert "Question utilization first" in " ".join(terminal_text(report).splitlines()[:8])
    page = html_page(report)
    assert 'id="tornado"' in page
    assert "&lt;b&gt;price" in page
    assert "<b>price" not in page
    tables = envelope(report)["tables"]
    assert [row["assumption"] for row in tables["sensitivity"]] == ["utilization", "<b>price"]
    assert tables["sensitivity"][0]["total_order"] == 0.774
    assert tables["sensitivity_services"][0]["decides"] is True
    assert tables["sensitivity_services"][0]["if_worse_load"] is None
    assert tables["sensitivity_choice"][0]["turns_at"] == 1.25
    assert "sensitivity" not in envelope(study_report())["tables"]


def test_the_widest_bar_is_drawn_first_and_a_wide_range_fits() -> None:
    figure = tornado_figure(replace(study_report(), sensitivity=FOUND))
    assert figure is not None
    drawing = figure.panels[0].drawings[0]
    assert drawing.index("utilization") < drawing.index("price")
    nothing = replace(FOUND, found=Sensitivity(value=0.3, influences=()))
    assert tornado_figure(replace(study_report(), sensitivity=nothing)) is None
    still = replace(PRICED, at_low=0.3, at_high=0.3)
    assert tornado_figure(
        replace(study_report(), sensitivity=replace(FOUND, found=Sensitivity(value=0.3, influences=(still,))))
    )


@pytest.mark.parametrize("turns", [None, ()])
def test_rows_without_a_choice(turns: tuple[Turn, ...] | None) -> None:
    assert sensitivity_rows(replace(FOUND, turns=turns))["sensitivity_choice"] == []
