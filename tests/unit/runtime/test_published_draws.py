"""Published coefficients as draws."""

import numpy as np
import pytest

from isocost.runtime import ErrorShare, PublishedDraws, PublishedRuntime

RUNTIME = PublishedRuntime(prefill_s=((1, 0.050), (512, 0.100)), decode_s=0.020, overhead_s=0.010)


def published(*errors):
    return PublishedDraws(name="made up", runtime=RUNTIME, longest_output=64, errors=errors)


def test_without_an_error_there_is_no_interval():
    assert published().runtime_draws(512, 64).tolist() == pytest.approx([0.010 + 0.100 + 63 * 0.020])
    assert published().repeats is None


def test_draws_hold_rounding_and_the_errors_of_the_rule():
    found = published(
        ErrorShare(most_output=1, timed=0.10, between=0.20),
        ErrorShare(most_output=64, timed=0.02, between=0.04),
    )
    first = found.runtime_draws(512, 1)
    # .1 s known to 10 % in 95 of 100: sd 5.1 ms; rounding: the sum of two uniforms of 1 ms, sd .41 ms
    assert first[1:].std() == pytest.approx((0.0051**2 + 0.00041**2) ** 0.5, rel=0.06)
    assert found.runtime_draws(256, 1)[1:].std() == pytest.approx(
        0.075 * 0.1 / 0.98, rel=0.1
    )  # 20 % between sizes
    later = (found.runtime_draws(512, 64) - first)[1:] / 63
    # 20 ms known to 2 %: sd .204 ms; rounding of 1 ms: sd .289 ms
    assert later.std() == pytest.approx(np.hypot(0.000204, 0.000289), rel=0.06)


def test_kinds():
    found = published()
    assert found.kind_at(512, 64) == found.kind_at(100, 1) == "published"
    assert found.kind_at(513, 1) == found.kind_at(1, 65) == "extrapolated"
    assert found.prompt_sizes == (1, 512)
