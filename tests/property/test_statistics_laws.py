"""Laws of windows, percentiles and pooling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.closed_loops import PROVENANCE, request, run_of
from doubles.sweeps import measured
from isocost.statistics import operating_point, percentiles, pool_estimates
from isocost.statistics.arrivals import TokenArrivals
from isocost.statistics.regression import monotone

sizes = st.lists(st.integers(1, 9), min_size=1, max_size=30)


@settings(max_examples=50, deadline=None)
@given(tokens=sizes, gap=st.floats(0, 0.5), at=st.floats(0, 10))
def test_counting_equals_spreading_out_every_chunk(tokens: list[int], gap: float, at: float) -> None:
    rows = [request(i, i * gap, tokens=count) for i, count in enumerate(tokens)]
    run = run_of(rows)
    counted = TokenArrivals.of(run.observations, np.ones(len(rows), dtype=bool)).count_by(at)
    spread_out = [
        row.chunk_at_s[0] + np.concatenate([[0], np.rint(np.diff(row.chunk_at_s) * 1e6)]).cumsum() * 1e-6
        for row in rows
    ]
    near = any((np.abs(arrivals - at) < 1e-9).any() for arrivals in spread_out)
    if not near:  # at an arrival itself rounding decides
        assert counted == pytest.approx(sum(int((arrivals <= at).sum()) for arrivals in spread_out))


@settings(max_examples=25, deadline=None)
@given(tokens=st.lists(st.integers(1, 9), min_size=5, max_size=40), later=st.floats(-1e5, 1e5))
def test_when_a_run_began_does_not_matter(tokens: list[int], later: float) -> None:
    shift = round(later * 8) / 8  # exact in floating point
    starts = np.concatenate([[0], np.cumsum(tokens)[:-1]]) / 8
    plain, moved = (
        operating_point(
            run_of(
                [
                    request(i, begin + by, tokens=n)
                    for i, (begin, n) in enumerate(zip(starts, tokens, strict=True))
                ]
            ),
            provenance=PROVENANCE,
        )
        for by in (0.0, shift)
    )
    assert moved.output_tokens_per_second.value == pytest.approx(plain.output_tokens_per_second.value)
    assert moved.cautions == plain.cautions


@settings(max_examples=25, deadline=None)
@given(tokens=st.lists(st.integers(1, 9), min_size=5, max_size=40), seed=st.integers(0, 99))
def test_the_order_of_observations_does_not_matter(tokens: list[int], seed: int) -> None:
    starts = np.concatenate([[0], np.cumsum(tokens)[:-1]]) / 8
    rows = [request(i, begin, tokens=n) for i, (begin, n) in enumerate(zip(starts, tokens, strict=True))]
    order = np.random.default_rng(seed).permutation(len(rows))
    plain = operating_point(run_of(rows), provenance=PROVENANCE)
    mixed = operating_point(run_of([rows[i] for i in order]), provenance=PROVENANCE)
    assert mixed.output_tokens_per_second.value == pytest.approx(plain.output_tokens_per_second.value)
    assert plain.e2e is not None
    assert mixed.e2e is not None
    assert plain.e2e.mean is not None
    assert mixed.e2e.mean is not None
    assert mixed.e2e.mean.value == pytest.approx(plain.e2e.mean.value)


@given(values=st.lists(st.floats(0, 1e6), min_size=2, max_size=300))
def test_percentiles_rise_and_lie_in_their_intervals(values: list[float]) -> None:
    told = percentiles(np.array(values), [10, 50, 90, 95], unit="s", kind="measured")
    in_order = [told[percent].value for percent in sorted(told)]
    assert in_order == sorted(in_order)
    for estimate in told.values():
        if estimate.low is not None and estimate.high is not None:
            assert estimate.low <= estimate.value <= estimate.high


@given(values=st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=12), factor=st.floats(1e-3, 1e3))
def test_pooling_does_not_mind_units(values: list[float], factor: float) -> None:
    plain = [measured(value, "s", spread=0.1) for value in values]
    scaled = [
        replace(one, value=one.value * factor, low=(one.low or 0) * factor, high=(one.high or 0) * factor)
        for one in plain
    ]
    one, other = pool_estimates(plain), pool_estimates(scaled)
    assert other.value == pytest.approx(one.value * factor)
    assert other.high == pytest.approx((one.high or 0) * factor)


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_monotone_regression_keeps_the_mean_and_changes_nothing_twice(
    values: list[float],
) -> None:
    fitted = monotone(np.array(values))
    assert (np.diff(fitted) >= -1e-6).all()
    assert fitted.mean() == pytest.approx(np.mean(values), abs=1e-6)
    assert monotone(fitted) == pytest.approx(fitted, abs=1e-6)
