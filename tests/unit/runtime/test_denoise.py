"""Denoised runtime of made-up services whose floor is known."""

import numpy as np
import pytest

from isocost.core.errors import EstimationError, ExtrapolationWarning, InputError
from isocost.runtime import denoise, distinct_instances, instances_needed

IN = np.repeat([1, 256, 512, 1024, 1536], 7)
OUT = np.tile([1, 2, 4, 8, 16, 32, 64], 5)
FLOOR = 0.2 + 0.03 * OUT + 0.0003 * IN  # beta .03; at p = 1: .2303 with one token, so overhead .2003


def service(noise, count):
    """Return columns of `count` instances of each cell."""
    times = FLOOR[:, None] + noise((len(IN), count))
    return np.repeat(IN, count), np.repeat(OUT, count), times.reshape(-1)


def exponential(seed, scale=0.05):
    rng = np.random.default_rng(seed)
    return lambda shape: scale * rng.exponential(size=shape)


def test_without_noise_the_floor_comes_back():
    found = denoise(*service(np.zeros, 3), deployment="service")
    assert found.decode.value == pytest.approx(0.03)
    assert found.overhead.value == pytest.approx(0.2003)
    # alpha without overhead: .03 at p = 1, .03 + .0003 * 255 at 256
    assert [alpha.value for _, alpha in found.prefill[:2]] == pytest.approx([0.03, 0.1065])
    assert found.predict(512, 8).value == pytest.approx(0.2 + 0.24 + 0.1536)
    assert found.correction_s == 0
    assert (found.cells, found.instances, found.cautions) == (35, 3, ())


def test_the_correction_is_what_an_exponential_tail_misses():
    # the least of 3 lies .05 / 3 above the floor on average, the least of ten .05 / 10: .01167 apart
    shifts = [denoise(*service(exponential(seed), 3), deployment="s").correction_s for seed in range(40)]
    # the median of exponential spacings is ln 2 of their mean, the slope is believed by half: .0081 to .0117
    assert 0.0075 < np.mean(shifts) < 0.0125


def test_ten_instances_and_minima_are_not_corrected():
    assert denoise(*service(exponential(1), 10), deployment="s").correction_s == 0
    assert denoise(IN, OUT, FLOOR, deployment="s", least_known=True).correction_s == 0


def test_it_is_nearer_to_the_floor_than_the_minimum():
    ours, minimum = [], []
    for seed in range(30):
        p, o, times = service(exponential(seed), 3)
        ours.append(denoise(p, o, times, deployment="s").runtime_s(IN, OUT) / FLOOR - 1)
        minimum.append(times.reshape(35, 3).min(axis=1) / FLOOR - 1)
    assert np.sqrt(np.mean(np.square(ours))) < 0.7 * np.sqrt(np.mean(np.square(minimum)))


def test_intervals_cover_what_ten_instances_would_give():
    target = denoise(
        IN, OUT, FLOOR + 0.005, deployment="truth", least_known=True
    )  # the least of ten: .05 / 10
    inside_beta, inside_t = [], []
    for seed in range(150):
        found = denoise(*service(exponential(seed), 5), deployment="s")
        inside_beta.append(found.decode.low <= target.decode.value <= found.decode.high)
        half = found.half_width_shares(IN, OUT) * found.runtime_s(IN, OUT)
        inside_t.append(np.mean(np.abs(found.runtime_s(IN, OUT) - target.runtime_s(IN, OUT)) <= half))
    assert np.mean(inside_beta) >= 0.92
    assert 0.92 <= np.mean(inside_t) <= 0.995


def test_a_cell_whose_every_instance_was_slow_hardly_matters():
    p, o, times = service(exponential(2, 0.01), 5)
    slow = np.where((p == 256) & (o == 2), times + 1.0, times)
    found, calm = (denoise(p, o, each, deployment="s") for each in (slow, times))
    assert found.predict(256, 16).value == pytest.approx(calm.predict(256, 16).value, rel=0.04)
    assert found.decode.value == pytest.approx(calm.decode.value, rel=0.03)


def test_beyond_the_sizes_it_warns():
    found = denoise(*service(exponential(3), 5), deployment="s")
    with pytest.warns(ExtrapolationWarning, match="lie outside what was timed"):
        assert found.predict(3000, 8).kind == "extrapolated"
    assert found.predict(300, 8).kind == "interpolated"
    with pytest.raises(InputError, match="at least 1 input and 1 output token"):
        found.predict(0, 1)


def test_few_instances_and_few_sizes_are_said():
    found = denoise(np.array([1, 1, 64]), np.array([1, 8, 1]), np.array([0.1, 0.3, 0.2]), deployment="s")
    assert [caution.code for caution in found.cautions] == ["few-instances", "no-interval"]
    assert not found.decode.has_interval
    assert found.half_width_shares(IN, OUT) is None


def test_no_overhead_where_a_prompt_takes_less_than_a_step():
    found = denoise(np.array([1, 1, 1]), np.array([1, 2, 3]), np.array([0.01, 0.06, 0.11]), deployment="s")
    assert "no-overhead" in [caution.code for caution in found.cautions]


@pytest.mark.parametrize("o", [1, 8])
def test_one_output_size_cannot_be_fitted(o):
    with pytest.raises(EstimationError, match="cannot tell prefill from decode"):
        denoise(np.array([1, 64]), np.array([o, o]), np.array([0.1, 0.2]), deployment="s")


def test_copies_are_told_by_their_last_digit():
    times = np.array([0.4013019, 0.5, 0.4013019, 0.5, 0.4013019])
    p = np.array([1, 1, 1, 1, 64])
    # .5 twice may be rounding; .4013019 at another prompt size is another request
    assert distinct_instances(p, np.ones(5, int), times).tolist() == [True, True, False, True, True]


def test_five_instances_foretell_how_wide_ten_are():
    def width(seed):
        return np.median(denoise(*service(exponential(seed), 10), deployment="s").half_width_shares(IN, OUT))

    of_ten = np.mean([width(seed) for seed in range(100, 120)])
    foretold = [
        instances_needed(
            *service(exponential(seed), 5), half_width_share=of_ten, rng=np.random.default_rng(seed)
        )[0]
        for seed in range(9)
    ]
    assert 8 <= np.median(foretold) <= 16  # truly 10
    assert min(foretold) > 5


def test_instances_needed_says_when_there_are_enough_or_far_too_few():
    p, o, times = service(exponential(6), 5)
    rng = np.random.default_rng(1)
    assert instances_needed(p, o, times, half_width_share=0.5, rng=rng)[0] == 2
    assert instances_needed(p, o, times, half_width_share=1e-5, rng=rng)[0] is None
    with pytest.raises(EstimationError, match="at least 3 of each size; there are 2"):
        instances_needed(*service(exponential(6), 2), half_width_share=0.1, rng=rng)
    with pytest.raises(InputError, match="half_width_share must be between 0 and 1"):
        instances_needed(p, o, times, half_width_share=1.0, rng=rng)
