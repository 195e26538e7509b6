"""The mix of a study's deployments, where each has a cost of a request and a quality."""

import json
from dataclasses import replace

import pytest

from doubles.study_reports import study_report
from isocost.reporting import envelope_json, html_page, terminal_text
from isocost.statistics.proportion import proportion
from isocost.studies.scored import MeasuredQuality
from isocost.studies.study_mix import study_mix


def scored(right):
    report = study_report()
    parts = tuple(
        each
        if number is None
        else replace(
            each,
            qualities=(
                MeasuredQuality(
                    deployment=each.deployment.name,
                    stage="quality",
                    questions="small",
                    digest="d",
                    score=proportion(number, 60),
                    categories=(),
                    planned=60,
                    verdicts=(("right", number), ("wrong", 60 - number)),
                    cut=0,
                ),
            ),
        )
        for each, number in zip(report.deployments, right, strict=True)
    )
    return replace(report, deployments=parts, mix=study_mix(report.name, parts))


def costs(report):
    found = {}
    for each in report.deployments:
        if each.curve is not None and each.curve.zone.best is not None:
            found[each.deployment.name] = each.curve.level_at(each.curve.zone.best).cost_per_request.value
    return found


def test_the_shadow_price_is_what_a_request_costs_more_over_what_it_is_better():
    report = scored((12, 12, 48, 48))
    paid = costs(report)
    cheap = min(("tiny-F16", "tiny-Q8_0"), key=paid.__getitem__)
    dear = min(("small-F16", "small-Q8_0"), key=paid.__getitem__)
    ((one, other, price),) = report.mix.prices
    assert (one, other) == (cheap, dear)
    assert price == pytest.approx((paid[dear] - paid[cheap]) / 0.6)


def test_text_page_and_json_show_it():
    report = scored((12, 12, 48, 48))
    text = " ".join(terminal_text(report).split())
    assert "Worth mixing, each at its best level: tiny-" in text
    assert "a hundredth of quality costs $" in text
    assert "What mixing reaches" in html_page(report)
    tables = json.loads(envelope_json(report))["tables"]
    assert sum(row["on_hull"] for row in tables["mix"]) == 2
    assert tables["shadow_prices"][0]["usd_per_unit_of_quality"] > 0


def test_the_cheapest_that_is_best_leaves_nothing_to_mix():
    report = scored((48, 48, 12, 12))
    assert "Mixing gains nothing: tiny-" in terminal_text(report)


def test_one_deployment_or_questions_not_shared_make_no_mix():
    assert scored((12, None, 48, 48)).mix is None
    report = scored((12, 12, 48, 48))
    assert study_mix("s", report.deployments[:1]) is None
