"""Plans of open loops say when each request is due."""

from __future__ import annotations

import pytest

from isocost.core.errors import InputError
from isocost.core.load import Load, RequestShape, RunPlan

SHAPES = (RequestShape(8, 2),)


def test_an_open_loop_knows_when_each_request_is_due() -> None:
    plan = RunPlan(load=Load(rate_per_s=2.0), shapes=SHAPES, indices=(0, 1), due_s=(0.0, 0.5))
    assert plan.due_s == (0.0, 0.5)


@pytest.mark.parametrize("due", [(0.0,), (0.5, 0.0), (-0.1, 0.0), (0.0, float("inf")), (0.0, float("nan"))])
def test_due_instants_are_one_a_request_and_in_order(due: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="due instant"):
        RunPlan(load=Load(rate_per_s=2.0), shapes=SHAPES, indices=(0, 1), due_s=due)


def test_a_rate_needs_due_instants_and_a_concurrency_refuses_them() -> None:
    with pytest.raises(InputError, match="open loop"):
        RunPlan(load=Load(rate_per_s=2.0), shapes=SHAPES, indices=(0,))
    with pytest.raises(InputError, match="closed loop"):
        RunPlan(load=Load(concurrency=1), shapes=SHAPES, indices=(0,), due_s=(0.0,))
