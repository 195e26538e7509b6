"""Short names fit, and stay apart."""

from hypothesis import given
from hypothesis import strategies as st

from isocost.reporting.charts.names import short_names

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def test_what_all_share_goes_first() -> None:
    names = [f"organisation/model-with-a-long-name-{i}-instruct-awq" for i in (7, 70, 405)]
    assert list(short_names(names, 20).values()) == [f"{ELLIPSIS}{i}{ELLIPSIS}" for i in (7, 70, 405)]


def test_words_that_all_share_go_wherever_they_stand() -> None:
    names = ["vendor-1/some-model-36b-instruct", "vendor-2/some-model-7b-instruct"] + [
        f"vendor-1/some-model-1{i}b-instruct" for i in range(3)
    ]
    told = [f"{ELLIPSIS}1{ELLIPSIS}36b{ELLIPSIS}", f"{ELLIPSIS}2{ELLIPSIS}7b{ELLIPSIS}"]
    assert list(short_names(names, 12).values())[:2] == told


def test_names_of_different_words_lose_what_all_begin_and_end_with() -> None:
    names = ["organisation/alpha-7b-instruct-awq", "organisation/alpha-7b-v2-instruct-awq"]
    told = [f"organis{ELLIPSIS}uct-awq", f"{ELLIPSIS}v2{ELLIPSIS}"]
    assert list(short_names(names, 15).values()) == told


def test_names_that_differ_when_cut_are_only_cut() -> None:
    names = ["a" * 30, "b" * 30, "c"]
    assert list(short_names(names, 9).values()) == [f"aaaa{ELLIPSIS}aaaa", f"bbbb{ELLIPSIS}bbbb", "c"]


@given(st.lists(st.text(alphabet="ab-/7", max_size=40), min_size=1, max_size=8), st.integers(5, 20))
def test_each_has_a_name_that_fits(names: list[str], limit: int) -> None:
    short = short_names(names, limit)
    assert set(short) == set(names)
    assert all(len(each) <= limit for each in short.values())
