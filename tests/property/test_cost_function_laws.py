"""Laws of the forms of the step time and of short-run and long-run cost."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isocost.economics import (
    congestion_s,
    fit_forms,
    long_run_average_cost,
    long_run_cost,
    planning_marginal_cost,
    replicas,
    social_marginal_cost,
)

LEVELS = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
ERRORS = st.lists(st.floats(-0.2, 0.2), min_size=6, max_size=6)
RATES = st.floats(0.0, 1e3)
CAPACITIES = st.floats(0.05, 50.0)
FLOWS = st.floats(0.0, 1.0)


@settings(max_examples=15, deadline=None)
@given(errors=ERRORS, seconds=st.sampled_from([1e-3, 60.0]), streams=st.sampled_from([0.5, 100.0]))
def test_the_curve_does_not_depend_on_units(errors: list[float], seconds: float, streams: float) -> None:
    # forms whose held-out errors nearly tie may trade places by rounding, so the errors are compared, by form
    steps = (0.02 + 0.004 * LEVELS) * np.exp(errors)
    one = fit_forms(LEVELS, steps[:, None], rng=np.random.default_rng(0), draws=10)
    other = fit_forms(LEVELS * streams, steps[:, None] * seconds, rng=np.random.default_rng(0), draws=10)
    told = {each.form: each.error for each in other.held_out}
    for each in one.held_out:
        assert told[each.form] == pytest.approx(each.error, rel=1e-3, abs=1e-4)
    if one.chosen.form is other.chosen.form:
        assert other.returns(4 * streams).value == pytest.approx(one.returns(4).value, abs=1e-2)


@settings(max_examples=15, deadline=None)
@given(errors=ERRORS, usd=st.floats(1e-6, 10.0))
def test_average_over_incremental_cost_is_one_over_one_minus_returns(errors: list[float], usd: float) -> None:
    fit = fit_forms(
        LEVELS,
        ((0.02 + 0.004 * LEVELS) * np.exp(errors))[:, None],
        rng=np.random.default_rng(0),
        draws=50,
    )
    for b in (1.0, 8.0, 64.0):
        average, one_more = fit.average_cost(usd, b).value, fit.incremental_cost(usd, b).value
        assert one_more == pytest.approx(average * (1 - fit.returns(b).value), rel=1e-9, abs=1e-15)


@given(rate=RATES, capacity=CAPACITIES, fixed=FLOWS, energy=st.floats(0.0, 1e-5))
def test_a_replica_more_serves_its_capacity_more(
    rate: float, capacity: float, fixed: float, energy: float
) -> None:
    terms = {
        "capacity_per_s": capacity,
        "fixed_usd_per_second": fixed,
        "usd_per_token": energy,
        "output_tokens": 100.0,
    }
    share = rate / capacity
    assume(abs(share - round(share)) > 1e-6)  # else floating point decides on which side of a step it falls
    more = long_run_cost(rate + capacity, **terms) - long_run_cost(rate, **terms)
    assert more == pytest.approx(capacity * planning_marginal_cost(**terms), rel=1e-6, abs=1e-9)
    assert capacity * replicas(rate, capacity) >= rate * (1 - 1e-6)
    floor = planning_marginal_cost(**terms) / 100.0
    assert rate == 0 or long_run_average_cost(rate, **terms) >= floor * (1 - 1e-6)


@given(residence=st.floats(1e-3, 1e3), eps=st.floats(0.01, 1.0), waiting=st.floats(0.0, 1.0))
def test_what_society_bears_is_never_less_than_what_the_operator_pays(
    residence: float, eps: float, waiting: float
) -> None:
    # with the technology's congestion, waiting is worth w R / eps in all
    congestion = congestion_s(residence, eps)
    told = social_marginal_cost(
        1e-7,
        100,
        waiting_usd_per_second=waiting,
        residence_s=residence,
        congestion_seconds=congestion,
    )
    assert congestion >= 0
    assert told == pytest.approx(1e-5 + waiting * residence / eps, rel=1e-9)
