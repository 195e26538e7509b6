"""A budget is set aside before a request, and settled by what the server counted."""

import pytest

from isocost.core.errors import BudgetError, InputError
from isocost.core.limits import Limits, Spent
from isocost.core.observation import Observation, Outcome
from isocost.core.token_price import TokenPrice
from isocost.measurement import Budget, RunGate, refuse_open_ended, worst_case
from isocost.measurement.dialect import Usage

PRICE = TokenPrice(name="api", input_usd=1.0, output_usd=10.0, source="given by you", date="")


def seen(index=0, **changes):
    return Observation(
        **{
            "index": index,
            "requested_input_tokens": 90,
            "requested_output_tokens": 10,
            "due_at_s": 0.0,
            "sent_at_s": 0.0,
            "done_at_s": 1.0,
            "outcome": Outcome.OK,
            **changes,
        }
    )


def test_requests_are_counted_and_then_refused():
    budget = Budget(Limits(max_requests=2))
    budget.reserve(1, 1)
    budget.reserve(1, 1)
    with pytest.raises(BudgetError, match=r"^the budget is spent: 2 requests of at most 2 were sent$"):
        budget.reserve(1, 1)
    assert budget.spent.requests == 2


def test_money_is_set_aside_at_most_and_settled_by_usage():
    budget = Budget(Limits(max_cost_usd=0.001), price=PRICE)
    # 100 tokens at $1 and 10 at $10 a million: $0.0001 and $0.0001
    reserved = budget.reserve(100, 10)
    assert reserved.usd == pytest.approx(0.0002)
    assert budget.spent.usd == pytest.approx(0.0002)
    budget.settle(reserved, Usage(input_tokens=20, output_tokens=2))  # 20 and 20 millionths
    assert budget.spent == Spent(requests=1, tokens=22, usd=pytest.approx(0.00004))
    budget.settle(budget.reserve(100, 10), None)  # nobody counted: what was set aside stays
    assert budget.spent.usd == pytest.approx(0.00024)
    budget.release(budget.reserve(100, 10))
    assert budget.spent.usd == pytest.approx(0.00024)
    for _ in range(3):
        budget.reserve(100, 10)
    with pytest.raises(BudgetError, match=r"another request may cost \$0\.0002"):
        budget.reserve(100, 10)


def test_tokens_end_where_another_request_does_not_fit():
    budget = Budget(Limits(max_tokens=250))
    assert budget.offer(90, 10) is not None
    assert budget.offer(90, 10) is not None
    assert budget.offer(90, 10) is None
    assert budget.refusal == (
        "the budget is spent: 200 tokens of at most 250, and another request may have 100"
    )
    assert budget.spent == Spent(requests=2, tokens=200)


def test_time_ends_and_what_was_used_before_counts():
    spent = Spent(requests=3, seconds=61.0)
    assert Budget(Limits(max_minutes=1.0), spent=spent).offer(1, 1) is None
    assert Budget(Limits(max_minutes=2.0), spent=spent).offer(1, 1) is not None
    assert Budget(Limits(max_requests=3), spent=spent).offer(1, 1) is None
    assert Budget(Limits(max_requests=4), spent=spent).offer(1, 1) is not None


