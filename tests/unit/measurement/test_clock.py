from __future__ import annotations

import struct
import time

from isocost.measurement.clock import KernelClock, clock_now


def stamp(unix_ns: int) -> bytes:
    return struct.pack("@qq", *divmod(unix_ns, 1_000_000_000))


def test_a_kernel_stamp_lands_on_the_monotonic_clock() -> None:
    clock = KernelClock()
    before, real, after = time.monotonic(), time.time_ns(), time.monotonic()
    instant = clock.instant(stamp(real), after + 0.5)
    assert before - 0.01 < instant < after + 0.01


def test_without_a_stamp_the_time_of_reading_counts() -> None:
    clock = KernelClock()
    assert clock.instant(None, 12.5) == 12.5
    assert clock.instant(b"short", 12.5) == 12.5


def test_stamps_that_cannot_be_are_not_believed() -> None:
    clock, now = KernelClock(), time.monotonic()
    assert clock.instant(stamp(time.time_ns() + 3_600_000_000_000), now) == now  # an hour ahead
    assert clock.instant(stamp(time.time_ns() - 3_600_000_000_000), now) == now  # an hour ago


def test_stamps_before_what_came_earlier_are_not_believed() -> None:
    clock, now = KernelClock(), time.monotonic()
    half_ago = stamp(time.time_ns() - 500_000_000)
    assert now - 0.51 < clock.instant(half_ago, now, now - 0.6) < now - 0.49
    assert clock.instant(half_ago, now, now - 0.4) == now  # the calendar must have jumped between
    assert clock.instant(half_ago, now, now - 0.4995) == now - 0.4995  # or both clocks differ a little


def test_a_step_of_the_calendar_clock_is_noticed(monkeypatch: object) -> None:
    clock = KernelClock()
    clock._offset_ns += 5_000_000  # as if the calendar had jumped by 5 ms since
    clock.refresh(time.monotonic() + 1)
    assert clock.steps == 1
    clock.refresh(time.monotonic() + 2)
    assert clock.steps == 1


def test_the_clock_is_tied_to_calendar_time() -> None:
    one, two = clock_now(), clock_now()
    assert one.clock_id == two.clock_id
    drift = (two.utc_anchor_s - one.utc_anchor_s) - (two.monotonic_anchor_s - one.monotonic_anchor_s)
    assert abs(drift) < 0.05
