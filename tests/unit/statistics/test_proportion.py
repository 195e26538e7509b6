import pytest

from isocost.core.errors import InputError
from isocost.statistics.proportion import proportion, wilson_interval


@pytest.mark.parametrize(("successes", "tries"), [(0, 5), (3, 7), (5, 5), (81, 263)])
def test_the_ends_are_the_shares_that_lie_just_1_96_standard_errors_away(successes: int, tries: int) -> None:
    seen = successes / tries
    for end in wilson_interval(successes, tries):
        if 0 < end < 1:
            assert abs(seen - end) / (end * (1 - end) / tries) ** 0.5 == pytest.approx(1.959964, abs=1e-5)


def test_a_published_example() -> None:
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857, table I: 81 of 263, score method
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_all_and_none_stay_within_bounds() -> None:
    assert proportion(5, 5).high == 1.0
    assert proportion(0, 5).low == 0.0


def test_no_tries_and_too_many_successes_are_refused() -> None:
    with pytest.raises(InputError, match="got 0 of 0"):
        wilson_interval(0, 0)
    with pytest.raises(InputError, match="got 3 of 2"):
        wilson_interval(3, 2)
