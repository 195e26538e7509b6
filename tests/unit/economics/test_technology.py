from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.economics.technology import (
    StepTime,
    average_cost,
    fit_step_time,
    fit_technology,
    incremental_cost,
    returns_to_concurrency,
    step_time,
)

BATCH = np.array([1.0, 2.0, 4.0, 8.0, 16.0])


def test_costs_by_hand() -> None:
    # a = 30 ms, k = 10 ms, g = 0.5, b = 9: t = 30 + 10 * 3 = 60 ms; t' = 10 * 0.5 / 3 = 1.667 ms;
    # 0.006 USD/s: average 0.006 * 0.060 / 9 = 4e-5, incremental 0.006 * 0.001667 = 1e-5;
    # eps = 1 - 9 * 1.667 / 60 = 0.75
    technology = StepTime(0.03, 0.01, 0.5)
    assert step_time(9.0, technology) == pytest.approx(0.060)
    assert average_cost(0.006, 9.0, technology) == pytest.approx(4e-5)
    assert incremental_cost(0.006, 9.0, technology) == pytest.approx(1e-5)
    assert returns_to_concurrency(9.0, technology) == pytest.approx(0.75)


def test_average_over_incremental_cost_is_one_over_one_minus_returns() -> None:
    technology = StepTime(0.02, 0.003, 0.8)
    ratio = average_cost(1.0, BATCH, technology) / incremental_cost(1.0, BATCH, technology)
    np.testing.assert_allclose(ratio, 1 / (1 - returns_to_concurrency(BATCH, technology)))


def test_returns_are_the_elasticity_of_throughput() -> None:
    # against a numerical derivative of ln X over ln b
    technology, b, h = StepTime(0.02, 0.003, 0.8), 5.0, 1e-5
    up, down = (np.log(x / step_time(x, technology)) for x in (b * np.exp(h), b * np.exp(-h)))
    assert returns_to_concurrency(b, technology) == pytest.approx((up - down) / (2 * h), rel=1e-8)


@pytest.mark.parametrize(
    "truth", [(0.02, 0.005, 1.0), (0.02, 0.002, 0.6), (0.001, 0.02, 0.3), (0.05, 1e-5, 2.5), (0.02, 0.0, 1.0)]
)
def test_exact_steps_give_their_own_curve(truth: tuple[float, float, float]) -> None:
    steps = step_time(BATCH, StepTime(*truth))
    np.testing.assert_allclose(step_time(BATCH, fit_step_time(BATCH, steps)), steps, rtol=1e-6)


def test_a_pure_power_has_nothing_fixed() -> None:
    a, k, g = fit_step_time(BATCH, 0.01 * BATCH**0.7)
    assert a == pytest.approx(0.0, abs=1e-7)
    assert (k, g) == (pytest.approx(0.01, rel=1e-4), pytest.approx(0.7, rel=1e-4))


def test_steps_that_fall_give_a_flat_curve() -> None:
    a, k, _ = fit_step_time(BATCH, 0.02 / BATCH**0.1)
    # logs fall, so the best increasing curve is flat at the geometric mean: 0.02 * 16^(-0.1 * 2 / 4)
    assert k == 0.0
    assert a == pytest.approx(0.02 * 16**-0.05)


def test_the_fit_is_the_least_squares_that_scipy_finds() -> None:
    from scipy.optimize import least_squares

    rng = np.random.default_rng(5)
    for _ in range(20):
        steps = (0.02 + 0.002 * BATCH ** rng.uniform(0.4, 1.4)) * np.exp(0.05 * rng.normal(size=5))

        def errors(x: Any, steps: Any = steps) -> Any:
            return np.log(x[0] + x[1] * BATCH ** x[2]) - np.log(steps)

        starts = [(0.02, 0.002, g) for g in (0.2, 0.5, 1.0, 2.0, 3.5)]
        bounds = ([1e-12, 1e-12, 0.05], [1, 1, 4])
        best = min(2 * least_squares(errors, x0, bounds=bounds, x_scale=x0, xtol=1e-12).cost for x0 in starts)
        ours = float((errors(fit_step_time(BATCH, steps)) ** 2).sum())
        assert ours <= best * (1 + 1e-4) + 1e-12