def test_too_many_failures_stop_and_a_few_do_not():
    budget = Budget(Limits(max_error_rate=0.1))
    for number in range(19):  # all fail, but 19 are too few to tell
        assert budget.offer(1, 1) is not None, number
        budget.saw(failed=True)
    budget.saw(failed=False)
    assert budget.offer(1, 1) is None
    assert budget.refusal == (
        "too many requests fail: 19 of the latest 20, and at most 0.1 of them may (--max-error-rate)"
    )
    budget = Budget(Limits(max_error_rate=0.1))
    for number in range(1000):  # one in ten, at any instant of the window: just as many as may
        budget.saw(failed=number % 10 == 9)
        assert budget.offer(1, 1) is not None, number
    for _ in range(100):
        budget.saw(failed=False)
    budget.saw(failed=True)
    assert budget.offer(1, 1) is not None  # the window has forgotten the failures before


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        ({"counted_by": "usage", "input_tokens": 40, "output_tokens": 3}, (1, 43)),
        ({"counted_by": "chunks", "input_tokens": None, "output_tokens": 3}, (1, 110)),
        ({"counted_by": "usage", "input_tokens": None, "output_tokens": 3}, (1, 110)),
        ({"outcome": Outcome.TIMED_OUT}, (1, 110)),
        (
            {"outcome": Outcome.CUT_OFF, "counted_by": "usage", "input_tokens": 9, "output_tokens": 1},
            (1, 110),
        ),
        ({"outcome": Outcome.CANCELLED}, (1, 110)),
        ({"outcome": Outcome.HTTP_ERROR, "http_status": 429}, (1, 0)),
        ({"outcome": Outcome.HTTP_ERROR, "http_status": 500}, (1, 110)),  # it may have been worked on
        ({"outcome": Outcome.REFUSED}, (0, 0)),  # not even sent
    ],
)
def test_a_gate_settles_by_what_was_seen(outcome, left):
    budget = Budget(Limits(max_requests=5))
    gate = RunGate(budget)
    assert gate.admits(0, warmup=False, input_tokens=100, output_tokens=10)
    gate.settle(seen(**outcome))
    assert (budget.spent.requests, budget.spent.tokens) == left
    gate.end()
    assert (budget.spent.requests, budget.spent.tokens) == left


def test_a_gate_keeps_warm_up_apart_and_gives_back_what_was_not_sent():
    budget = Budget(Limits(max_requests=2))
    gate = RunGate(budget)
    assert gate.admits(0, warmup=True, input_tokens=100, output_tokens=10)
    assert gate.admits(0, warmup=False, input_tokens=100, output_tokens=10)
    assert not gate.admits(1, warmup=False, input_tokens=100, output_tokens=10)
    gate.settle(seen(warmup=True, counted_by="usage", input_tokens=5, output_tokens=5))
    assert not gate.admits(2, warmup=False, input_tokens=0, output_tokens=0)  # closed is closed
    gate.end()
    assert budget.spent == Spent(requests=1, tokens=10)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"max_requests": 0}, "--max-requests must be at least 1, got 0"),
        ({"max_tokens": -1}, "--max-tokens must be at least 1, got -1"),
        ({"max_cost_usd": 0.0}, "--max-cost must be above 0 US dollars, got 0"),
        ({"max_cost_usd": float("nan")}, "--max-cost must be above 0 US dollars"),
        ({"max_minutes": 0.0}, "--max-minutes must be above 0, got 0"),
        ({"max_error_rate": 1.0}, "--max-error-rate must be at least 0 % and below 100 %, got 100%"),
        ({"input_usd_per_million": 1.0}, "prices of tokens need both"),
        (
            {"input_usd_per_million": -1.0, "output_usd_per_million": 0.0},
            "a price of tokens must be at least 0 USD per million, got -1",
        ),
    ],
)
def test_what_limits_nothing_is_refused(given, told):
    with pytest.raises(InputError, match=told):
        Limits(**given)


def test_a_limit_of_money_needs_a_price():
    with pytest.raises(InputError, match="--max-cost needs to know what tokens cost"):
        Budget(Limits(max_cost_usd=1.0))


@pytest.mark.parametrize(
    ("extra", "tokens"),
    [
        ({}, 20),
        ({"n": 4}, 80),
        ({"max_tokens": 100}, 100),
        ({"max_completion_tokens": 100, "best_of": 2}, 200),
    ],
)
def test_added_fields_count_in_the_worst_case(extra, tokens):
    assert worst_case(extra).output_tokens(20) == tokens


@pytest.mark.parametrize("extra", [{"max_tokens": None}, {"n": 0}, {"max_tokens": "many"}])
def test_answers_without_end_are_refused(extra):
    with pytest.raises(InputError, match="--extra-body leaves open how long answers may be"):
        refuse_open_ended(extra)
