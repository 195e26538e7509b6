"""Laws of the cost of workloads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.sweeps import point
from isocost.core.money import HourlyPrice
from isocost.economics import Sharing, TaskTokens, cost_curve, workload_cost

CURVE = cost_curve(
    [point(1, 120.0), point(4, 310.0)],
    price=HourlyPrice(usd_per_hour=2.5, source="given", date="2026-11-21"),
)
TASKS = st.lists(
    st.builds(
        TaskTokens,
        name=st.text(max_size=5),
        requests=st.integers(1, 1000),
        input_tokens=st.integers(1, 10**6),
        output_tokens=st.integers(1, 10**6),
    ),
    min_size=1,
    max_size=6,
)
WEIGHTS = st.floats(0, 10).map(lambda weight: Sharing(input_weight=weight, name="drawn"))


@given(tasks=TASKS, sharing=WEIGHTS)
def test_tasks_bear_the_whole_and_nothing_else(tasks, sharing):
    told = workload_cost(CURVE, tasks, sharing)
    whole = next(level for level in told.levels if level.load == told.load)
    assert sum(task.share for task in told.tasks) == pytest.approx(1)
    assert sum(task.cost.value for task in told.tasks) == pytest.approx(whole.cost.value)
    assert sum(task.machine_s.value for task in told.tasks) == pytest.approx(whole.time_s.value)


@given(tasks=TASKS, sharing=WEIGHTS)
def test_prices_times_tokens_are_the_cost(tasks, sharing):
    told = workload_cost(CURVE, tasks, sharing)
    per_input = 0.0 if told.input_price is None else told.input_price.value
    for task in told.tasks:
        billed = task.tokens.input_tokens * per_input + task.tokens.output_tokens * told.output_price.value
        assert billed / 1e6 == pytest.approx(task.cost.value)


@given(requests=st.integers(1, 10**4), sharing=WEIGHTS)
def test_a_workload_of_the_sweeps_own_mix_rests_on_no_rule(requests, sharing):
    own = [TaskTokens(name="own", requests=requests, input_tokens=96 * requests, output_tokens=32 * requests)]
    told = workload_cost(CURVE, own, sharing)
    assert told.levels[0].time_s.value == pytest.approx(32 * requests / 120.0)
