"""A budget is reserved before a request, and settled by what the server counted."""

import pytest

from isocost.core.errors import BudgetError, InputError
from isocost.measurement import Budget, TokenPrices
from isocost.measurement.dialect import Usage

PRICES = TokenPrices(input_usd_per_million=1.0, output_usd_per_million=10.0)


def test_requests_are_counted_and_then_refused():
    budget = Budget(max_requests=2)
    budget.reserve("a", 1)
    budget.reserve("b", 1)
    with pytest.raises(BudgetError, match=r"^the budget is spent: 2 requests of at most 2 were sent$"):
        budget.reserve("c", 1)


def test_money_is_reserved_at_most_and_settled_by_usage():
    budget = Budget(max_cost_usd=0.001, prices=PRICES)
    # 36 bytes and 64 tokens of a template at $1, 10 tokens at $10 a million: $0.0001 and $0.0001
    reserved = budget.reserve("x" * 36, 10)
    assert reserved == pytest.approx(0.0002)
    assert budget.spent_usd == pytest.approx(0.0002)
    budget.settle(reserved, Usage(input_tokens=20, output_tokens=2))  # 20 and 20 millionths
    assert budget.spent_usd == pytest.approx(0.00004)
    budget.settle(budget.reserve("x" * 36, 10), None)  # nobody counted: what was reserved stays
    assert budget.spent_usd == pytest.approx(0.00024)
    budget.release(budget.reserve("x" * 36, 10))
    assert budget.spent_usd == pytest.approx(0.00024)
    for _ in range(3):
        budget.reserve("x" * 36, 10)
    with pytest.raises(BudgetError, match=r"another request may cost \$0\.0002"):
        budget.reserve("x" * 36, 10)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"max_requests": 0}, "--max-requests must be at least 1, got 0"),
        ({"max_cost_usd": 0.0}, "--max-cost-usd must be above 0 US dollars, got 0"),
        ({"max_cost_usd": float("nan")}, "--max-cost-usd must be above 0 US dollars"),
        ({"max_cost_usd": 1.0}, "--max-cost-usd needs to know what tokens cost"),
    ],
)
def test_what_is_no_budget_is_refused(given, told):
    with pytest.raises(InputError, match=told):
        Budget(**given)


def test_a_price_is_at_least_nothing():
    with pytest.raises(InputError, match="a price of tokens must be at least 0 USD per million, got -1"):
        TokenPrices(input_usd_per_million=-1, output_usd_per_million=0)
