"""Diurnal files: hours or times, shares, weights or requests; what does not cover the day is told."""

import pytest

from isocost.core.errors import InputError
from isocost.exchange import read_diurnal


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "day.csv"
        path.write_text(text)
        return read_diurnal(path)

    return reading


def hours(column, amounts):
    return f"hour,{column}\n" + "".join(f"{hour},{amount}\n" for hour, amount in amounts.items())


def test_weights_become_shares_in_any_order_of_rows(read):
    found = read(hours("weight", {hour: 1 + (hour == 23) for hour in reversed(range(24))}))
    assert [part.start_h for part in found.parts] == list(range(24))
    assert found.parts[0].share == pytest.approx(1 / 25)
    assert found.parts[23].share == pytest.approx(2 / 25)
    assert (found.requests, found.source) == (None, "day.csv")


def test_requests_tell_the_volume_too(read):
    found = read(hours("requests", dict.fromkeys(range(24), 500)))
    assert found.requests == 12_000
    assert found.is_flat


def test_shares_may_add_up_to_a_hundred(read):
    found = read(hours("share", dict.fromkeys(range(24), 100 / 24)))
    assert sum(part.share for part in found.parts) == pytest.approx(1)


def test_times_begin_parts_of_any_length(read):
    found = read("time,weight\n00:00,1\n08:30,6\n20:00,3\n")
    assert [(part.start_h, part.end_h, part.share) for part in found.parts] == [
        (0.0, 8.5, 0.1),
        (8.5, 20.0, 0.6),
        (20.0, 24.0, pytest.approx(0.3)),
    ]


FULL = dict.fromkeys(range(24), 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            hours("weight", {hour: 1 for hour in FULL if hour not in (3, 17)}),
            "day.csv does not cover the day: hours 3, 17 are missing; give each of 0 to 23 a row, 0 where "
            "nobody asks",
        ),
        (
            hours("weight", {hour: 1 for hour in FULL if hour != 5}),
            "day.csv does not cover the day: hour 5 is missing; give each of 0 to 23 a row, 0 where nobody "
            "asks",
        ),
        (
            "time,weight\n06:00,1\n12:00,1\n",
            "day.csv does not cover the day: 00:00 to 06:00 is missing; let its first part begin at 00:00",
        ),
        (
            hours("weight", FULL) + "7,1\n",
            "day.csv tells 07:00 twice; give each part of the day one row",
        ),
        (
            hours("weight", FULL | {4: -2}),
            "day.csv, line 6: weight must be a number of at least 0, got '-2'",
        ),
        (
            hours("weight", FULL | {4: ""}),
            "day.csv, line 6: weight must be a number of at least 0, got ''",
        ),
        (
            hours("weight", dict.fromkeys(range(24), 0)),
            "day.csv: no part of the day has any request; give amounts above 0",
        ),
        (
            hours("share", dict.fromkeys(range(24), 0.5)),
            "day.csv: the shares add up to 12, neither to 1 nor to 100; call the column weight if they need "
            "not",
        ),
        ("hour,weight\n24,1\n", "day.csv, line 2: hour must be a whole number from 0 to 23, got '24'"),
        ("hour,weight\n0.5,1\n", "day.csv, line 2: hour must be a whole number from 0 to 23, got '0.5'"),
        ("time,weight\n25:00,1\n", "day.csv, line 2: time must be HH:MM from 00:00 to 23:59, got '25:00'"),
        (
            "hour,rate\n0,1\n",
            "day.csv needs one of the columns share, weight, requests and has none of them (its columns: "
            "hour, rate)",
        ),
        (
            "hour,share,weight\n0,1,1\n",
            "day.csv needs one of the columns share, weight, requests and has share and weight (its columns: "
            "hour, share, weight)",
        ),
    ],
)
def test_a_file_that_is_no_day_is_one_sentence(read, text, told):
    with pytest.raises(InputError) as refused:
        read(text)
    assert str(refused.value) == told
