"""Drift of a profile: parts of cells and blocks taken apart."""

import math

import numpy as np
import pytest

from isocost.core.errors import EstimationError
from isocost.runtime import RuntimeSamples, profile_drift


def samples(times, *, drop=()):
    """Make a profile of `times[block][cell]`, without the (block, cell) in `drop`."""
    rows = [
        (cell + 1, 1, seconds, block)
        for block, row in enumerate(times)
        for cell, seconds in enumerate(row)
        if (block, cell) not in drop
    ]
    p, o, seconds, block = (np.array(column) for column in zip(*rows, strict=True))
    return RuntimeSamples(input_tokens=p, output_tokens=o, runtime_s=seconds, block=block)


def test_a_steady_rise_is_told_from_cells():
    # cells of 1, 5 and 20 s, times 1, 1.1, 1.21, 1.331: over their geometric mean 1.1 ** (-1.5, -.5, .5, 1.5)
    seen = profile_drift(samples([[s * 1.1**b for s in (1, 5, 20)] for b in range(4)]), name="here")
    assert [block.value for block in seen.blocks] == pytest.approx([1.1 ** (b - 1.5) for b in range(4)])
    assert seen.whole.value == pytest.approx(1.331)
    assert seen.drifted
    assert seen.cells == 3


def test_a_missing_cell_does_not_look_like_drift():
    # without the 20 s cell in the last block a plain mean would fall; the parts of cells take care of it
    seen = profile_drift(samples([[1, 5, 20]] * 4, drop={(3, 2)}), name="here")
    assert [block.value for block in seen.blocks] == pytest.approx([1.0] * 4)
    assert seen.whole.value == pytest.approx(1.0)


def test_the_interval_of_a_block_by_hand():
    # logs: block 0: 0, 0; block 1: .1, .3. Cell means .05, .15; block parts -.1, .1 and what is left
    # -.05 + .1 = .05 and -.05 in block 0: standard error sqrt(.005 / 1 / 2) = .05; t(1) = 12.706
    seen = profile_drift(samples([[1, 1], [math.exp(0.1), math.exp(0.3)]]), name="here")
    first = seen.blocks[0]
    assert math.log(first.value) == pytest.approx(-0.1)
    assert math.log(first.high) == pytest.approx(-0.1 + 12.706 * 0.05, abs=1e-3)
    assert seen.whole is None
    assert not seen.drifted


def test_noise_without_drift_is_rarely_called_drift():
    rng = np.random.default_rng(5)
    called = [
        profile_drift(samples(np.exp(rng.normal(0, 0.05, (8, 7)))), name="here").drifted for _ in range(400)
    ]
    assert np.mean(called) == pytest.approx(0.05, abs=0.033)  # three standard errors of a share of 400


def test_one_repeat_says_nothing():
    with pytest.raises(EstimationError) as told:
        profile_drift(samples([[1, 2]]), name="here")
    assert str(told.value) == "here: no size was measured in two repeats, so drift cannot be told"
