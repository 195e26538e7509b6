"""Runtimes of two stacks: which requests, which ratios, which parts."""

import numpy as np
import pytest

from doubles.profiles import TrueRuntime, profile
from isocost.core.errors import EstimationError, InputError
from isocost.runtime import DenoisedRuntime, RuntimePair, compare_runtimes, fit_runtime, typical_requests
from isocost.statistics import judge


def stack(step=0.020, *, fixed=0.010, sizes=(1, 128, 512, 1024), error=1e-4, longest=64, tokens=1e-4):
    """T(p, o) = fixed + step + tokens p + step (o - 1), each coefficient known to `error` seconds."""
    p = np.array(sizes, dtype=float)
    return DenoisedRuntime(
        deployment="made up", input_tokens=p, coefficients=np.append(fixed + step + tokens * p, step),
        covariance=np.eye(len(p) + 1) * error**2, degrees=30, longest_output=longest, cells=12, instances=5,
        correction_s=0.0, cautions=(),
    )  # fmt: skip


def test_typical_requests_lie_within_both_profiles_at_timed_sizes():
    found = typical_requests([stack(), stack(sizes=(16, 64, 256, 512), longest=32)])
    # shared: 16 to 512 and up to 32 out; an eighth, half and all of 512 are timed by one or the other
    assert found == ((64, 8), (64, 32), (256, 8), (256, 32), (512, 8), (512, 32))
    assert typical_requests([stack(longest=1)]) == ((128, 1), (512, 1), (1024, 1))
    with pytest.raises(
        EstimationError, match=r"share no prompt sizes \(1 to 1024 and 2000 to 4000\); profile one"
    ):
        typical_requests([stack(), stack(sizes=(2000, 4000))])


def test_ratios_by_hand():
    found = compare_runtimes([stack()], [stack(0.030, tokens=2e-4)], name="m", requests=[(512, 64)])
    ratios = {ratio.key: ratio.estimate.value for ratio in found.ratios}
    assert ratios["decode"] == pytest.approx(1.5)
    # (.010 + .030 + .1024 + 63 * .030) / (.010 + .020 + .0512 + 63 * .020)
    assert ratios["runtime at 512x64"] == ratios["runtime"] == pytest.approx(2.0324 / 1.3412)
    assert ratios["prefill at 512"] == pytest.approx(0.1424 / 0.0812)
    assert ratios["prefill"] == pytest.approx(
        (0.0656 / 0.0428 * 0.1424 / 0.0812 * 0.2448 / 0.1324) ** (1 / 3)  # 128, 512, 1024
    )
    assert [(part.key, round(part.difference.value, 6)) for part in found.parts] == [
        ("beside", 0.0001),  # 2e-4 - 1e-4, of the first token of the prompt
        ("prompt", 0.0511),  # 511 * 1e-4
        ("steps", 0.64),
    ]


def test_equal_fits_are_not_taken_for_one_another():
    """Two fits under one seed and name resample alike; their noise is none the less their own."""
    samples = profile(TrueRuntime(), repeats=8, noise=0.05, seed=1)
    one, two = (fit_runtime(samples, deployment="same", seed=0) for _ in range(2))
    ratio = compare_runtimes([one], [two], name="m").decode.estimate
    alone = one.decode
    assert ratio.value == pytest.approx(1.0)
    assert np.log(ratio.high / ratio.low) == pytest.approx(2**0.5 * np.log(alone.high / alone.low), rel=0.15)


def test_the_same_question_has_the_same_answer():
    one, two = (compare_runtimes([stack()], [stack(0.03)], name="m", seed=4) for _ in range(2))
    assert one.runtime.estimate == two.runtime.estimate
    other = compare_runtimes([stack()], [stack(0.03)], name="m", seed=5)
    assert other.runtime.estimate.low != one.runtime.estimate.low


