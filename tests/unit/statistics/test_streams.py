from __future__ import annotations

import numpy as np
import pytest

from doubles.closed_loops import request
from isocost.core.observation import Observations
from isocost.statistics.streams import bursts, cached_share, silent

ALL = np.ones(4, dtype=np.bool_)


def test_bursts_are_answers_whose_chunks_mostly_came_with_the_one_before() -> None:
    rows = [
        request(0, 0.0, chunk_at_s=(0.1, 0.2, 0.3, 0.4)),
        request(1, 0.0, chunk_at_s=(0.4, 0.4, 0.4, 0.4)),  # 3 of 3 gaps are 0
        request(2, 0.0, chunk_at_s=(0.1, 0.1, 0.3, 0.3, 0.5)),  # 2 of 4: not most
        request(3, 0.0, chunk_at_s=(0.1, 0.1, 0.1)),  # too few chunks to judge
    ]
    seen = Observations.of(rows)
    assert bursts(seen, ALL).tolist() == [False, True, False, False]
    assert not bursts(seen, ~ALL).any()


def test_answers_without_chunks_are_silent_and_no_bursts() -> None:
    rows = [request(i, 0.0, chunk_at_s=() if i in (0, 3) else (0.2,) * 4) for i in range(4)]
    seen = Observations.of(rows)
    assert silent(seen, ALL).tolist() == [True, False, False, True]
    assert bursts(seen, ALL).tolist() == [False, True, True, False]


def test_the_share_of_kept_tokens_is_over_what_was_told() -> None:
    rows = [request(i, 0.0, cached_tokens=cached) for i, cached in enumerate((None, 0, 2, 8))]
    # (0 + 2 + 8) of 3 x 8 tokens; the first request is not told
    assert cached_share(Observations.of(rows), ALL) == pytest.approx(10 / 24)
    untold = [request(i, 0.0, cached_tokens=None) for i in range(4)]
    assert cached_share(Observations.of(untold), ALL) == 0.0
