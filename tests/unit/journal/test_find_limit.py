"""A search for the limit as a stage of a study: written, read back, refused where it cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from doubles.limit_runs import search_stage_of
from isocost.core.errors import InputError
from isocost.journal import ExecutorSpec, FindLimitSpec, OpenLoopSpec, create_study

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    folder = create_study(tmp_path / "s")
    stage = search_stage_of("ttft.p95=1s", "e2e.mean=3s", max_rate=20.0, resolution=0.1)
    assert folder.add_stage(stage) == stage
    assert folder.stages() == (stage,)
    assert folder.add_stage(stage) == stage  # the same stage again is the same
    other = replace(stage, find_limit=FindLimitSpec(service_levels=("ttft.p95=2s",)))
    with pytest.raises(InputError, match="asks for something else"):
        folder.add_stage(other)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"concurrency": (1, 2)}, "a search for the limit chooses its rates itself; give no other load"),
        (
            {"open_loop": OpenLoopSpec(request_rates=(1.0,))},
            "a search for the limit chooses its rates itself; give no other load",
        ),
        (
            {"duration_s": 5.0},
            "a search for the limit says itself when its probes end; leave out duration, number of requests "
            "and width",
        ),
        (
            {"executor": ExecutorSpec(name="processes")},
            "probes of a search for the limit are judged by the process that sends them; leave out the "
            "executor, and measure rates beyond this process by --request-rate with --executor",
        ),
    ],
)
def test_it_says_itself_how_it_is_measured(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as told:
        replace(search_stage_of("ttft.p95=1s"), **changes)
    assert str(told.value) == sentence


def test_it_needs_something_to_hold() -> None:
    with pytest.raises(InputError, match="at least one service level to hold"):
        FindLimitSpec(service_levels=())
    with pytest.raises(InputError, match="has no unit"):
        FindLimitSpec(service_levels=("ttft.p95=1",))