def test_decode_holds_what_context_adds():
    with_context = fit_runtime(
        profile(TrueRuntime(context_s=1e-5), repeats=8, noise=0.001), deployment="a", seed=0
    )
    without = fit_runtime(profile(TrueRuntime(), repeats=8, noise=0.001), deployment="b", seed=0)
    found = compare_runtimes([without], [with_context], name="m", requests=[(480, 32)])
    # gamma ((31)(480 + 16) - (480 + 1)) / 30 more a token, beside 5 ms
    assert found.decode.estimate.value == pytest.approx(1 + 1e-5 * (31 * 496 - 481) / 30 / 0.005, rel=0.01)


def test_beyond_a_profile_there_is_a_caution_and_no_parts_without_one_token():
    found = compare_runtimes(
        [stack()], [stack(sizes=(16, 64, 256))], name="m", requests=[(512, 64), (1024, 64)]
    )
    assert [(c.code, c.text.partition(" lie")[0]) for c in found.cautions] == [
        ("extrapolated", "512 in, 64 out and 1 more")
    ]
    assert found.runtime.estimate.kind == "extrapolated"
    assert found.parts == ()


def test_bad_requests_and_empty_sides():
    with pytest.raises(InputError, match="at least 1 input and 1 output token, got 512 and 0"):
        compare_runtimes([stack()], [stack()], name="m", requests=[(512, 0)])
    with pytest.raises(InputError, match="m cannot be compared: one of the two has no fit"):
        RuntimePair.of(([stack()], []), name="m", seed=0)
    with pytest.raises(EstimationError, match="each further token takes 0 s, which is no time to compare"):
        compare_runtimes([stack()], [stack(0.0)], name="m")
    with pytest.raises(
        EstimationError, match="the fit of one session says that each further token takes no time"
    ):
        compare_runtimes([stack(), stack()], [stack(0.0)], name="m")


def test_over_sessions_the_interval_is_students_t():
    """Sessions 10 % apart on one stack, one session on the other: half-width 12.7 s sqrt(1/2 + 1)."""
    slow, fast = stack(0.020 * 1.1, fixed=0.011, tokens=1.1e-4), stack()
    pair = compare_runtimes([slow, fast], [stack()], name="m")
    estimate = pair.decode.estimate
    scatter = np.log(1.1) / 2**0.5  # one degree of freedom
    assert pair.over_sessions
    assert estimate.value == pytest.approx(1 / 1.1**0.5)
    assert np.log(estimate.high / estimate.value) == pytest.approx(12.706 * scatter * 1.5**0.5, rel=0.25)


@pytest.mark.parametrize(("scale", "least", "most"), [(1.0, 0.0, 0.05), (1.10, 0.6, 1.0), (1.15, 0.95, 1.0)])
def test_the_gate_is_calibrated(scale, least, most):
    """Simulated pairs of profiles, 8 repeats under 5 % noise: how often does a gate at 5 % fail?"""
    failed = 0
    pairs = 40
    for pair in range(pairs):
        slow = TrueRuntime(fixed_s=0.004 * scale, per_prompt_s=2e-4 * scale, decode_s=0.005 * scale)
        one, two = (
            fit_runtime(profile(truth, repeats=8, noise=0.05, seed=2 * pair + side), deployment="d", seed=0)
            for side, truth in enumerate((TrueRuntime(), slow))
        )
        failed += judge(compare_runtimes([one], [two], name="m").runtime, margin=0.05).failed
    assert least <= failed / pairs <= most


@pytest.mark.parametrize(("sessions", "least", "most"), [(1, 0.1, 0.4), (3, 0.0, 0.05)])
def test_sessions_keep_the_gate_from_failing_for_the_day(sessions, least, most):
    """Two equal stacks whose sessions differ by 5 %: one profile of each misleads, three of each do not."""
    rng = np.random.default_rng(3)
    pairs, failed = 80, 0
    for _ in range(pairs):
        sides = [
            [stack(0.020 * f, fixed=0.010 * f, tokens=1e-4 * f, error=1e-5) for f in factors]
            for factors in np.exp(0.05 * rng.standard_normal((2, sessions)))
        ]
        failed += judge(compare_runtimes(*sides, name="m").runtime, margin=0.05).failed
    assert least <= failed / pairs <= most
