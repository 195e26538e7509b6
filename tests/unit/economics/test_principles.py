import math

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.economics import Principle, arc_returns, judge_principles
from isocost.economics.exponent import affine_statistic, curve_with, exponent_interval, least_squares_at
from isocost.economics.optimum import optimal_zone
from isocost.economics.sweep_error import sweep_runs

LEVELS = (1, 2, 4, 8, 16, 32)
Sweep = dict[float, list[float]]


def sweep(fixed: float, slope: float, exponent: float, *, noise: float = 0.0, repeats: int = 1) -> Sweep:
    rng = np.random.default_rng(7)
    return {
        b: [
            b / (fixed + slope * b**exponent) * math.exp(noise * rng.standard_normal())
            for _ in range(repeats)
        ]
        for b in LEVELS
    }


def by_name(throughput: Sweep) -> dict[str, Principle]:
    return {each.name: each for each in judge_principles(throughput)}


def judgements(throughput: Sweep) -> list[str]:
    return [each.judgement for each in judge_principles(throughput)]


def test_a_concave_technology_on_repeats() -> None:
    found = by_name(sweep(0.02, 0.004, 0.6, noise=0.01, repeats=3))
    assert [each.judgement for each in found.values()] == ["holds", "holds", "holds", "does not hold"]
    exponent = found["incremental-cost"].effect
    assert exponent is not None
    assert exponent.low < 0.6 < exponent.high  # type: ignore[operator]
    assert exponent.level == 0.9
    # 32 (0.024) / (0.02 + 0.004 * 8) = 14.8 times cheaper
    fall = found["average-cost"].effect
    assert fall is not None
    assert fall.value == pytest.approx(32 * 0.024 / (0.02 + 0.004 * 8), rel=0.03)
    assert found["optimal-zone"].levels == (16.0, 1.0, 32.0)


def test_a_line_has_constant_incremental_cost_and_says_so() -> None:
    exact = by_name(sweep(0.02, 0.004, 1.0))
    assert exact["incremental-cost"].judgement == "cannot be told"
    assert exact["diminishing-returns"].judgement == "holds"  # the gain of a stream more falls nonetheless


def test_the_opposite_of_each_principle_is_found_too() -> None:
    # steps that grow with the square of the streams: incremental cost rises, average cost too at the end
    assert judgements(sweep(0.02, 0.004, 2.0, noise=0.01))[:3] == ["does not hold", "does not hold", "holds"]
    # throughput b^(0.2 + 0.15 ln b): returns rise
    rising = {b: [b ** (0.2 + 0.15 * math.log(b)) * (1 + 0.004 * (-1) ** i)] for i, b in enumerate(LEVELS)}
    assert judgements(rising)[2] == "does not hold"


def test_average_cost_by_hand() -> None:
    # logs of 50, 52 and 80, 84: one degree of freedom each, pooled; (m2 - m1) / (s sqrt(1/2 + 1/2))
    first, last = np.log([50.0, 52.0]), np.log([80.0, 84.0])
    scale = math.sqrt((np.var(first, ddof=1) + np.var(last, ddof=1)) / 2)
    found = judge_principles({1: [50.0, 52.0], 4: [80.0, 84.0]})[0]
    assert found.effect is not None
    assert found.effect.value == pytest.approx(math.exp(last.mean() - first.mean()))
    half = 2.919986 * scale  # the 95 % quantile of t with 2 degrees of freedom
    assert math.log(found.effect.high or 0) - math.log(found.effect.value) == pytest.approx(half, rel=1e-5)


def test_average_cost_against_scipy() -> None:
    from scipy.stats import ttest_ind

    first, last = [50.0, 52.0, 51.0], [53.0, 54.0, 51.5]
    found = judge_principles({1: first, 4: last})[0]
    assert found.p_value == pytest.approx(ttest_ind(np.log(first), np.log(last), alternative="less").pvalue)


def test_curvature_against_numpy() -> None:
    runs = sweep(0.02, 0.004, 0.9, noise=0.03)
    log_b = np.log(list(runs))
    coefficients, covariance = np.polyfit(log_b, [math.log(rates[0]) for rates in runs.values()], 2, cov=True)
    span = 2 * math.log(32)
    found = by_name(runs)["diminishing-returns"].effect
    assert found is not None
    assert found.value == pytest.approx(-span * coefficients[0])
    half = 2.353363 * span * math.sqrt(covariance[0, 0])  # t with 6 - 3 degrees of freedom
    assert found.high == pytest.approx(-span * coefficients[0] + half, rel=1e-4)


