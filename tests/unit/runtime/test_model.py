from __future__ import annotations

import numpy as np
import pytest

from doubles.profiles import TrueRuntime, profile
from isocost.core.errors import ExtrapolationWarning, InputError
from isocost.runtime import RuntimeModel, RuntimeSamples, fit_runtime


@pytest.fixture(scope="module")
def model() -> RuntimeModel:
    return fit_runtime(profile(TrueRuntime(), repeats=8, noise=0.02), deployment="d", seed=0)


def test_kinds_say_where_a_prediction_stands(model: RuntimeModel) -> None:
    assert model.predict(480, 16).kind == "fitted"  # the seventh cell
    assert model.predict(100, 16).kind == "interpolated"
    assert model.predict(480, 32).kind == "interpolated"


def test_beyond_the_profile_is_a_warning_and_a_kind(model: RuntimeModel) -> None:
    with pytest.warns(ExtrapolationWarning) as caught:
        told = model.predict(960, 16)
    assert told.kind == "extrapolated"
    assert str(caught[0].message) == (
        "960 input and 16 output tokens lie outside what was profiled (1 to 480 and 1 to 32); "
        "profile larger sizes to be sure"
    )
    # prefill goes on with its last slope: .004 + 960 * 2e-4, and 15 * .005
    assert told.value == pytest.approx(0.004 + 0.192 + 0.075, rel=0.1)
    with pytest.warns(ExtrapolationWarning):
        assert model.predict(100, 64).kind == "extrapolated"


def test_prefill_is_the_runtime_of_one_token(model: RuntimeModel) -> None:
    assert model.prefill_at(128) == model.predict(128, 1)
    assert model.prefill_at(128).value == model.prefill[2][1].value


def test_arrays_agree_with_single_predictions(model: RuntimeModel) -> None:
    seconds = model.runtime_s(np.array([1, 100, 480]), np.array([1, 7, 32]))
    assert seconds.tolist() == pytest.approx(
        [model.predict(p, o).value for p, o in ((1, 1), (100, 7), (480, 32))]
    )


def test_the_interval_is_wider_between_knots_where_prefill_bends() -> None:
    bent = profile(TrueRuntime(), repeats=8, noise=0.01)
    squared = bent.runtime_s + 2e-6 * bent.input_tokens.astype(float) ** 2
    first = bent.ttft_s
    assert first is not None
    curved = fit_runtime(
        type(bent)(
            input_tokens=bent.input_tokens,
            output_tokens=bent.output_tokens,
            runtime_s=squared,
            block=bent.block,
            ttft_s=first + 2e-6 * bent.input_tokens.astype(float) ** 2,
        ),
        deployment="d",
        seed=0,
    )
    between, at_knot = curved.predict(368, 1), curved.predict(256, 1)
    assert between.low is not None
    assert between.high is not None
    assert at_knot.low is not None
    assert at_knot.high is not None
    assert (between.high - between.low) / between.value > (at_knot.high - at_knot.low) / at_knot.value
    # truth at 368: .004 + .0736 + 2e-6 * 368^2
    assert between.low <= 0.004 + 0.0736 + 2e-6 * 368**2 <= between.high


def test_one_repeat_gives_no_interval() -> None:
    six = [(1, 1), (1, 32), (64, 1), (128, 1), (256, 1), (480, 1)]  # as many unknowns: no misfit to see
    p, o = np.array(six).T
    samples = RuntimeSamples(
        input_tokens=p,
        output_tokens=o,
        runtime_s=TrueRuntime().seconds(p, o),
        block=np.zeros(6, dtype=np.int64),
    )
    once = fit_runtime(samples, deployment="d", seed=0)
    told = once.predict(100, 8)
    assert told.value == pytest.approx(0.004 + 0.02 + 0.035)
    assert (told.low, told.high) == (None, None)


@pytest.mark.parametrize(("p", "o"), [(0, 1), (1, 0), (-3, 5)])
def test_lengths_below_one_are_refused(model: RuntimeModel, p: int, o: int) -> None:
    with pytest.raises(
        InputError, match="a runtime is predicted for at least 1 input and 1 output token, got"
    ):
        model.predict(p, o)
