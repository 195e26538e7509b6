"""Laws of foretold runtimes and of what they cost."""

from hypothesis import given
from hypothesis import strategies as st

from isocost.catalog import published_fits, published_names
from isocost.core.money import Currency, HourlyPrice
from isocost.reporting.cost_aware import in_currency
from isocost.runtime import accelerator_seconds, foretell, request_cost

FITS = [fit for name in published_names() for fit in published_fits(name)]
fits = st.sampled_from(FITS)
lengths = st.tuples(st.integers(1, 4000), st.integers(1, 300))
amounts = st.floats(1e-6, 1e6)


def told(fit, p, o):
    return foretell(fit.runtime, p, o, longest_output=fit.longest_output, errors=fit.errors)


@given(fits, lengths)
def test_an_interval_holds_its_value_and_one_more_token_costs_beta(fit, size):
    p, o = size
    found, later = told(fit, p, o), told(fit, p, o + 1)
    assert found.value > 0
    assert abs(later.value - found.value - fit.runtime.decode_s) < 1e-9
    if found.has_interval:
        assert 0 <= found.low <= found.value <= found.high


@given(fits, st.integers(1, 64))
def test_at_timed_prompts_alpha_comes_back(fit, o):
    overhead = fit.runtime.overhead_s or 0.0
    for p, alpha in fit.runtime.prefill_s:
        assert abs(told(fit, p, o).value - overhead - alpha - fit.runtime.decode_s * (o - 1)) < 1e-9


@given(fits, lengths, amounts, st.integers(1, 64))
def test_cost_is_in_proportion_to_price_and_accelerators(fit, size, usd, count):
    runtime = told(fit, *size)
    one = HourlyPrice(usd_per_hour=usd, source="s", date="2023-05")
    many = HourlyPrice(usd_per_hour=usd * count, source="s", date="2023-05")
    cost = request_cost(runtime, one).value
    assert abs(request_cost(runtime, many).value / (count * cost) - 1) < 1e-9
    assert abs(accelerator_seconds(runtime, count).value * usd / 3600 / (count * cost) - 1) < 1e-9


@given(fits, lengths, amounts)
def test_currencies_invert_and_leave_ratios_alone(fit, size, rate):
    currency = Currency(code="EUR", per_usd=rate, date="2026-11-21", source="s")
    cost = request_cost(told(fit, *size), HourlyPrice(usd_per_hour=10.0, source="s", date="2023-05"))
    shown = in_currency(cost, currency)
    assert abs(currency.to_usd(shown.value) / cost.value - 1) < 1e-9
    if cost.has_interval:
        assert abs(shown.high * cost.value - cost.high * shown.value) <= 1e-9 * abs(shown.high * cost.value)
