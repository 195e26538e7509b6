import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.runtime import side_by_side


def test_ratios_are_medians_over_sizes():
    found = side_by_side(np.array([2.0, 3.0, 8.0]), np.array([1.0, 2.0, 2.0]), np.array([0.5, 1.0, 1.0]))
    assert found.raw_over_denoised.value == 2.0  # of 2, 1.5 and 4
    assert found.denoised_over_idealized.value == 2.0
    assert found.raw_over_idealized.value == 4.0  # of 4, 3 and 8
    assert found.service_share.value == 0.75


def test_the_share_has_the_interval_of_the_ratio():
    rng = np.random.default_rng(1)
    found = side_by_side(rng.uniform(2, 4, 40), np.full(40, 1.5), np.ones(40))
    ratio, share = found.raw_over_idealized, found.service_share
    assert (share.low, share.high) == pytest.approx((1 - 1 / ratio.low, 1 - 1 / ratio.high))


def test_without_idealized_there_is_no_share():
    found = side_by_side(np.array([2.0]), np.array([1.0]))
    assert found.service_share is None
    assert found.raw_over_idealized is None


def test_runtimes_must_be_of_the_same_requests():
    with pytest.raises(InputError, match="of the same requests"):
        side_by_side(np.ones(2), np.ones(3))
