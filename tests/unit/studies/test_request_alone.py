"""What the longest profiled request takes and costs alone, as a report tells it."""

import pytest

from doubles.study_reports import PRICE, runtime_only, study_report
from isocost.reporting import envelope_json, html_page


def test_the_longest_request_costs_its_runtime_at_the_price_of_the_deployment() -> None:
    report = study_report()
    model = next(each.runtime for each in report.deployments if each.runtime is not None)
    found = report.alone(model)
    assert (found.input_tokens, found.output_tokens) == (480, 16)  # of the seven sizes of the double
    assert found.cost is not None
    assert found.cost.value == pytest.approx(found.runtime.value * PRICE.usd_per_hour / 3600)


def test_without_a_price_the_cost_is_unknown() -> None:
    report = study_report(price=None)
    model = next(each.runtime for each in report.deployments if each.runtime is not None)
    assert report.alone(model).cost is None


def test_page_and_json_tell_it() -> None:
    report = runtime_only()
    assert "480 in and 16 out, alone" in html_page(report)
    assert '"longest_alone"' in envelope_json(report)
