"""Very many sizes of request: few enough are left, and the time of a token is not shifted."""

import numpy as np
import pytest

from isocost.runtime import RuntimeSamples, fit_runtime
from isocost.runtime.gathered import MOST_SIZES, count_sizes, gathered


def samples(p, o):
    return RuntimeSamples(
        input_tokens=p,
        output_tokens=o,
        runtime_s=0.05 + 0.0002 * p + 0.02 * (o - 1.0),
        block=np.arange(len(p)),
    )


def test_few_sizes_stay_as_they_are():
    few = samples(np.repeat(np.arange(1, 21), 20), np.tile(np.arange(1, 21), 20))
    assert gathered(few) is few


def test_many_sizes_become_few_and_keep_their_law():
    rng = np.random.default_rng(2)
    many = samples(rng.integers(1, 2000, 60_000), rng.integers(1, 65, 60_000))
    found = gathered(many)
    assert count_sizes(many.input_tokens, many.output_tokens) > 20_000
    assert count_sizes(found.input_tokens, found.output_tokens) <= MOST_SIZES
    assert {1, 64} <= set(found.output_tokens.tolist())
    model = fit_runtime(found, deployment="made up", seed=0)
    assert model.decode.value == pytest.approx(0.02, rel=0.002)  # the law above
    assert model.predict(1000, 1).value == pytest.approx(0.25, rel=0.02)


def test_very_long_answers_are_spread_evenly_in_their_logarithm():
    # sixteen of 1 … 4,096 on a logarithmic scale: each 4096 ** (1 / 15) = 1.74 times the one before
    found = gathered(samples(np.ones(4096, dtype=np.int64), np.arange(1, 4097)))
    kept = np.unique(found.output_tokens)
    assert (kept[0], kept[-1]) == (1, 4096)
    assert len(kept) <= 16
    assert (kept[1:] / kept[:-1]).max() <= 2
