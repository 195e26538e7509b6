"""Laws of energy: it is conserved across bases, and no boundary holds less than the one inside it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.economics import (
    Surroundings,
    carbon_g,
    energy_per_token_j,
    energy_usd_per_token,
    fit_load_power,
    incremental_energy_j,
    kilowatt_hours,
    power_within,
)
from isocost.statistics import Draws

WATTS = st.floats(1.0, 1e6)
RATES = st.floats(0.1, 1e6)


def exact(value, unit="W"):
    return Draws(value=value, samples=np.full(8, value), unit=unit, kind="assumed", method="given")


@given(WATTS, RATES, st.floats(0.1, 24.0))
def test_tokens_of_some_hours_take_what_the_meter_counts(watts, rate, hours):
    tokens = rate * hours * 3600
    assert kilowatt_hours(tokens * energy_per_token_j(watts, rate)) == pytest.approx(watts / 1000 * hours)


@given(WATTS, WATTS, RATES, st.floats(1.0, 1e6))
def test_the_levels_below_and_the_step_make_the_level(low_w, high_w, low, more):
    step = incremental_energy_j((low_w, high_w), (low, low + more))
    assert step is not None
    total = energy_per_token_j(low_w, low) * low + step * more
    assert total == pytest.approx(
        energy_per_token_j(high_w, low + more) * (low + more), rel=1e-6, abs=1e-6 * max(low_w, high_w)
    )


@given(
    WATTS, st.floats(0.0, 1e5), st.floats(1.0, 5.0), st.sampled_from(["accelerator", "server", "facility"])
)
def test_wider_boundaries_hold_no_less(watts, host, pue, at):
    found = power_within(exact(watts), at, Surroundings(host_w=exact(host), pue=exact(pue, "1")))
    values = [each.value for each in found.values()]
    assert values == sorted(values)
    assert found[at].value == watts
    assert "facility" in found


@given(st.floats(0.0, 1e12), st.floats(0.0, 2000.0), st.floats(0.0, 10.0))
def test_carbon_is_proportional(joules, grams, times):
    assert carbon_g(times * joules, grams) == pytest.approx(times * carbon_g(joules, grams))
    assert carbon_g(joules, times * grams) == pytest.approx(times * carbon_g(joules, grams))


@given(st.floats(10.0, 1e4), st.floats(0.0, 10.0), st.lists(st.floats(1.0, 1e4), min_size=3, max_size=8))
def test_a_line_without_scatter_is_found_again(base, slope, rates):
    line = fit_load_power(rates, [base + slope * rate for rate in rates])
    if line is not None:
        assert line.base_w.value == pytest.approx(base, rel=1e-3, abs=1e-2)
        assert line.joules_per_token.value == pytest.approx(slope, rel=1e-3, abs=1e-3)
        assert line.error < 1e-6


@given(RATES, WATTS, st.floats(1.0, 3.0), st.floats(0.0, 1.0))
def test_an_hour_at_a_steady_rate_costs_what_the_meter_says(rate, watts, pue, usd_per_kwh):
    tokens = energy_usd_per_token(energy_per_token_j(watts, rate), pue, usd_per_kwh) * rate * 3600
    assert tokens == pytest.approx(watts / 1000 * pue * usd_per_kwh)
