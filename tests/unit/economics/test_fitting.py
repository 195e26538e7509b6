"""The least squares of each form against scipy's from many starts."""

from typing import Any

import numpy as np
import pytest

from isocost.economics.fitting import fit_curves, left_out_curves
from isocost.economics.forms import CANDIDATES, FORMS, Form

BATCH = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
LOGS = np.log(BATCH)
STARTS = ([0.0, 1.0], [5.0, 0.3], [-5.0, 1.0], [13.0, 0.5], [-13.0, 0.9], [2.0, 0.6])


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_start_of_scipy_finds_less(form: Form) -> None:
    from scipy.optimize import least_squares

    rng = np.random.default_rng(3)
    for g in (0.4, 0.9, 1.3):
        steps = np.log(0.02 + 0.002 * BATCH**g) + 0.05 * rng.normal(size=len(BATCH))

        def errors(p: Any, steps: Any = steps) -> Any:
            shape = form.shape(LOGS - LOGS.mean(), np.array([p]))[0]
            return (steps - shape) - (steps - shape).mean()

        low, high = np.array(form.bounds).T
        starts = [np.clip(start[: len(low)], low + 1e-3, high - 1e-3) for start in STARTS]
        best = min(2 * least_squares(errors, start, bounds=(low, high)).cost for start in starts)
        ours = fit_curves(form, LOGS, steps[None, :])
        assert float(((steps - ours.log_step(LOGS)[0]) ** 2).sum()) <= best * (1 + 1e-4) + 1e-12


def test_a_weight_of_zero_leaves_a_level_out() -> None:
    steps = np.log(0.02 + 0.002 * BATCH**0.8) + 0.05 * np.random.default_rng(1).normal(size=len(BATCH))
    form, at = FORMS["Hill"], LOGS
    together = left_out_curves(form, at, steps)
    for i in range(len(BATCH)):
        rest = np.arange(len(BATCH)) != i
        alone = fit_curves(form, at[rest], steps[None, rest])
        np.testing.assert_allclose(together.log_step(at)[i], alone.log_step(at)[0], atol=2e-5)


@pytest.mark.parametrize("form", CANDIDATES[:4], ids=[form.name for form in CANDIDATES[:4]])
def test_a_larger_batch_never_takes_a_shorter_step(form: Form) -> None:
    rows = np.random.default_rng(2).normal(size=(50, len(BATCH)))
    assert (np.diff(fit_curves(form, LOGS, rows).log_step(LOGS), axis=1) >= -1e-9).all()


def test_a_term_that_does_nothing_is_left_out() -> None:
    flat = fit_curves(FORMS["affine"], LOGS, np.log(0.02) + np.zeros((1, len(BATCH))))
    assert [float(value[0]) for value in flat.coefficients().values()] == [pytest.approx(0.02), 0.0]
