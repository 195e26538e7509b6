from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from doubles.profiles import TrueRuntime, profile
from isocost.core.errors import EstimationError
from isocost.runtime import RuntimeSamples, fit_runtime, held_out_error, measured_cells


def single(sizes: list[tuple[int, int]], seconds: list[float]) -> RuntimeSamples:
    return RuntimeSamples(
        input_tokens=np.array([p for p, _ in sizes]),
        output_tokens=np.array([o for _, o in sizes]),
        runtime_s=np.array(seconds),
        block=np.zeros(len(sizes), dtype=np.int64),
    )


def test_without_noise_the_truth_comes_back() -> None:
    truth = TrueRuntime()
    model = fit_runtime(profile(truth, repeats=3), deployment="d", seed=0)
    assert model.decode.value == pytest.approx(0.005)
    assert model.context is None
    assert [knot for knot, _ in model.prefill] == [1, 64, 128, 256, 480]
    assert model.prefill[2][1].value == pytest.approx(0.004 + 128 * 2e-4)
    assert model.held_out_error is not None
    assert model.held_out_error.value == pytest.approx(0, abs=1e-9)
    assert model.cautions == ()


def test_decode_that_grows_with_context_is_seen_and_kept() -> None:
    truth = TrueRuntime(context_s=1e-5)
    model = fit_runtime(profile(truth, repeats=8, noise=0.02), deployment="d", seed=0)
    assert model.context is not None
    assert model.context.low is not None
    assert model.context.high is not None
    assert model.context.low <= 1e-5 <= model.context.high


def test_a_slow_first_decode_step_is_seen_and_kept() -> None:
    truth = TrueRuntime(changeover_s=0.003)
    model = fit_runtime(profile(truth, repeats=8, noise=0.02), deployment="d", seed=0)
    assert model.changeover is not None
    assert model.changeover.low is not None
    assert model.changeover.high is not None
    assert model.changeover.low <= 0.003 <= model.changeover.high
    assert model.predict(128, 2).value == pytest.approx(0.004 + 0.0256 + 0.005 + 0.003, rel=0.03)


def test_decode_that_shrinks_with_context_is_not_believed() -> None:
    model = fit_runtime(profile(TrueRuntime(context_s=-5e-6), repeats=8), deployment="d", seed=0)
    assert model.context is None
    assert (model.coefficients[:, -2] == 0).all()


def test_one_repeat_cannot_tell_about_context_or_noise() -> None:
    model = fit_runtime(profile(TrueRuntime(context_s=1e-5), repeats=1), deployment="d", seed=0)
    assert {caution.code for caution in model.cautions} == {"one-repeat", "context-undecided"}


def test_four_cells_beyond_the_first_token_tell_about_context_without_repeats() -> None:
    truth = TrueRuntime(context_s=1e-5)
    sizes = [(p, o) for p in (1, 64, 256, 480) for o in (1, 16, 32)]
    p, o = np.array(sizes).T
    model = fit_runtime(single(sizes, truth.seconds(p, o).tolist()), deployment="d", seed=0)
    assert model.context is not None
    assert model.context.value == pytest.approx(1e-5)
    assert model.held_out_error is not None
    assert model.held_out_error.value == pytest.approx(0, abs=1e-9)


def test_times_to_first_token_inform_prefill() -> None:
    # the cell (1, 1) is off by 30 %, but requests of (1, 32) say 4.2 ms to their first token
    samples = profile(TrueRuntime(), repeats=3)
    odd = np.where((samples.input_tokens == 1) & (samples.output_tokens == 1), 1.3, 1.0)
    disturbed = replace(samples, runtime_s=samples.runtime_s * odd)
    with_first = fit_runtime(disturbed, deployment="d", seed=0).prefill[0][1].value
    without = (
        fit_runtime(replace(disturbed, ttft_s=None, second_s=None), deployment="d", seed=0)
        .prefill[0][1]
        .value
    )
    assert abs(with_first - 0.0042) < abs(without - 0.0042)


def test_a_cell_that_the_others_cannot_identify_has_no_held_out_prediction() -> None:
    # without times to first token (1, 1) is the only short request: T(1, 32) less decode is mostly noise
    model = fit_runtime(profile(TrueRuntime(), repeats=3, with_ttft=False), deployment="d", seed=0)
    held_out = {(cell.input_tokens, cell.output_tokens): cell.held_out_s for cell in model.cells}
    assert held_out[1, 1] is None
    assert held_out[128, 1] == pytest.approx(0.004 + 128 * 2e-4)


