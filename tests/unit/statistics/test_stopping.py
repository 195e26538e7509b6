"""How well a run is known while it goes on."""

from __future__ import annotations

import numpy as np
import pytest

from isocost.statistics.stopping import Answered, running_width


def answered(count: int, rng: np.random.Generator) -> list[Answered]:
    rows, now = [], 0.0
    for number in range(count):
        wait, rest = rng.uniform(0.08, 0.12), rng.uniform(0.3, 0.5)
        rows.append(Answered(number, now, now + wait, now + wait + rest, 4))
        now += wait + rest
    return rows


def test_widths_are_those_of_batch_means_by_hand() -> None:
    # requests of .5 s with 4 tokens, waits that alternate between .1 and .2 s from one batch to the next
    rows = [Answered(i, i / 2, i / 2 + (0.1 if (i // 2) % 2 else 0.2), i / 2 + 0.5, 4) for i in range(40)]
    found = running_width(rows)
    assert found is not None
    assert found.seconds == 19.5  # from the first sent to the last sent
    assert found.batches == 19  # 19.5 / (2 * .5)
    assert found.throughput < 0.05
    # waits of batches of about two: mean .15, deviation .05: sqrt(1/18) .05 t_18(2.101) / .15 = .165 at most
    assert 0.05 < found.ttft < 0.2


def test_a_longer_run_is_known_better() -> None:
    rng = np.random.default_rng(0)
    rows = answered(2000, rng)
    short, long = running_width(rows[:100]), running_width(rows)
    assert short is not None
    assert long is not None
    assert long.widest < short.widest


def test_nothing_after_a_request_in_flight_counts() -> None:
    rows = answered(200, np.random.default_rng(1))
    missing = running_width([row for row in rows if row.index != 60])
    until = running_width(rows[:60])
    assert missing is not None
    assert until is not None
    assert missing.seconds == until.seconds
    assert missing.ttft == pytest.approx(until.ttft)


def test_too_short_a_run_says_nothing() -> None:
    rows = answered(15, np.random.default_rng(2))
    assert running_width(rows) is None
    assert running_width([]) is None
    assert running_width(rows, first_index=1) is None  # its first request has not ended


def test_a_run_of_failures_has_no_width() -> None:
    rows = [Answered(i, i / 2, i / 2 + 0.5, i / 2 + 0.5, 0) for i in range(60)]
    found = running_width(rows)
    assert found is not None
    assert found.throughput == np.inf
