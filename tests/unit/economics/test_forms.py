"""Each form by hand, and its slope against a numerical derivative."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.economics.fitting import fit_curves
from isocost.economics.forms import CANDIDATES, FORMS, Curves, Form, form_named

BATCH = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
# coefficients of each form, and t(b) written out without logarithms
WRITTEN = {
    "affine": ((0.02, 0.005), lambda b, a, k: a + k * b),
    "power": ((0.02, 0.005, 0.7), lambda b, a, k, g: a + k * b**g),
    "Hill": ((0.02, 0.005, 0.7), lambda b, a, k, h: a * b ** (1 - h) + k * b),
    "smooth max": ((0.02, 0.005, 3.0), lambda b, a, k, s: (a**s + (k * b) ** s) ** (1 / s)),
    "translog": ((-4.0, 0.2, 0.05), lambda b, a, k, c: np.exp(a + k * np.log(b) + c * np.log(b) ** 2)),
    "Universal Scalability Law": ((0.02, 0.005, 1e-4), lambda b, a, k, c: a + k * b + c * b**2),
    "Cobb-Douglas": ((0.02, 0.4), lambda b, a, k: a * b**k),
}
ALL = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


def fitted(form: Form) -> tuple[Curves, tuple[float, ...]]:
    truth, steps = WRITTEN[form.name]
    return fit_curves(form, np.log(BATCH), np.log(steps(BATCH, *truth))[None, :]), truth


@ALL
def test_a_form_gives_back_its_own_coefficients(form: Form) -> None:
    curves, truth = fitted(form)
    found = [float(value[0]) for value in curves.coefficients().values()]
    assert [each.name for each in form.coefficients] == list(curves.coefficients())
    assert found == pytest.approx(truth, rel=1e-3)


@ALL
def test_coefficients_and_curve_say_the_same(form: Form) -> None:
    curves, _ = fitted(form)
    coefficients = [float(value[0]) for value in curves.coefficients().values()]
    steps = WRITTEN[form.name][1](np.array([3.0, 100.0]), *coefficients)
    np.testing.assert_allclose(np.exp(curves.log_step(np.log([3.0, 100.0]))[0]), steps, rtol=1e-9)


@ALL
def test_the_slope_is_the_derivative(form: Form) -> None:
    curves, _ = fitted(form)
    at, h = np.log([1.5, 7.0, 40.0]), 1e-5
    numerical = (curves.log_step(at + h) - curves.log_step(at - h)) / (2 * h)
    np.testing.assert_allclose(curves.slope(at), numerical, rtol=1e-6)


def test_hill_is_the_hill_equation_of_throughput() -> None:
    # X = Xmax b^h / (K^h + b^h) with Xmax = 500 tokens/s, K = 8, h = 0.8, so t = b / X
    rate = 500 * BATCH**0.8 / (8**0.8 + BATCH**0.8)
    curves = fit_curves(FORMS["Hill"], np.log(BATCH), np.log(BATCH / rate)[None, :])
    a, k, h = (float(value[0]) for value in curves.coefficients().values())
    assert (1 / k, h) == (pytest.approx(500, rel=1e-4), pytest.approx(0.8, rel=1e-4))
    assert (a / k) ** (1 / h) == pytest.approx(8, rel=1e-3)  # the concurrency of half the throughput


def test_each_form_is_found_by_its_name_and_an_unknown_one_refused() -> None:
    assert all(form_named(form.name) is form for form in CANDIDATES)
    with pytest.raises(InputError) as caught:
        form_named("spline")
    assert str(caught.value) == (
        "no form of the step time is named 'spline'; there are affine, power, Hill, smooth max, translog, "
        "Universal Scalability Law, Cobb-Douglas"
    )
