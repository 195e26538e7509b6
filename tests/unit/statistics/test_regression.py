from __future__ import annotations

import numpy as np
import pytest

from isocost.statistics.regression import hat_basis, least_squares_map, monotone


def test_weighted_least_squares_agrees_with_numpy() -> None:
    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(20), rng.normal(size=20), rng.normal(size=20) * 1e6])
    weights, values = rng.uniform(0.5, 2, 20), rng.normal(size=20)
    solution = np.linalg.lstsq(design * weights[:, None], values * weights, rcond=None)[0]
    estimator = least_squares_map(design, weights)
    assert estimator is not None
    assert estimator @ values == pytest.approx(solution)


def test_what_the_rows_cannot_identify_is_none() -> None:
    assert least_squares_map(np.array([[1.0, 2.0], [2.0, 4.0]]), np.ones(2)) is None  # one direction only
    assert least_squares_map(np.array([[1.0, 2.0]]), np.ones(1)) is None  # fewer rows than columns
    assert least_squares_map(np.array([[1.0, 0.0], [1.0, 0.0]]), np.ones(2)) is None  # an empty column


def test_hats_interpolate_hold_below_and_go_on_above() -> None:
    knots, values = np.array([1.0, 10.0, 30.0]), np.array([2.0, 20.0, 40.0])
    basis = hat_basis(np.array([0.0, 1.0, 5.5, 10.0, 20.0, 40.0]), knots)
    # 5.5 is half-way of 1 and 10: 11; 20 half-way of 10 and 30: 30; 40: 40 + 10 * (20 / 20)
    assert (basis @ values).tolist() == pytest.approx([2, 2, 11, 20, 30, 50])


def test_monotone_agrees_with_scipy() -> None:
    from scipy.optimize import isotonic_regression

    rng = np.random.default_rng(4)
    values = rng.normal(size=(50, 9)) + np.linspace(0, 2, 9)
    for row, fitted in zip(values, monotone(values), strict=True):
        assert fitted == pytest.approx(isotonic_regression(row).x)
