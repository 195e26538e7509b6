"""Doubles: runs of a target with exactly known timing, in times that floating point holds exactly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from isocost.core.load import Load
from isocost.core.observation import ClientHealth, Clock, Observation, Observations, Outcome, Run, Segment
from isocost.core.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence

PROVENANCE = Provenance(source="made up", tool="by hand")
CLOCK = Clock(clock_id="made-up", utc_anchor_s=0.0, monotonic_anchor_s=0.0)
STEP_S = 0.125  # to the first token and from token to token


def request(index: int, sent_at_s: float, *, tokens: int = 4, **changes: Any) -> Observation:
    """A request of 8 input tokens whose tokens come every eighth of a second, the last one ends it."""
    arrivals = tuple(sent_at_s + STEP_S * (1 + place) for place in range(tokens))
    plain = Observation(
        index=index,
        requested_input_tokens=8,
        requested_output_tokens=tokens,
        due_at_s=sent_at_s,
        sent_at_s=sent_at_s,
        done_at_s=arrivals[-1],
        chunk_at_s=arrivals,
        outcome=Outcome.OK,
        input_tokens=8,
        output_tokens=tokens,
        counted_by="usage",
        http_status=200,
    )
    return replace(plain, **changes)


def stream(count: int, *, begin_s: float = 0.0, first_index: int = 0, tokens: int = 4) -> list[Observation]:
    """Requests of one client, each sent when the one before ends."""
    length = STEP_S * tokens
    return [request(first_index + i, begin_s + i * length, tokens=tokens) for i in range(count)]


def run_of(
    *segments: Sequence[Observation],
    concurrency: int = 1,
    finished: bool = True,
    health: ClientHealth | None = None,
) -> Run:
    """A run of one or more segments."""
    parts = [Observations.of(rows, segment=number) for number, rows in enumerate(segments)]
    return Run(
        stage="load",
        label=f"{concurrency} concurrent #0",
        deployment="made-up",
        load=Load(concurrency=concurrency),
        repeat=0,
        finished=finished,
        segments=tuple(
            Segment(number=number, clock=CLOCK, started_utc="2026-11-21T00:00:00Z", health=health)
            for number in range(len(segments))
        ),
        observations=_joined(parts),
    )


def _joined(parts: list[Observations]) -> Observations:
    import numpy as np

    columns = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in Observations.__slots__
    }
    return Observations(**columns)