def test_the_exponent_against_scipy() -> None:
    from scipy.optimize import least_squares

    runs = sweep(0.02, 0.004, 0.7, noise=0.02)
    b = np.array(list(runs))
    steps = b / np.array([rates[0] for rates in runs.values()])

    def squares(exponent: float | None) -> float:
        def errors(x: np.ndarray) -> np.ndarray:
            power = b ** (x[2] if exponent is None else exponent)
            return np.log(np.exp(x[0]) + np.exp(x[1]) * power) - np.log(steps)

        return 2 * float(least_squares(errors, [-4.0, -5.0, 0.7], xtol=1e-14, ftol=1e-14).cost)

    fit = affine_statistic(b, steps[None, :])
    assert fit.free[0] == pytest.approx(squares(None), rel=1e-4)
    assert fit.affine[0] == pytest.approx(squares(1.0), rel=1e-4)
    allowed = 2 * squares(None)
    low, high = exponent_interval(b, steps, exponent=float(fit.exponent[0]), allowed=allowed)
    assert squares(low) == pytest.approx(allowed, rel=0.01)
    assert squares(high) == pytest.approx(allowed, rel=0.01)


def test_an_interval_of_the_exponent_may_be_open() -> None:
    b = np.array([1.0, 2.0, 4.0])
    low, high = exponent_interval(b, np.array([1.0, 1.0, 1.0]), exponent=1.0, allowed=1.0)
    assert (low, high) == pytest.approx((0.05, 4.0))


def test_the_size_of_the_exponents_test() -> None:
    # incremental cost constant: found to fall in 5 % of sweeps, also where it is nearly all fixed or variable
    from scipy.special import stdtr

    b = np.array(LEVELS, dtype=float)
    rng = np.random.default_rng(11)
    for share in (0.1, 0.5, 0.9):
        truth = (1 - share) + share * b / np.exp(np.log(b).mean())
        fit = affine_statistic(b, truth * np.exp(0.03 * rng.standard_normal((1000, len(b)))))
        root = np.sign(1 - fit.exponent) * np.sqrt((fit.affine - fit.free) / (fit.free / (len(b) - 3)))
        assert (stdtr(len(b) - 3, -root) <= 0.05).mean() <= 0.07  # three standard errors of .007 above


def test_power_is_how_often_the_effect_is_found() -> None:
    # the stated power against g = 0.8, of sweeps whose g is 0.8, beside how often it is found
    rng = np.random.default_rng(13)
    stated, found = [], 0
    for _ in range(60):
        runs = {b: [b / (0.01 + 0.01 * b**0.8) * math.exp(0.03 * rng.standard_normal())] for b in LEVELS}
        principle = by_name(runs)["incremental-cost"]
        stated.append(principle.power)
        found += principle.judgement == "holds"
    assert np.mean(stated) == pytest.approx(found / 60, abs=0.18)


def test_a_dip_is_found_on_repeats_and_not_without() -> None:
    rng = np.random.default_rng(2)
    truth = {1: 50.0, 4: 100.0, 16: 120.0, 64: 110.0}
    repeated = {b: list(x * np.exp(0.01 * rng.standard_normal(3))) for b, x in truth.items()}
    zone = by_name(repeated)["optimal-zone"]
    assert zone.judgement == "holds"
    assert zone.levels == (16.0, 1.0, 64.0)
    assert zone.effect is not None
    assert zone.effect.low < 1 - 110 / 120 < zone.effect.high  # type: ignore[operator]
    once = by_name({b: rates[:1] for b, rates in repeated.items()})["optimal-zone"]
    assert (once.judgement, once.p_value, once.power) == ("cannot be told", None, None)
    assert (
        once.reason == "without repeats of every level chance cannot be told from an optimum; 1 was run once"
    )


