"""What is believed of T(p, o) after few cells, against weights and least squares found by other routes."""

import numpy as np
import pytest

from isocost.core.errors import EstimationError
from isocost.runtime import PublishedRuntime, RuntimeSamples, runtime_belief, runtime_prior

SIZES = (1, 256, 512, 1024)


def samples(cells, repeats=1):
    rows = [(p, o, s, block) for block in range(repeats) for p, o, s in cells]
    p, o, s, block = zip(*rows, strict=True)
    return RuntimeSamples(
        input_tokens=np.array(p), output_tokens=np.array(o), runtime_s=np.array(s), block=np.array(block)
    )


def line(floor, growth, decode, sizes=SIZES):
    prefill = tuple((p, floor + growth * (p - 1)) for p in sizes)
    return PublishedRuntime(prefill_s=prefill, decode_s=decode)


@pytest.fixture(scope="module")
def prior():
    """Five models with decode .9 A and growth of 3 A over 1,000 tokens, give or take."""
    levels = ((0.01, 3.0), (0.02, 2.4), (0.03, 3.6), (0.04, 2.7), (0.05, 3.3))
    fits = {str(a): line(a, b * a / 1000, 0.9 * a) for a, b in levels}
    return runtime_prior(fits, tile_tokens=None, resolution_s=0)


def test_one_cell_and_a_prior_foretell_all_others(prior):
    belief = runtime_belief(samples([(1, 1, 0.1)]), prior, np.array([1.0, 512.0]))
    typical = (3.0 * 2.4 * 3.6 * 2.7 * 3.3) ** 0.2
    expected = [0.1, 0.1 + 0.09 * 10, 0.1 * (1 + typical * 0.511)]
    assert belief.runtime_s(np.array([1, 1, 512]), np.array([1, 11, 1])) == pytest.approx(expected, rel=0.01)


def test_decode_is_believed_no_better_than_a_tenth_before_it_was_timed(prior):
    belief = runtime_belief(samples([(1, 1, 0.1)]), prior, np.array([1.0]))
    slope = float(belief.covariance[-1, -1]) ** 0.5
    assert slope == pytest.approx(0.1 * 0.09, rel=0.1)  # a tenth of decode, A's own noise of .5 % beside it


def test_without_a_prior_the_mean_goes_through_the_cells():
    cells = [(1, 1, 0.02), (1, 33, 0.66), (501, 1, 0.07), (1001, 1, 0.12)]
    belief = runtime_belief(samples(cells), None, np.array([251.0]))
    # .02 + 250 * .0001 + 4 * .02
    assert belief.runtime_s(np.array([251.0]), np.array([5.0])) == pytest.approx([0.125], rel=0.01)


def test_one_prompt_size_without_a_prior_is_refused_in_a_sentence():
    with pytest.raises(EstimationError, match="two prompt sizes and two output sizes come first"):
        runtime_belief(samples([(1, 1, 0.02), (1, 9, 0.2)]), None, np.array([1.0]))


def test_times_that_fall_with_the_prompt_are_refused():
    with pytest.raises(EstimationError, match="do not grow"):
        runtime_belief(samples([(1, 1, 0.5), (1, 9, 0.9), (900, 1, 0.1)]), None, np.array([1.0]))


def test_a_model_unlike_the_others_widens_the_belief(prior):
    places = np.array([700.0]), np.array([1.0])
    usual = samples([(1, 1, 0.1), (256, 1, 0.1765), (512, 1, 0.2533), (1024, 1, 0.4069)])
    odd = samples([(1, 1, 0.1), (256, 1, 0.35), (512, 1, 0.36), (1024, 1, 0.4069)])
    like, unlike = (runtime_belief(each, prior, places[0]) for each in (usual, odd))
    assert like.surprise < 1 < unlike.surprise
    spread = [float((w := each.design(*places)[0]) @ each.covariance @ w) for each in (like, unlike)]
    assert spread[1] > 4 * spread[0]


def test_what_is_seen_takes_away_the_variance_that_gaussians_lose(prior):
    belief = runtime_belief(samples([(1, 1, 0.1)]), prior, np.array([1.0, 512.0]))
    weights = belief.design(np.array([512.0]), np.array([1.0]))[0]
    before = float(weights @ belief.covariance @ weights)
    after = belief.after(weights, before)  # a measurement as uncertain as the belief halves its variance
    assert float(weights @ after.covariance @ weights) == pytest.approx(before / 2)
    assert after.mean is belief.mean


def test_repeats_tell_the_scatter_and_rounding_is_told_from_the_decimals():
    rng = np.random.default_rng(4)
    cells = [(p, o, 0.02 + 1e-4 * p + 0.02 * (o - 1)) for p in (1, 512, 1024) for o in (1, 8)]
    rows = [(p, o, s * (1 + 0.03 * rng.standard_normal()), b) for b in range(40) for p, o, s in cells]
    p, o, s, block = map(np.array, zip(*rows, strict=True))
    told = RuntimeSamples(input_tokens=p, output_tokens=o, runtime_s=s, block=block)
    belief = runtime_belief(told, None, np.array([1.0]))
    assert belief.scatter_share == pytest.approx(0.03, rel=0.3)
    assert belief.rounding_s == 0
    assert belief.measured[512, 8] == 40
    one = runtime_belief(samples([(p, o, round(s, 3)) for p, o, s in cells]), None, np.array([1.0]))
    assert one.scatter_share is None
    assert one.rounding_s == 0.001
