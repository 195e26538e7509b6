"""What a run is watched with takes no more room the longer it lasts."""

from dataclasses import replace

import pytest

from isocost.core.errors import FailedRequestsWarning
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import Budget
from isocost.studies.live import RunWatch

FAILED = Observation(
    index=0, requested_input_tokens=1, requested_output_tokens=1, due_at_s=0.0, sent_at_s=0.0, done_at_s=1.0,
    outcome=Outcome.HTTP_ERROR, http_status=503, detail="busy",
)  # fmt: skip
PLAN = RunPlan(load=Load(concurrency=1), shapes=(RequestShape(1, 1),), indices=tuple(range(9)))


def test_a_server_with_ever_new_reasons_fills_no_memory():
    counts = RunWatch(lambda progress: None, ("load", "1 concurrent #0", 0, 1), PLAN, Budget())
    for number in range(5_000):
        counts.see(replace(FAILED, index=2 * number, detail=f"request {number} was refused"))
        counts.see(replace(FAILED, index=2 * number + 1))
    assert len(counts._failures) == 1_000
    with pytest.warns(FailedRequestsWarning, match=r"10000 of 10000 requests failed; most often: busy$"):
        counts.warn_of_failures()
