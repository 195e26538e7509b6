"""Options of a search for the limit: what they become, and the sentence on what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from isocost.cli.find_limit import FindLimitOptions, parse_resolution
from isocost.core.errors import InputError
from isocost.journal import FindLimitSpec

NOTHING: dict[str, Any] = {
    "find_limit": True,
    "slo": (),
    "resolution": None,
    "max_rate": None,
    "max_duration": None,
    "num_requests": None,
    "arrivals": None,
    "burstiness": None,
    "max_in_flight": None,
}


def record(others: dict[str, object] | None = None, **given: Any) -> FindLimitSpec | None:
    return FindLimitOptions(**(NOTHING | given)).record(others or {})


def test_everything_that_can_be_said() -> None:
    assert record(
        slo=["ttft.p95=1s", "tpot.p50=50ms"],
        resolution="10%",
        max_rate=40.0,
        max_duration=60.0,
        num_requests=500,
        arrivals="constant",
        max_in_flight=64,
    ) == FindLimitSpec(
        service_levels=("ttft.p95=1s", "tpot.p50=50ms"),
        resolution=0.1,
        max_rate=40.0,
        longest_s=60.0,
        most_requests=500,
        arrivals="constant",
        max_in_flight=64,
    )


def test_no_search_was_asked_for() -> None:
    assert record(find_limit=False) is None


@pytest.mark.parametrize(
    ("given", "others", "sentence"),
    [
        (
            {},
            {},
            "--find-limit needs to know what the limit is of: give a service level, such as "
            "--slo ttft.p95=1s",
        ),
        (
            {"slo": ["ttft.p95=1s"]},
            {"--concurrency": "4"},
            "--concurrency 4 and --find-limit exclude one another: --find-limit chooses its rates itself and "
            "ends a probe as soon as it can be told; leave out one of them",
        ),
        (
            {"slo": ["ttft.p95=1"]},
            {},
            "the service level 'ttft.p95=1' has no unit; write one of us, ms, s, min",
        ),
        (
            {"slo": ["ttft.p95=1s"], "resolution": "0.05"},
            {},
            "--resolution 0.05: write a step as a percentage from 0.5% to 100%, such as 5%",
        ),
        (
            {"slo": ["ttft.p95=1s"], "arrivals": "bursts"},
            {},
            "--arrivals must be poisson or constant, got 'bursts'",
        ),
        (
            {"slo": ["ttft.p95=1s"], "max_rate": -1.0},
            {},
            "the highest rate must be above 0, got -1.0",
        ),
        (
            {"slo": ["ttft.p95=1s"], "num_requests": 10},
            {},
            "a probe needs at least 40 requests to be told, got 10",
        ),
        ({"find_limit": False, "max_rate": 4.0}, {}, "--max-rate belongs to --find-limit; give that too"),
        (
            {"find_limit": False, "slo": ["ttft.p95=1s"]},
            {},
            "--slo belongs to --find-limit; give that too, or judge what was measured: "
            "isocost report STUDY --slo …",
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(
    given: dict[str, Any], others: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError) as told:
        record(others, **given)
    assert str(told.value) == sentence


def test_a_resolution_has_its_sign() -> None:
    assert parse_resolution("2.5%") == 0.025
