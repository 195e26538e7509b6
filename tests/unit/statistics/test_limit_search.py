"""Which rate is probed next, and what the probes say together."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.core.errors import InputError
from isocost.statistics.limit_search import Verdict, Visited, bracket_of, limit_estimate, next_rate


def searched(
    limit: float, *, first: float = 1.0, resolution: float = 0.05, fog: float = 1.0
) -> list[Visited]:
    """All rates that are visited where rates within a factor `fog` of the limit cannot be told."""
    visited: list[Visited] = []
    while (rate := next_rate(visited, first=first, resolution=resolution)) is not None:
        told: Verdict = (
            "passed" if rate <= limit / fog else "failed" if rate > limit * fog else "cannot be told"
        )
        visited.append(Visited(rate, told))
        assert len(visited) < 100
    return visited


@given(limit=st.floats(0.01, 1e4), resolution=st.floats(0.01, 1.0))
def test_the_limit_is_enclosed_to_the_resolution_in_logarithmically_many_probes(
    limit: float, resolution: float
) -> None:
    visited = searched(limit, resolution=resolution)
    found = bracket_of(visited)
    assert found.passed is not None
    assert found.failed is not None
    assert found.passed <= limit < found.failed
    assert found.failed / found.passed <= (1 + resolution) * 1.000001
    octaves = abs(math.log2(limit)) + 2
    assert len(visited) <= octaves + math.log2(1 / math.log2(1 + resolution)) + 2


@given(limit=st.floats(0.1, 1e3), fog=st.floats(1.01, 1.5))
def test_what_cannot_be_told_is_enclosed_too(limit: float, fog: float) -> None:
    found = bracket_of(searched(limit, fog=fog))
    assert found.passed is not None
    assert found.failed is not None
    assert limit / fog / 1.0500001 <= found.passed <= limit <= found.failed <= limit * fog * 1.0500001


def test_a_client_at_its_limit_is_an_upper_end_of_the_search_and_not_of_the_limit() -> None:
    visited: list[Visited] = []
    while (rate := next_rate(visited, first=1.0, resolution=0.05)) is not None:
        visited.append(Visited(rate, "passed" if rate < 10 else "client at its limit"))
    found = bracket_of(visited)
    assert found.failed is None
    assert found.client is not None
    assert found.passed is not None
    assert found.passed < 10 <= found.client <= found.passed * 1.0500001
    assert limit_estimate(visited) is None


def test_no_rate_above_the_highest_is_probed() -> None:
    visited: list[Visited] = []
    while (rate := next_rate(visited, first=1.0, resolution=0.05, highest=11.0)) is not None:
        visited.append(Visited(rate, "passed"))
    assert [each.rate_per_s for each in visited] == [1.0, 2.0, 4.0, 8.0, 11.0]


def test_the_way_down_ends_where_no_probe_could_pass() -> None:
    visited = [Visited(1.0, "failed"), Visited(0.5, "failed")]
    assert next_rate(visited, first=1.0, resolution=0.05, lowest=0.3) is None
    assert next_rate(visited, first=1.0, resolution=0.05, lowest=0.2) == 0.25


def test_a_fail_outweighs_a_higher_pass() -> None:
    found = bracket_of([Visited(4.0, "passed"), Visited(2.0, "failed"), Visited(1.0, "passed")])
    assert (found.passed, found.failed) == (1.0, 2.0)


def test_a_search_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match="rates above 0 and a resolution in"):
        next_rate([], first=1.0, resolution=0.0)