def test_the_dip_by_hand() -> None:
    # one level in between: the larger of its two one-sided p-values, pooled over three pairs of repeats
    from scipy.special import stdtr

    rates = {1: [80.0, 82.0], 2: [100.0, 101.0], 4: [95.0, 97.0]}
    logs = [np.log(each) for each in rates.values()]
    scale = math.sqrt(sum(np.var(each, ddof=1) for each in logs) / 3)
    nearest = (logs[1].mean() - logs[2].mean()) / scale  # standard error: scale sqrt(1/2 + 1/2)
    assert by_name(rates)["optimal-zone"].p_value == pytest.approx(float(stdtr(3, -nearest)))


def test_a_dip_of_nothing_is_seldom_found() -> None:
    # a plateau from the second level on: an optimum in between does not exist
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(400):
        runs = {
            b: list(x * np.exp(0.02 * rng.standard_normal(3)))
            for b, x in {1: 50, 2: 99, 4: 99, 8: 99}.items()
        }
        found += optimal_zone(sweep_runs(runs)).judgement == "holds"
    assert found <= 33  # 5 % of 400 is 20, three standard errors 13


def test_least_squares_at_either_bound() -> None:
    b = np.array([1.0, 2.0, 4.0, 8.0])
    flat, shares = least_squares_at(b, np.ones((1, 4)), np.array([1.0]))
    assert (float(flat[0]), float(shares[0])) == pytest.approx((0.0, 0.0), abs=1e-9)
    steep, shares = least_squares_at(b, b[None, :], np.array([1.0]))
    assert (float(steep[0]), float(shares[0])) == pytest.approx((0.0, 1.0), abs=1e-9)
    assert curve_with(b, b, 1.0) / curve_with(b, b, 1.0)[0] == pytest.approx(b)


def test_arc_returns_by_hand() -> None:
    # ln 1.6 / ln 2 and ln 1.2 / ln 2
    assert arc_returns({1: [50.0], 2: [80.0], 4: [96.0]}) == pytest.approx((0.678072, 0.263034), abs=1e-6)


@pytest.mark.parametrize(
    ("throughput", "reasons"),
    [
        (
            {4: [100.0, 101.0]},
            [
                "only one level was measured",
                "a curve needs 3 levels; 1 were measured",
                "curvature needs 3 levels; 1 were measured",
                "an optimum in between needs 3 levels; 1 were measured",
            ],
        ),
        (
            {1: [50.0], 2: [90.0], 4: [120.0]},
            [
                "no level was measured twice, and too few levels tell how far a run errs",
                "three levels fit the curve exactly; measure a fourth, or repeats",
                "three levels fit a parabola exactly; measure a fourth, or repeats",
                "without repeats of every level chance cannot be told from an optimum; 1 was run once",
            ],
        ),
    ],
)
def test_what_cannot_be_tested_says_why(throughput: Sweep, reasons: list[str]) -> None:
    found = judge_principles(throughput)
    assert [each.judgement for each in found] == ["cannot be told"] * 4
    assert [each.reason for each in found] == reasons


def test_three_levels_with_repeats_are_tested() -> None:
    runs = {b: [b / (0.02 + 0.01 * b**0.4) * f for f in (0.99, 1.0, 1.01)] for b in (1, 8, 64)}
    assert judgements(runs)[:3] == ["holds", "holds", "holds"]


def test_repeats_alone_do_not_say_how_far_the_curve_is_off() -> None:
    # repeats agree to 0.1 %, the levels lie 5 % off any smooth curve: the latter counts
    bumps = [0.05, -0.05, 0.05, -0.05, 0.05, -0.05]
    runs = sweep_runs(
        {b: [math.exp(e) * b**0.5 * f for f in (0.999, 1.001)] for b, e in zip(LEVELS, bumps, strict=True)}
    )
    squares = 12 * 0.04**2
    found = runs.error(squares, 3)
    assert found is not None
    assert found.degrees == 3
    assert found.scale == pytest.approx(math.sqrt((squares - runs.within[0]) / 3))


@pytest.mark.parametrize("bad", [{}, {1: []}])
def test_nothing_measured_is_refused(bad: Sweep) -> None:
    with pytest.raises(
        InputError, match=r"^a sweep needs at least one level and one run a level, got none; "
    ):
        judge_principles(bad)


@pytest.mark.parametrize("bad", [{1: [0.0]}, {0: [1.0]}, {1: [math.inf]}])
def test_rates_that_are_none_are_refused(bad: Sweep) -> None:
    with pytest.raises(InputError, match=r"^a sweep needs concurrencies and tokens per second above 0; "):
        judge_principles(bad)
