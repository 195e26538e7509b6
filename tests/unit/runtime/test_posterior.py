from __future__ import annotations

import numpy as np
import pytest

from doubles.other_models import DECODE_S, SIX, SIZES, cells_of, others, prefill
from isocost.core.errors import EstimationError
from isocost.runtime import (
    RuntimeModel,
    RuntimePosterior,
    RuntimeSamples,
    fit_runtime,
    runtime_posterior,
)

BETWEEN = np.array([96, 192, 320, 384, 640, 768, 1280, 1536])


def posterior(sizes: tuple[tuple[int, int], ...] = SIX) -> RuntimePosterior:
    cells = cells_of(sizes)
    return runtime_posterior(others(), cells.input_tokens, cells.output_tokens, cells.runtime_s)


def errors(model: RuntimeModel) -> np.ndarray:
    truth = prefill(BETWEEN, 0.045, 0.12)
    return np.abs(model.runtime_s(BETWEEN, np.ones(len(BETWEEN))) / truth - 1)


def test_the_others_shape_fills_the_gaps_between_few_points() -> None:
    without, informed = (
        fit_runtime(cells_of(SIX), deployment="d", seed=0, prior=prior) for prior in (None, others())
    )
    assert errors(informed).mean() < 0.4 * errors(without).mean()
    assert informed.prior is not None
    assert informed.prior.weight > 0.5
    assert informed.tile_tokens == 128
    assert [size for size, _ in informed.prefill] == [1, 256, 512, 1024, 1920]
    assert set(SIZES) <= set(informed.knots)


def test_a_model_unlike_the_others_gets_the_fit_without_prior_and_a_caution() -> None:
    p, o = np.array(SIX).T
    straight = RuntimeSamples(
        input_tokens=p,
        output_tokens=o,
        runtime_s=0.004 + 0.00021 * p + DECODE_S * (o - 1),
        block=np.zeros(6, dtype=np.int64),
    )
    without, informed = (
        fit_runtime(straight, deployment="d", seed=0, prior=prior) for prior in (None, others())
    )
    assert informed.prior is not None
    assert informed.prior.weight == 0
    assert np.array_equal(informed.coefficients, without.coefficients)
    assert [c.code for c in informed.cautions if c not in without.cautions] == ["prior-contradicted"]


def test_the_unit_of_time_does_not_matter() -> None:
    found = posterior()
    cells = cells_of(SIX)
    thousandfold = runtime_posterior(
        others(), cells.input_tokens, cells.output_tokens, cells.runtime_s * 1000
    )
    assert thousandfold.coefficients == pytest.approx(found.coefficients * 1000)
    assert thousandfold.surprise == pytest.approx(found.surprise, abs=1e-6)


def test_the_mean_is_linear_in_the_times_and_the_covariance_that_of_noise_and_prior() -> None:
    found = posterior()
    cells = cells_of(SIX)
    assert found.coefficients == pytest.approx(found.estimator @ cells.runtime_s)
    mean, covariance = found.predict(cells.input_tokens, cells.output_tokens)
    # at profiled sizes noise is left, half a per cent of each, and the prior shrinks it
    assert mean == pytest.approx(cells.runtime_s, rel=0.005)
    assert (np.sqrt(np.diag(covariance)) <= 0.0051 * cells.runtime_s).all()
    _, between = found.predict([384], [1])
    _, at = found.predict([512], [1])
    assert between[0, 0] > at[0, 0]
    assert (np.linalg.eigvalsh(found.covariance - found.open_covariance) >= -1e-12).all()


def test_what_was_not_measured_is_more_open_the_farther_it_is() -> None:
    cells = cells_of(((1, 1), (1, 64), (512, 1), (1920, 1)))
    found = runtime_posterior(others(), cells.input_tokens, cells.output_tokens, cells.runtime_s)
    _, covariance = found.predict([512, 640, 1280], [1, 1, 1])
    spread = np.sqrt(np.diag(covariance))
    assert spread[0] < spread[1] < spread[2]


@pytest.mark.parametrize(
    "sizes",
    [((1, 1), (1, 9), (512, 1)), ((1, 1), (256, 1), (512, 1), (1024, 1))],  # two prompt sizes; no decode
)
def test_too_few_cells_are_said(sizes: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(
        EstimationError, match=r"^the cells cannot tell prefill from decode even with a prior; "
    ):
        posterior(sizes)


def test_too_few_prompts_leave_the_fit_as_it_is() -> None:
    cells = cells_of(((1, 1), (1, 9), (512, 1)))
    model = fit_runtime(cells, deployment="d", seed=0, prior=others())
    assert model.prior is None
    assert model.knots.tolist() == [1, 512]


def test_repeats_widen_by_what_the_prior_leaves_open() -> None:
    rng = np.random.default_rng(5)
    once = cells_of(SIX)
    repeats = RuntimeSamples(
        input_tokens=np.tile(once.input_tokens, 5),
        output_tokens=np.tile(once.output_tokens, 5),
        runtime_s=np.tile(once.runtime_s, 5) * np.exp(0.003 * rng.standard_normal(30)),
        block=np.repeat(np.arange(5), 6),
    )
    model = fit_runtime(repeats, deployment="d", seed=0, prior=others())
    at, between = model.predict(512, 1), model.predict(384, 1)
    assert at.low is not None
    assert at.high is not None
    assert between.low is not None
    assert between.high is not None
    assert (between.high - between.low) / between.value > (at.high - at.low) / at.value
    truth = prefill(np.array([384]), 0.045, 0.12)[0]
    assert between.low < truth < between.high
