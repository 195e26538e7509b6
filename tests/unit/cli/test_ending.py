"""Options on when a run ends."""

import pytest

from isocost.cli.ending import longest_s, parse_width
from isocost.core.errors import InputError


@pytest.mark.parametrize("text", ["5", "0.05", "0%", "100%", "-5%", "five%", "nan%", ""])
def test_a_width_is_a_percentage(text):
    with pytest.raises(InputError) as raised:
        parse_width(text)
    assert str(raised.value) == (
        f"--until-width {text}: write a half-width as a percentage above 0 and below 100, such as 5%"
    )


def test_what_says_how_long():
    none = {"duration": None, "requests": None, "scheduled": False}
    assert longest_s("5%", 60.0, **none) == 60.0
    assert longest_s(None, None, duration=7.0, requests=None, scheduled=False) == 7.0
    assert longest_s(None, None, duration=None, requests=9, scheduled=False) is None
    assert longest_s(None, None, duration=None, requests=None, scheduled=True) is None


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"duration": 3.0, "requests": None, "scheduled": False}, "--duration"),
        ({"duration": None, "requests": 3, "scheduled": False}, "--num-requests"),
        ({"duration": None, "requests": None, "scheduled": True}, "a schedule of rates"),
    ],
)
def test_two_ends_exclude_each_other(given, named):
    with pytest.raises(InputError) as raised:
        longest_s("5%", None, **given)
    assert str(raised.value) == (
        f"--until-width ends a run by itself, and {named} says when it ends; give one of them, and "
        "--max-duration for the longest that --until-width may take"
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"duration": 3.0, "requests": 4, "scheduled": False},
            "--duration 3 and --num-requests 4 each say when a run ends; give one of them",
        ),
        (
            {"duration": 3.0, "requests": None, "scheduled": True},
            "--ramp and --steps say themselves how long they last; leave out --duration 3",
        ),
        (
            {"duration": 3.0, "requests": 4, "scheduled": True},
            "--ramp and --steps say themselves how long they last; leave out --duration 3 and "
            "--num-requests 4",
        ),
    ],
)
def test_without_a_width_too_a_run_has_one_end(given, sentence):
    with pytest.raises(InputError) as raised:
        longest_s(None, None, **given)
    assert str(raised.value) == sentence


def test_a_longest_duration_needs_a_width():
    with pytest.raises(InputError) as raised:
        longest_s(None, 60.0, duration=None, requests=None, scheduled=False)
    assert str(raised.value) == (
        "--max-duration belongs to --until-width; without it, --duration says how long"
    )
