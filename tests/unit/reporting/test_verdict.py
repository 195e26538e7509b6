"""The verdict says where to run, what it costs, and on what that rests."""

from dataclasses import replace

import pytest

from doubles.study_reports import estimate, nothing_qualifies, runtime_only, study_report
from isocost.core.estimate import Caution
from isocost.core.load import Load
from isocost.core.money import HourlyPrice
from isocost.core.service_level import ServiceLevel
from isocost.economics.curve import CostCurve, CostLevel
from isocost.reporting.verdict import loads_text, verdict_of
from isocost.studies.report import StudyReport
from isocost.studies.token_bill import TokenBill


def edited(report: StudyReport, **changes: object) -> StudyReport:
    """The report with its recommended deployment's curve changed."""
    deployments = tuple(
        replace(each, curve=replace(each.curve, **changes))  # type: ignore[arg-type]
        if each.curve is not None and each.deployment.name == report.recommended
        else each
        for each in report.deployments
    )
    return replace(report, deployments=deployments)


def curve_of(report: StudyReport) -> CostCurve:
    found = next(each.curve for each in report.deployments if each.deployment.name == report.recommended)
    assert found is not None
    return found


def test_a_recommendation_is_whole() -> None:
    price = HourlyPrice(usd_per_hour=3.6, source="given by you", date="2026-11-21")  # 0.001 USD/s
    report = study_report(price=price)
    curve = curve_of(report)
    levels = tuple(
        replace(
            level,
            cost_per_million_tokens={"output": estimate(0.31, "USD/1M tokens", spread=0.02 / 0.31)},
        )
        for level in curve.levels
    )
    zone = replace(
        curve.zone,
        best=Load(concurrency=8),
        levels=(Load(concurrency=4), Load(concurrency=8)),
        premium=estimate(0.12, "", spread=0.25),  # .09 to .15
    )
    verdict = verdict_of(edited(report, levels=levels, zone=zone))
    assert verdict.state == "recommended"
    assert verdict.text == (
        "Run small-Q8_0 at 4-8 concurrent: $0.31 [0.29, 0.33] per million output tokens "
        "($3.60/h for the deployment, given by you, 2026-11-21). "
        "The cheapest that qualifies of 2 deployments with at least 50M parameters. "
        "TTFT p95 <= 1 s costs +12 % [9, 15] over the cheapest level (16 concurrent). "
        "P(best) 0.87 among its levels. "
        "Workload chat-small: about 96 in, 32 out; cold prefixes; 3 repeats; client healthy."
    )
    assert "".join(phrase.text for phrase in verdict.phrases if phrase.strong) == (
        "Run small-Q8_0 at 4-8 concurrent: $0.31 [0.29, 0.33] per million output tokens"
    )


def test_without_a_price_costs_are_machine_seconds() -> None:
    verdict = verdict_of(study_report(price=None))
    assert verdict.state == "price-unknown"
    assert "machine-seconds per million output tokens (price unknown: give --price-per-hour)" in verdict.text
    assert "$" not in verdict.text


def test_a_price_of_tokens_of_which_only_the_words_are_on_record_is_told() -> None:
    report = study_report(price=None, stacks=1)
    bill = TokenBill(price="$1 input, $2 output per million tokens (api.example, 2026-11-21)")
    told = verdict_of(replace(report, deployments=(replace(report.deployments[0], bill=bill),))).text
    assert "(paid by the token at $1 input, $2 output per million tokens (api.example, 2026-11-21))" in told


def test_a_price_of_nothing_is_a_price() -> None:
    free = HourlyPrice(usd_per_hour=0.0, source="given by you", date="2026-11-21")
    verdict = verdict_of(study_report(price=free))
    assert verdict.state == "recommended"
    assert "$0 " in verdict.text
    assert "($0.00/h for the deployment" in verdict.text


def test_nothing_qualifies_names_obstacle_and_nearest() -> None:
    verdict = verdict_of(nothing_qualifies())
    assert verdict.state == "nothing-qualifies"
    # small-Q8_0 comes nearest among the large enough: 0.1 s * 1.4 = 140 ms, 14 times 10 ms
    assert verdict.text.startswith(
        "Nothing qualifies: no level keeps TTFT p95 <= 10 ms, among models of at least 50M parameters. "
        "Nearest is small-Q8_0 at 1 concurrent with 140 ms [127, 153], 14 times the bound. "
        "Without service levels small-Q8_0 at 16 concurrent costs $"
    )


def test_a_percentile_that_nobody_has_is_said() -> None:
    report = nothing_qualifies()
    deployments = tuple(
        replace(
            each, curve=replace(each.curve, levels=tuple(replace(at, latency={}) for at in each.curve.levels))
        )
        for each in report.deployments
        if each.curve is not None
    )
    text = verdict_of(replace(report, deployments=deployments)).text
    assert text.startswith(
        "Nothing qualifies: TTFT p95 <= 10 ms cannot be judged at any level, "
        "among models of at least 50M parameters. "
        "Too few requests for the p95: measure longer."
    )


def test_a_size_floor_that_nobody_reaches() -> None:
    report = replace(study_report(), recommended=None, size_floor=8_000_000_000)
    verdict = verdict_of(report)
    assert verdict.state == "nothing-qualifies"
    assert verdict.text == (
        "Nothing qualifies: no measured deployment has at least 8B parameters. "
        "Lower the size floor or measure a larger model."
    )


