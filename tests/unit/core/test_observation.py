"""What the client says of itself."""

import pytest

from isocost.core.observation import ClientHealth


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ({}, ()),
        ({"loop_lag_p99_s": 0.05, "send_delay_p99_s": 0.05}, ()),  # at the limit is not above it
        ({"cpu_share": 0.93}, ("93% of a core",)),
        ({"send_delay_p99_s": 0.08}, ("sent 80 ms late",)),
        (
            {"send_delay_p99_s": 0.08, "held_back_share": 0.2},
            ("sent 80 ms late since no more may be in flight",),
        ),
        (
            {"loop_lag_p99_s": 0.07, "send_delay_p99_s": 0.08, "held_back_share": 0.001},
            ("read 70 ms late", "sent 80 ms late"),
        ),
    ],
)
def test_a_saturated_client_says_what_it_was_short_of(changes, limits):
    health = ClientHealth(**{"cpu_share": 0.5, **changes})
    assert health.limits == limits
    assert health.saturated == bool(limits)
