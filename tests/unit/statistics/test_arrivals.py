from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from doubles.closed_loops import request, stream
from isocost.core.observation import Observations
from isocost.statistics.arrivals import TokenArrivals, realised_output_tokens, share_done_by


def arrivals(*rows: object) -> TokenArrivals:
    observations = Observations.of(list(rows))  # type: ignore[arg-type]
    return TokenArrivals.of(observations, np.ones(len(rows), dtype=bool))


def test_tokens_are_counted_one_by_one_as_they_arrive() -> None:
    # tokens at .125, .25, .375, .5
    counted = arrivals(request(0, 0.0))
    assert [counted.count_by(at) for at in (0.0, 0.125, 0.24, 0.25, 0.49, 0.5, 9.0)] == [0, 1, 1, 2, 3, 4, 4]


def test_several_requests_add_up() -> None:
    # sent at 0, .5, 1: by .75 all 4 of the first and 2 of the second (at .625 and .75)
    assert arrivals(*stream(3)).count_by(0.75) == pytest.approx(6)


def test_chunks_carry_the_tokens_they_say_scaled_to_usage() -> None:
    # 4 chunks of 3, 1, 1, 1 tokens by their own count, 12 by usage: the first carries 3/6 of 12
    counted = arrivals(request(0, 0.0, chunk_tokens=(3, 1, 1, 1), output_tokens=12))
    assert counted.count_by(0.125) == pytest.approx(6)
    assert counted.count_by(0.25) == pytest.approx(8)


def test_without_chunk_tokens_each_chunk_carries_the_same() -> None:
    observations = replace(Observations.of([request(0, 0.0, output_tokens=8)]), chunk_tokens=None)
    assert TokenArrivals.of(observations, np.ones(1, dtype=bool)).count_by(0.25) == pytest.approx(
        4
    )  # 2/4 of 8


def test_an_answer_without_chunks_arrives_at_its_end() -> None:
    counted = arrivals(request(0, 0.0, chunk_at_s=(), done_at_s=1.0, output_tokens=5))
    assert (counted.count_by(0.9), counted.count_by(1.0)) == (0, 5)


def test_only_chosen_requests_count_and_keep_their_own_gaps() -> None:
    rows = [request(0, 0.0, tokens=2), request(1, 0.0, tokens=5), request(2, 0.0, tokens=3)]
    observations = Observations.of(rows)
    counted = TokenArrivals.of(observations, np.array([False, True, True]))
    assert counted.count_by(0.26) == pytest.approx(2 + 2)
    assert counted.count_by(0.375) == pytest.approx(3 + 3)


def test_narrow_and_unsigned_gaps_do_not_wrap() -> None:
    rows = Observations.of([request(0, 0.0), request(1, 0.0)])
    slim = replace(rows, gap_us=rows.gap_us.astype(np.uint32))
    assert TokenArrivals.of(slim, np.ones(2, dtype=bool)).count_by(0.25) == pytest.approx(4)


def test_a_chunk_stands_in_for_a_token_that_nobody_counted() -> None:
    observations = Observations.of([request(0, 0.0, output_tokens=None), request(1, 0.0, output_tokens=9)])
    assert realised_output_tokens(observations).tolist() == [4, 9]


def test_a_request_counts_by_the_share_of_its_time() -> None:
    # by 3: the first is over (weight 2), the second a quarter through (weight 4)
    shared = share_done_by(
        3.0, sent_at_s=np.array([0.0, 2.0]), done_at_s=np.array([2.0, 6.0]), weights=np.array([2.0, 4.0])
    )
    assert shared == pytest.approx(2 + 1)
