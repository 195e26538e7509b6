from __future__ import annotations

from isocost.measurement.health import HealthMeter


def test_lag_is_the_99th_percentile() -> None:
    meter = HealthMeter()
    for _ in range(98):
        meter.lag(0.00005, kernel=True)
    meter.lag(0.01234, kernel=True)
    meter.lag(1.5, kernel=True)
    health = meter.read()
    # rank 99 of 100 is 12.34 ms; bins are 0.1 ms wide: upper edge 12.4 ms
    assert health.loop_lag_p99_s is not None
    assert abs(health.loop_lag_p99_s - 0.0124) < 1e-9
    assert health.kernel_stamps


def test_nothing_measured_is_unknown() -> None:
    health = HealthMeter().read()
    assert health.loop_lag_p99_s is None
    assert 0 <= health.cpu_share <= 1
    assert not health.kernel_stamps


def test_send_delay_is_the_99th_percentile_and_unknown_in_a_closed_loop() -> None:
    meter = HealthMeter()
    for milliseconds in range(1, 201):
        meter.delay(1e-3 * milliseconds)
    # rank ceil(.99 x 200) = 198
    assert meter.read().send_delay_p99_s == 0.198
    assert HealthMeter().read().send_delay_p99_s is None
