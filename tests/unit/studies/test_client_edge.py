"""What a client carries, before targets that are never the limit and clients that are."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from isocost.core.observation import ClientHealth, Observation, Outcome
from isocost.studies.client_edge import ClientEdge, calibrated, edge_of, highest_rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.core.load import RunPlan


class Carrier:
    """A target that answers at once, and a client that is late from so many requests or streams on."""

    model = "m"

    def __init__(self, rate: float, streams: int, *, loses: float = 1.0) -> None:
        self.rate, self.streams, self.loses = rate, streams, loses

    def measure(
        self,
        plan: RunPlan,
        *,
        record: Callable[[Observation], None],
        stop: threading.Event,
        gate: Any = None,
    ) -> ClientHealth:
        asked = plan.load.rate_per_s
        late = (asked or 0.0) > self.rate or (plan.load.concurrency or 0) > self.streams
        tokens = plan.shapes[0].output_tokens
        for place, index in enumerate(plan.indices or ()):
            due = plan.due_s[place] if plan.due_s is not None else 0.0
            stamps = tuple(due + 0.02 * self.loses * number for number in range(tokens))
            record(
                Observation(
                    index=index,
                    requested_input_tokens=1,
                    requested_output_tokens=tokens,
                    due_at_s=due,
                    sent_at_s=due,
                    done_at_s=stamps[-1],
                    chunk_at_s=stamps,
                    outcome=Outcome.OK,
                )
            )
        return ClientHealth(cpu_share=0.2, loop_lag_p99_s=0.12 if late else 0.001)


def test_the_highest_load_without_lateness_is_what_it_carries() -> None:
    edge = calibrated(Carrier(1500.0, 200), threading.Event())
    assert edge.requests_per_s == 1000.0
    assert edge.streams == 128
    # 128 streams of a token every 20 ms
    assert edge.tokens_per_s is not None
    assert abs(edge.tokens_per_s - 6400) < 1
    assert edge.requests_limit == edge.streams_limit == "read 120 ms late"


def test_a_client_that_is_late_at_once_carries_nothing() -> None:
    edge = calibrated(Carrier(1.0, 1), threading.Event())
    assert (edge.requests_per_s, edge.streams, edge.tokens_per_s) == (None, None, None)
    assert highest_rate(edge, 10.0) is None
    assert edge_of(edge.facts) == edge


def test_tokens_that_come_too_slowly_are_a_limit_though_nothing_looks_late() -> None:
    edge = calibrated(Carrier(1e9, 10**9, loses=1.5), threading.Event())
    assert edge.streams is None
    assert edge.streams_limit == "1,067 of 1,600 tokens/s"  # 32 / 0.03 and 32 / 0.02


def test_it_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    stop.set()
    assert calibrated(Carrier(1e9, 10**9), stop) == ClientEdge(
        requests_per_s=None, streams=None, tokens_per_s=None
    )
