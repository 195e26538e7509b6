"""What a step takes whatever the model, from models of several sizes."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.runtime import step_overhead


def steps(own_s, work_s, sizes, *, noise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    points = [own_s + work_s * size for size in sizes]
    return [np.concatenate([[t], t * np.exp(noise * rng.standard_normal(2000))]) for t in points]


def test_two_sizes_draw_an_exact_line_with_the_noise_of_both():
    sizes = (1.0, 3.0)
    found = step_overhead(
        "weights", sizes, steps(0.002, 0.01, sizes, noise=0.01), steps(0.005, 0.01, sizes, noise=0.01, seed=1)
    )
    assert found.models == 2
    assert found.baseline.value == pytest.approx(0.002)
    assert found.difference.value == pytest.approx(0.003)
    # f = (3 t1 - t3) / 2 with t1 = 12 ms and t3 = 32 ms known to 1 %: sd sqrt((18 * .01)^2 + (16 * .01)^2) ms
    assert found.baseline.high - found.baseline.low == pytest.approx(2 * 1.96 * 0.000241, rel=0.1)
    assert found.work.low < 1 < found.work.high


def test_more_sizes_doubt_the_line():
    sizes = (1.0, 2.0, 3.0, 4.0)
    straight = steps(0.002, 0.01, sizes)
    bent = [np.array([each[0] * (1.1 if place % 2 else 0.9)]) for place, each in enumerate(straight)]
    found = step_overhead("layers", sizes, straight, bent)
    assert found.baseline.high - found.baseline.low == pytest.approx(0.0, abs=1e-6)
    assert found.other.high - found.other.low > 0.005


@pytest.mark.parametrize(
    ("sizes", "own_s"),
    [
        ((1.0,), 0.002),  # one model
        ((1.0, 1.2), 0.002),  # too near each other
        ((1.0, 3.0), -0.002),  # no step takes less than no time
    ],
)
def test_what_cannot_be_told(sizes, own_s):
    assert step_overhead("weights", sizes, steps(own_s, 0.01, sizes), steps(0.002, 0.01, sizes)) is None


def test_a_larger_model_that_takes_less_draws_no_line():
    assert (
        step_overhead("weights", (1.0, 3.0), steps(0.05, -0.01, (1.0, 3.0)), steps(0.0, 0.01, (1.0, 3.0)))
        is None
    )


def test_bad_input():
    with pytest.raises(
        InputError, match="needs its size and a step on both stacks, got 2 sizes, 1 and 2 steps"
    ):
        step_overhead("weights", (1.0, 2.0), steps(0.0, 1.0, (1.0,)), steps(0.0, 1.0, (1.0, 2.0)))
    with pytest.raises(InputError, match="weights must be above 0"):
        step_overhead("weights", (0.0, 2.0), steps(0.1, 1.0, (0.0, 2.0)), steps(0.1, 1.0, (0.0, 2.0)))