def test_rows_are_fitted_each_by_itself() -> None:
    rows = np.array([0.02 + 0.005 * BATCH, 0.01 + 0.002 * BATCH**0.5])
    together = fit_step_time(BATCH, rows)
    for i, row in enumerate(rows):
        alone = fit_step_time(BATCH, row)
        np.testing.assert_allclose([part[i] for part in together], alone, rtol=1e-5)


@pytest.mark.parametrize(
    ("levels", "steps", "message"),
    [
        ([1.0, 2.0, 2.0], [1.0, 1.0, 1.0], "a + k b^g needs at least 3 levels of concurrency, got 2"),
        ([1.0, 2.0, 4.0], [1.0, 0.0, 1.0], "a + k b^g needs concurrencies and step times above 0"),
        ([1.0, 2.0, 4.0], [1.0, np.nan, 1.0], "a + k b^g needs concurrencies and step times above 0"),
    ],
)
def test_what_identifies_no_curve_is_refused(levels: Any, steps: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        fit_step_time(np.array(levels), np.array(steps))
    assert str(caught.value) == message


def sweep(noise: float, repeats: int, *, misfit: float = 0.0, seed: int = 0) -> dict[int, list[float]]:
    """Throughput at five levels from a = 20 ms, k = 2 ms, g = 0.8, with log-normal errors."""
    rng = np.random.default_rng(seed)
    technology = StepTime(0.02, 0.002, 0.8)
    return {
        int(b): list(
            b / step_time(b, technology) * np.exp(misfit * rng.normal() + noise * rng.normal(size=repeats))
        )
        for b in BATCH
    }


def test_three_levels_are_too_few() -> None:
    whole = sweep(0.01, 2)
    assert fit_technology({b: whole[b] for b in (1, 4, 16)}) is None


def test_repeats_narrow_the_interval() -> None:
    once, thrice = fit_technology(sweep(0.03, 1, seed=1)), fit_technology(sweep(0.03, 3, seed=1))
    assert once is not None
    assert thrice is not None
    assert "residuals on 2 degrees" in once.exponent.method
    assert "residuals and repeats on 12 degrees" in thrice.exponent.method  # 5 - 3 + 5 * (3 - 1)
    widths = [(e.high or 0) - (e.low or 0) for e in (thrice.returns[-1][1], once.returns[-1][1])]
    assert widths[0] < widths[1]


def test_repeats_that_agree_do_not_hide_misfit() -> None:
    technology = fit_technology(sweep(0.001, 3, misfit=0.05))
    assert technology is not None
    assert "bootstrap of residuals on 2 degrees" in technology.exponent.method


def test_every_interval_holds_its_value_and_the_band_spans_the_levels() -> None:
    technology = fit_technology(sweep(0.03, 2))
    assert technology is not None
    told = [technology.fixed_s, technology.slope_s, technology.exponent, *(e for _, e in technology.returns)]
    assert all(e.low is not None and e.high is not None and e.low <= e.value <= e.high for e in told)
    assert [b for b, _ in technology.returns] == [1, 2, 4, 8, 16]
    assert (technology.band[0][0], technology.band[-1][0]) == (1.0, pytest.approx(16.0))
    assert all(low <= t <= high for _, t, low, high in technology.band)


def test_the_same_seed_gives_the_same_intervals() -> None:
    assert fit_technology(sweep(0.03, 2), seed=4) == fit_technology(sweep(0.03, 2), seed=4)
    assert fit_technology(sweep(0.03, 2), seed=4) != fit_technology(sweep(0.03, 2), seed=5)
