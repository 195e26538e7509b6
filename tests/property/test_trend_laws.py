"""Laws of contention and drift: what units and other sizes must not change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.runtime import (
    CellVariation,
    RuntimeSamples,
    cell_variations,
    contention,
    profile_drift,
    requests_needed,
)

seconds = st.floats(0.001, 100.0)
profiles = st.integers(2, 6).flatmap(
    lambda cells: st.lists(st.lists(seconds, min_size=cells, max_size=cells), min_size=3, max_size=8)
)


def samples(times, scale=None):
    table = np.array(times) * (1.0 if scale is None else np.array(scale)[: len(times[0])])
    blocks, cells = table.shape
    return RuntimeSamples(
        input_tokens=np.tile(np.arange(1, cells + 1), blocks),
        output_tokens=np.ones(blocks * cells, dtype=np.int64),
        runtime_s=table.reshape(-1),
        block=np.repeat(np.arange(blocks), cells),
    )


@given(profiles, st.lists(seconds, min_size=6, max_size=6))
def test_drift_does_not_heed_how_long_a_size_takes(times, scale):
    plain, scaled = profile_drift(samples(times), name="x"), profile_drift(samples(times, scale), name="x")
    assert [b.value for b in scaled.blocks] == pytest.approx([b.value for b in plain.blocks])
    assert scaled.whole.value == pytest.approx(plain.whole.value)
    assert scaled.whole.high == pytest.approx(plain.whole.high)


@given(profiles)
def test_turning_a_profile_round_turns_drift_round(times):
    forward = profile_drift(samples(times), name="x")
    backward = profile_drift(samples(times[::-1]), name="x")
    assert backward.whole.value == pytest.approx(1 / forward.whole.value)
    assert backward.drifted == forward.drifted or min(
        abs(np.log(forward.whole.low)), abs(np.log(forward.whole.high))
    ) == pytest.approx(0, abs=1e-6)
    assert np.prod([block.value for block in forward.blocks]) == pytest.approx(1)


@given(st.lists(seconds, min_size=3, max_size=8), seconds)
def test_contention_does_not_heed_the_unit_of_time(times, scale):
    levels = [2**place for place in range(len(times))]
    plain = contention(levels, times, name="x", request="y")
    scaled = contention(levels, [time * scale for time in times], name="x", request="y")
    assert [ratio for *_, ratio in scaled.levels] == pytest.approx([ratio for *_, ratio in plain.levels])
    assert scaled.per_doubling.value == pytest.approx(plain.per_doubling.value)


@given(profiles)
def test_variation_does_not_heed_the_order_of_rows(times):
    plain = samples(times)
    order = np.random.default_rng(0).permutation(len(plain))
    mixed = RuntimeSamples(
        input_tokens=plain.input_tokens[order],
        output_tokens=plain.output_tokens[order],
        runtime_s=plain.runtime_s[order],
        block=plain.block[order],
    )
    coefficients = [[cell.coefficient for cell in cell_variations(each)] for each in (plain, mixed)]
    assert coefficients[0] == pytest.approx(coefficients[1], abs=1e-9)


@given(st.floats(0, 3), st.integers(2, 50), st.floats(0.01, 0.5))
def test_a_narrower_mean_takes_no_fewer_requests(coefficient, n, share):
    cell = CellVariation(input_tokens=1, output_tokens=1, mean_s=1.0, coefficient=coefficient, n=n)
    assert requests_needed(cell, share / 2) >= requests_needed(cell, share) >= 2
