"""Laws of arrivals: mean rate, spread, order, distribution, and the same for the same seed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.core.load import RatePiece
from isocost.workload import CONSTANT, arrivals_of_count, arrivals_within, coefficient_of_variation

RATES = st.floats(0.1, 500.0)
SHAPES = st.sampled_from([0.25, 0.5, 1.0, 3.0])
SEEDS = st.integers(0, 2**32 - 1)
PIECES = st.lists(
    st.builds(RatePiece, st.floats(0.0, 50.0), st.floats(0.5, 50.0), st.floats(0.5, 20.0)),
    min_size=1,
    max_size=4,
)


@given(pieces=PIECES, shape=st.sampled_from([0.5, 1.0, CONSTANT]), seed=SEEDS)
@settings(max_examples=80, deadline=None)
def test_arrivals_rise_and_stay_within_the_schedule(pieces, shape, seed):
    due = arrivals_within(pieces, burstiness=shape, rng=np.random.default_rng(seed))
    assert (np.diff(due) >= 0).all()
    assert not len(due) or (due[0] >= 0 and due[-1] <= sum(piece.duration_s for piece in pieces) + 1e-9)


@given(pieces=PIECES, shape=st.sampled_from([0.5, 1.0, CONSTANT]), seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_same_seed_gives_the_same_arrivals_and_a_longer_schedule_goes_on_from_them(pieces, shape, seed):
    once, again = (
        arrivals_within(pieces, burstiness=shape, rng=np.random.default_rng(seed)) for _ in range(2)
    )
    assert once.tolist() == again.tolist()
    longer = arrivals_within(
        [*pieces, RatePiece(3.0, 3.0, 9.0)], burstiness=shape, rng=np.random.default_rng(seed)
    )
    assert np.allclose(longer[: len(once)], once)


@given(rate=RATES, shape=SHAPES, seed=SEEDS)
@settings(max_examples=40, derandomize=True, deadline=None)
def test_gaps_have_the_mean_and_the_spread_that_were_stated(rate, shape, seed):
    count = 4_000
    due = arrivals_of_count(rate, count, burstiness=shape, rng=np.random.default_rng(seed))
    gaps = np.diff(due, prepend=0.0)
    spread = coefficient_of_variation(shape)
    # six standard errors: of the mean CV / sqrt(n); of the CV less than (1 + CV^2) / sqrt(n) for a gamma
    assert abs(gaps.mean() * rate - 1) < 6 * spread / np.sqrt(count)
    assert abs(gaps.std() / gaps.mean() / spread - 1) < 6 * (1 + spread**2) / np.sqrt(count)


@given(shape=SHAPES, seed=st.integers(0, 10_000))
@settings(max_examples=30, derandomize=True, deadline=None)
def test_gaps_are_gamma_and_exponential_where_bursts_are_those_of_chance(shape, seed):
    from scipy import stats

    due = arrivals_of_count(5.0, 2_000, burstiness=shape, rng=np.random.default_rng(seed))
    gaps = np.diff(due, prepend=0.0)
    law = stats.expon(scale=0.2) if shape == 1.0 else stats.gamma(shape, scale=0.2 / shape)
    assert stats.kstest(gaps, law.cdf).pvalue > 1e-4


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, derandomize=True, deadline=None)
def test_a_poisson_ramp_has_arrivals_spread_as_its_rate(seed):
    from scipy import stats

    # given their number, arrivals of such a process are independent, with a density of rate / total: from 0
    # to 20 per second within 100 s the share by t is (t / 100)^2
    due = arrivals_within([RatePiece(0.0, 20.0, 100.0)], rng=np.random.default_rng(seed))
    assert stats.kstest(due, lambda t: (t / 100.0) ** 2).pvalue > 1e-4
    assert abs(len(due) - 1000) < 6 * np.sqrt(1000)
