from __future__ import annotations

import numpy as np
import pytest

from isocost.runtime.form import Form, warped


def test_the_staircase_axis() -> None:
    # 0.6 * 128 * ceil(p / 128) + 0.4 p at 1, 128, 129: 76.8 + .4; 76.8 + 51.2; 153.6 + 51.6
    assert warped(np.array([1.0, 128.0, 129.0]), 128).tolist() == pytest.approx([77.2, 128.0, 205.2])
    assert warped(np.array([5.0]), None).tolist() == [5.0]


def test_the_design_has_prefill_decode_and_context() -> None:
    form = Form(knots=np.array([1.0, 101.0]), context=True)
    # p = 26 is a quarter on the way; o - 1 = 3; 3 * (26 + 2) = 84
    assert form.design(np.array([26.0]), np.array([4.0]))[0].tolist() == [0.75, 0.25, 3.0, 84.0]


def test_a_dropped_context_is_zero() -> None:
    form = Form(knots=np.array([1.0, 101.0]), context=False)
    assert form.design(np.array([26.0]), np.array([4.0])).shape == (1, 3)
    assert form.coefficients(np.eye(3), np.array([[2.0, 1.0, 7.0]])).tolist() == [[1.5, 1.5, 7.0, 0.0]]
