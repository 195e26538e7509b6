from __future__ import annotations

import numpy as np
import pytest

from isocost.runtime import RuntimeSamples
from isocost.runtime.form import form_of
from isocost.runtime.rows import ProfileRows, rows_of
from isocost.runtime.weights import weighted

CELLS = [(p, o) for p in (1, 100, 200, 400) for o in (1, 5, 9, 17, 33)]


def table(noise: float = 0.0, **changed: float) -> ProfileRows:
    """T = 10 ms + .1 ms p + 5 ms (o - 1), some cells multiplied: `changed` has names such as p100o5."""
    rng = np.random.default_rng(0)
    p, o = np.array(CELLS).T
    times = (0.01 + 1e-4 * p + 0.005 * (o - 1)) * (1 + noise * rng.standard_normal(len(p)))
    factors = [changed.get(f"p{a}o{b}", 1.0) for a, b in CELLS]
    block = np.zeros(len(p), dtype=np.int64)
    return rows_of(RuntimeSamples(input_tokens=p, output_tokens=o, runtime_s=times * factors, block=block))


def coefficients(rows: ProfileRows) -> np.ndarray:
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything)
    rows, _ = weighted(form, rows)
    estimator = form.estimator(rows, everything)
    assert estimator is not None
    return estimator @ rows.times


def test_rows_far_from_the_fit_weigh_nothing() -> None:
    # one in the middle, and one that alone could carry its prompt size's prefill
    rows = table(0.01, p100o9=3.0, p200o1=4.0)
    form = form_of(rows, np.ones(len(rows.cell), dtype=np.bool_))
    found, noise = weighted(form, rows)
    assert [CELLS[row] for row in np.flatnonzero(found.weights == 0)] == [(100, 9), (200, 1)]
    assert noise is not None
    assert noise.relative[0] == pytest.approx(0.01, rel=0.5)
    assert coefficients(rows)[-3] == pytest.approx(0.005, rel=0.02)


def test_weights_follow_the_fit_and_not_the_noise() -> None:
    # relative noise of 20 %: by weights of 1 / measured time, short rows would pull beta down by 2 * .04
    betas = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        p, o = np.array(CELLS).T
        times = (0.01 + 1e-4 * p + 0.005 * (o - 1)) * (1 + 0.2 * rng.standard_normal(len(p)))
        block = np.zeros(len(p), dtype=np.int64)
        samples = RuntimeSamples(
            input_tokens=p, output_tokens=o, runtime_s=np.maximum(times, 1e-3), block=block
        )
        betas.append(coefficients(rows_of(samples))[-3])
    assert np.mean(betas) == pytest.approx(0.005, rel=0.02)


def test_as_many_sizes_as_coefficients_tell_no_noise() -> None:
    p, o = np.array([(1, 1), (1, 9), (64, 1), (128, 1)]).T
    rows = rows_of(
        RuntimeSamples(
            input_tokens=p, output_tokens=o, runtime_s=np.arange(1.0, 5.0), block=np.zeros(4, dtype=np.int64)
        )
    )
    found, noise = weighted(form_of(rows, np.ones(4, dtype=np.bool_)), rows)
    assert noise is None
    assert found is rows