def test_service_levels_that_only_fail_together() -> None:
    report = study_report()
    deployments = tuple(
        replace(
            each,
            curve=replace(each.curve, zone=replace(each.curve.zone, best=None, levels=(), obstacle=None)),
        )
        for each in report.deployments
        if each.curve is not None
    )
    text = verdict_of(replace(report, deployments=deployments, recommended=None)).text
    assert "Each alone is kept somewhere: relax one of them." in text


def test_runtime_alone() -> None:
    verdict = verdict_of(runtime_only())
    assert verdict.state == "runtime-only"
    # alpha(480) = .005 + .025 * 480 / 96 = .130 s; beta = .005 + .0006 = .0056 s, each +- 4 %
    assert verdict.text == (
        "tiny-F16: 130 ms [125, 135] to the first token of a 480-token prompt, then 5.6 ms [5.4, 5.8] "
        "per token; error on held-out cells 3.1 %. No load was measured, so no cost: isocost measure load."
    )


def test_nothing_measured_yet() -> None:
    report = replace(runtime_only(), deployments=())
    assert (
        verdict_of(report).text == "Nothing has been measured yet. Run isocost run quickstart to measure it."
    )


def test_single_runs_and_sick_clients_are_said() -> None:
    report = study_report()
    levels = tuple(
        replace(level, points=level.points[:1], probability_best=None) for level in curve_of(report).levels
    )
    caution = Caution("client-saturated", "The client was the limit at 16 concurrent.")
    text = verdict_of(edited(report, levels=levels, cautions=(caution,))).text
    assert "Measured once, so no probability of being best." in text
    assert "1 repeat; client saturated: costs are too high." in text
    assert "healthy" not in text


def test_a_slice_of_a_ramp_is_recommended_as_what_it_is() -> None:
    report = study_report()
    caution = Caution("ramp", "the rate rose or fell all through")
    levels = tuple(
        replace(level, points=tuple(replace(point, cautions=(caution,)) for point in level.points))
        for level in curve_of(report).levels
    )
    assert "a slice of a ramp and no steady level." in verdict_of(edited(report, levels=levels)).text
    assert "ramp" not in verdict_of(report).text


def test_other_kinds_than_measured_are_said() -> None:
    report = study_report()
    levels = tuple(
        replace(level, points=tuple(replace(point, kind="published") for point in level.points))
        for level in curve_of(report).levels
    )
    assert "published, not measured here." in verdict_of(edited(report, levels=levels)).text


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        ([Load(concurrency=8)], "8 concurrent"),
        ([Load(concurrency=8), Load(concurrency=16), Load(concurrency=32)], "8-32 concurrent"),
        ([Load(rate_per_s=2.5)], "2.5/s"),
        ([Load(rate_per_s=2.5), Load(rate_per_s=5.0)], "2.5/s-5/s"),
    ],
)
def test_levels_in_a_phrase(loads: list[Load], expected: str) -> None:
    assert loads_text(loads) == expected


def test_levels_with_a_gap_are_named_one_by_one() -> None:
    measured = [Load(concurrency=i) for i in (1, 2, 4, 8)]
    assert loads_text([measured[1], measured[3]], measured) == "2 or 8 concurrent"
    assert loads_text(measured[1:], measured) == "2-8 concurrent"


def test_a_price_that_is_a_range_shows_it() -> None:
    price = HourlyPrice(usd_per_hour=0.0893, low=0.05, high=0.12, source="list price", date="2026-11-21")
    assert (
        "($0.0893/h [0.05, 0.12] for the deployment, list price, 2026-11-21)"
        in verdict_of(study_report(price=price)).text
    )


def test_several_service_levels_share_a_verb() -> None:
    report = study_report(stacks=1)
    asked = (*report.service_levels, replace(report.service_levels[0], metric="tpot", bound=0.05))
    text = verdict_of(edited(report, service_levels=asked)).text
    assert (
        "TTFT p95 <= 1 s and time per token p95 <= 50 ms cost nothing: the cheapest level keeps them." in text
    )


def test_certainty_is_not_claimed() -> None:
    report = study_report(stacks=1)
    levels = tuple(replace(level, probability_best=1.0) for level in curve_of(report).levels)
    assert "P(best) >0.99." in verdict_of(edited(report, levels=levels)).text


def missing(curve: CostCurve, bound: ServiceLevel) -> tuple[CostLevel, ...]:
    return tuple(replace(level, unmet=(bound,)) for level in curve.levels)


def test_a_near_miss_inside_its_interval_is_said() -> None:
    report = nothing_qualifies()
    # small-Q8_0 at 1 concurrent: .14 s +- 9 %, so a bound of 130 ms is missed by 8 % and inside [127, 153] ms
    bound = replace(report.service_levels[0], bound=0.13)
    deployments = tuple(
        replace(each, curve=replace(each.curve, service_levels=(bound,), levels=missing(each.curve, bound)))
        for each in report.deployments
        if each.curve is not None
    )
    text = verdict_of(replace(report, deployments=deployments)).text
    assert "with 140 ms [127, 153], 8 % above the bound, which its interval holds." in text


def test_the_only_one_that_is_large_enough() -> None:
    report = study_report(stacks=3)  # two of 16.2M parameters, one of 80.3M
    assert "The only one of 3 deployments with at least 50M parameters." in verdict_of(report).text
    assert (
        "The cheapest that qualifies of 3 deployments." in verdict_of(replace(report, size_floor=None)).text
    )
