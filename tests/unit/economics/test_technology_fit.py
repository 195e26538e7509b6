"""Which form is chosen, what its draws hold, and what is refused."""

from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.economics.forms import CANDIDATES, COMPARED, FORMS
from isocost.economics.technology_fit import TechnologyFit, draw_form, fit_forms

BATCH = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])


def fit(steps: Any, noise: float = 0.0, seed: int = 0, repeats: int = 1) -> TechnologyFit:
    rng = np.random.default_rng(seed)
    rows = [[float(t * np.exp(noise * rng.normal())) for _ in range(repeats)] for t in steps]
    return fit_forms(BATCH, rows, rng=rng, draws=800)


def smooth_max(b: Any, sharpness: float = 4.0) -> Any:
    return (0.02**sharpness + (0.002 * b) ** sharpness) ** (1 / sharpness)


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        (0.02 + 0.005 * BATCH, "affine"),
        (0.001 + 0.02 * BATCH**0.3, "power"),
        (0.02 * BATCH**0.3 + 0.001 * BATCH, "Hill"),
        (smooth_max(BATCH), "smooth max"),
        (np.exp(-4 + 0.05 * np.log(BATCH) ** 2), "translog"),
    ],
)
def test_exact_steps_choose_the_form_they_come_from(steps: Any, name: str) -> None:
    found = fit(steps)
    assert found.chosen.form.name == name
    assert found.held_out[0].form == name
    assert found.held_out[0].error < 1e-3


def test_held_out_errors_are_of_levels_that_were_not_seen() -> None:
    # Cobb-Douglas is a line in logs: leaving level i out multiplies its residual by 1 / (1 - leverage)
    rng = np.random.default_rng(4)
    steps = 0.02 * BATCH**0.5 * np.exp(0.05 * rng.normal(size=len(BATCH)))
    x, y = np.log(BATCH) - np.log(BATCH).mean(), np.log(steps)
    slope = (x @ y) / (x @ x)
    residuals = y - y.mean() - slope * x
    left_out = residuals / (1 - 1 / len(x) - x**2 / (x @ x))
    told = next(each for each in fit(steps).held_out if each.form == "Cobb-Douglas")
    assert told.error == pytest.approx(np.sqrt((left_out**2).mean()), rel=1e-5)
    assert told.interior == pytest.approx(np.sqrt((left_out[1:-1] ** 2).mean()), rel=1e-5)


def test_draws_go_by_the_inverse_square_of_held_out_errors() -> None:
    found = fit(0.02 + 0.002 * BATCH**0.8, noise=0.05)
    candidates, compared = found.held_out[: len(CANDIDATES)], found.held_out[len(CANDIDATES) :]
    assert [each.form for each in compared] == [form.name for form in COMPARED]
    assert {each.weight for each in compared} == {0.0}
    assert [each.error for each in candidates] == sorted(each.error for each in candidates)
    assert sum(each.weight for each in candidates) == pytest.approx(1)
    first, last = candidates[0], candidates[-1]
    assert first.weight / last.weight == pytest.approx((last.error / first.error) ** 2)
    counts = {part.curves.form.name: len(part.scale) for part in found.parts}
    assert sum(counts.values()) == len(found.order) == 800


def test_near_equal_forms_widen_the_interval() -> None:
    found = fit(0.02 + 0.005 * BATCH, noise=0.05, seed=1)
    assert found.chosen.form.name == "affine"  # two coefficients: the least that can vary
    own = next(part for part in found.parts if part.curves.form is found.chosen.form)
    low, high = np.quantile(1 - own.curves.slope(np.log([8.0])), [0.025, 0.975])
    told = found.returns(8.0)
    assert told.low is not None
    assert told.high is not None
    assert told.high - told.low > high - low


def test_what_follows_from_the_curve_by_hand() -> None:
    # t(b) = 20 ms + 5 ms b at b = 4: 40 ms, 100 tokens/s; p = 0.001 USD/s: average 1e-5, one more 5e-6
    found = fit(0.02 + 0.005 * BATCH)
    assert found.step_time(4).value == pytest.approx(0.04)
    assert found.throughput(4).value == pytest.approx(100)
    assert found.returns(4).value == pytest.approx(0.5)
    assert found.average_cost(0.001, 4).value == pytest.approx(1e-5)
    assert found.incremental_cost(0.001, 4).value == pytest.approx(5e-6)


def test_beyond_the_levels_is_extrapolation() -> None:
    found = fit(0.02 + 0.005 * BATCH)
    kinds = {b: found.step_time(b).kind for b in (0.5, 1.0, 3.0, 64.0, 65.0)}
    assert kinds == {0.5: "extrapolated", 1: "fitted", 3: "interpolated", 64: "fitted", 65: "extrapolated"}


def test_a_level_measured_again_may_be_farther_off_than_the_curve() -> None:
    found = fit(0.02 + 0.005 * BATCH, noise=0.05)
    curve, level = found.step_time(8), found.measured_again(8, rng=np.random.default_rng(0))
    assert level.low is not None
    assert level.high is not None
    assert curve.low is not None
    assert curve.high is not None
    assert level.low < curve.low < curve.value < curve.high < level.high


def test_repeats_are_pooled_with_residuals_unless_the_form_does_not_fit() -> None:
    rng = np.random.default_rng(0)
    logs = [np.log(0.02 + 0.005 * b) + 0.03 * rng.normal(size=3) for b in BATCH]
    assert draw_form(FORMS["affine"], np.log(BATCH), logs, rng=rng, draws=10).freedom == 5 + 14
    bent = [np.log(0.02 * b**0.3) + 0.03 * rng.normal(size=3) for b in BATCH]
    misfit = draw_form(FORMS["affine"], np.log(BATCH), bent, rng=rng, draws=10)
    assert (misfit.freedom, misfit.evidence) == (5, "residuals")


@pytest.mark.parametrize(
    ("levels", "steps", "message"),
    [
        (
            [1, 2, 4],
            [[1.0], [1.0], [1.0]],
            "the forms of the step time need at least 4 different levels of concurrency, each with its step "
            "times, got 3 levels and 3 lists of step times",
        ),
        (
            [1, 2, 4, 8],
            [[1.0], [1.0], [0.0], [1.0]],
            "the forms of the step time need concurrencies and step times above 0",
        ),
    ],
)
def test_what_tells_no_form_is_refused(levels: Any, steps: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        fit_forms(levels, steps, rng=np.random.default_rng(0))
    assert str(caught.value) == message


@pytest.mark.parametrize("concurrency", [0.0, -1.0, float("nan"), float("inf")])
def test_no_concurrency_no_step(concurrency: float) -> None:
    with pytest.raises(InputError, match="concurrency must be above 0"):
        fit(0.02 + 0.005 * BATCH).step_time(concurrency)