def test_prefill_never_falls() -> None:
    sizes = [(1, 1), (1, 9), (64, 1), (128, 1), (256, 1), (256, 5)]
    model = fit_runtime(single(sizes, [0.01, 0.09, 0.04, 0.02, 0.08, 0.12]), deployment="d", seed=0)
    values = [estimate.value for _, estimate in model.prefill]
    assert values == sorted(values)
    assert values[1] == pytest.approx(values[2])  # 40 and 20 ms become 30 ms each
    assert values[1] == pytest.approx(0.03, rel=0.01)


def test_noise_gives_intervals_and_misfit_widens_them() -> None:
    quiet = fit_runtime(profile(TrueRuntime(), repeats=8, noise=0.01), deployment="d", seed=0).decode
    loud = fit_runtime(profile(TrueRuntime(), repeats=8, noise=0.05), deployment="d", seed=0).decode
    assert quiet.low is not None
    assert quiet.high is not None
    assert loud.low is not None
    assert loud.high is not None
    assert 0 < quiet.high - quiet.low < loud.high - loud.low


def test_intervals_cover_the_truth() -> None:
    truth, repetitions = TrueRuntime(context_s=1e-5, changeover_s=0.003), 150
    hits = np.zeros(3)
    for seed in range(repetitions):
        model = fit_runtime(profile(truth, repeats=8, noise=0.03, seed=seed), deployment="d", seed=seed)
        for place, (p, o) in enumerate([(480, 32), (128, 1), (200, 12)]):
            told, exact = model.predict(p, o), float(truth.seconds(np.array(p), np.array(o)))
            assert told.low is not None
            assert told.high is not None
            hits[place] += told.low <= exact <= told.high
    assert (hits / repetitions >= 0.90).all()  # nominal .95, simulation error .018


def test_error_on_other_cells_by_hand() -> None:
    model = fit_runtime(profile(TrueRuntime(), repeats=3), deployment="d", seed=0)
    # T(100, 11) = .004 + .020 + .050 = .074, T(300, 5) = .004 + .060 + .020 = .084;
    # measured 10 % and 0 % more
    error = held_out_error(model, single([(100, 11), (300, 5)], [0.074 * 1.1, 0.084]))
    assert error.value == pytest.approx((0.1 / 1.1 + 0) / 2)
    assert (error.n, error.unit) == (2, "fraction")


def test_measured_cells_are_medians() -> None:
    cells = measured_cells(single([(8, 2), (1, 1), (8, 2), (8, 2)], [3.0, 1.0, 9.0, 4.0]))
    assert [(p, o, told.value, told.n) for p, o, told in cells] == [(1, 1, 1.0, 1), (8, 2, 4.0, 3)]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (
            [(5, 1), (5, 9)],
            "all profiled requests have 5 prompt tokens; "
            "T(p, o) needs at least two prompt sizes; time 1x1, 1x64 and 512x1 at least",
        ),
        (
            [(5, 4), (9, 4)],
            "all profiled requests have 4 output tokens; "
            "T(p, o) needs at least two output sizes; time 1x1, 1x64 and 512x1 at least",
        ),
        (
            [(5, 1), (9, 4)],
            "the profiled sizes cannot tell prefill from decode; "
            "profile at least one prompt size with both 1 and several output tokens",
        ),
    ],
)
def test_what_cannot_be_identified_is_said(sizes: list[tuple[int, int]], message: str) -> None:
    with pytest.raises(EstimationError) as raised:
        fit_runtime(single(sizes, [0.1, 0.2]), deployment="d", seed=0)
    assert str(raised.value) == message


def test_doubts_become_cautions() -> None:
    sizes = [(1, 1), (1, 9), (64, 1)]
    few = fit_runtime(single(sizes, [0.01, 0.09, 0.04]), deployment="d", seed=0, machine_busy_share=0.97)
    assert {"few-cells", "machine-busy"} <= {caution.code for caution in few.cautions}
    assert few.machine_busy_share == 0.97
    wild = fit_runtime(profile(TrueRuntime(), repeats=8, noise=0.4), deployment="d", seed=0)
    assert "unstable" in {caution.code for caution in wild.cautions}


def test_missing_cells_in_some_repeats_are_no_obstacle() -> None:
    samples = profile(TrueRuntime(), repeats=6, noise=0.01)
    keep = np.random.default_rng(0).random(len(samples)) > 0.3
    first, second = samples.ttft_s, samples.second_s
    assert first is not None
    assert second is not None
    thinned = RuntimeSamples(
        input_tokens=samples.input_tokens[keep],
        output_tokens=samples.output_tokens[keep],
        runtime_s=samples.runtime_s[keep],
        block=samples.block[keep],
        ttft_s=first[keep],
        second_s=second[keep],
    )
    assert fit_runtime(thinned, deployment="d", seed=0).decode.value == pytest.approx(0.005, rel=0.03)
