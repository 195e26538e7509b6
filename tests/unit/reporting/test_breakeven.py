"""A break-even as text, page, picture and objects."""

import itertools
import json
import re
from dataclasses import replace
from functools import cache

import pytest

from isocost.reporting import (
    break_even_doubts,
    break_even_json,
    break_even_page,
    break_even_sentence,
    break_even_text,
    envelope,
    html_page,
    terminal_text,
)
from isocost.reporting.charts import break_even_figure
from isocost.studies.break_even_question import BreakEvenQuestion
from isocost.studies.breakeven import with_break_even
from isocost.studies.sweeps import FileQuestion, report_files

HEAD = "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second,requests,repeat\n"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    path = tmp_path_factory.mktemp("break-even") / "ours.csv"
    rows = [(load, speed * scale, number) for load, speed in ((1, 100), (8, 600), (64, 2000))
            for number, scale in enumerate((0.99, 1.0, 1.01))]  # fmt: skip
    lines = [f"{load},{speed},{4 * speed},{speed / 200},800,{number}\n" for load, speed, number in rows]
    path.write_text(HEAD + "".join(lines))
    return path


@cache
def report_of(path, price, machine):
    return report_files([path], FileQuestion(price_usd_per_hour=price, machine=machine))


def asked(path, *, price=3.6, machine=None, **question):
    report = report_of(path, None if machine else price, machine)
    return with_break_even(report, BreakEvenQuestion(**question))


def test_from_which_load_on(sweep):
    told = asked(sweep, api_price="0.25/1", requests_per_day=10_000).breakeven
    # 0.001 USD/s over 400 millionths a request
    assert break_even_sentence(told) == (
        "ours costs less than the API from 2.50 requests/s on, 216,000 requests a day: "
        "25.0 % [24.7, 25.4] of what it can serve."
    )
    assert "At 10,000 requests a day it costs $86.4 a day against $4.00: the API is cheaper" in " ".join(
        break_even_text(told).split()
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            {"api_price": "0.01/0.05"},
            r"ours never costs less than the API: even full, at 10\.0 requests/s, it costs \$0\.\d+ ",
        ),
        ({"rent": "7.2"}, r"where it is in use in 50\.0 % of the hours or more\.$"),
        (
            {"rent": "h100-rented"},
            r"^Whether ours ever costs less than h100-rented at \$2\.95/h cannot be told",
        ),
        (
            {"price": None, "api_price": "0.25/1"},
            r"^No price of ours is known: full, it costs less than the API",
        ),
    ],
)
def test_every_verdict_has_its_sentence(sweep, question, expected):
    assert re.search(expected, break_even_sentence(asked(sweep, **question).breakeven))


def test_whole_replicas_are_named(sweep):
    told = asked(sweep, api_price="0.04/0.32").breakeven
    # 96 millionths a request: a share of 3.6 / 3.456 of 10 requests/s would be never; at 0.06/0.4, 128
    assert told.found.answer == "other"
    text = " ".join(break_even_text(asked(sweep, api_price="0.06/0.4").breakeven).split())
    # 1 / 1.28 = .78125 of 10 requests/s; two replicas pay from 15.6, three from 23.4, four from 31.25
    assert re.search(
        r"makes the own side dearer again at 10 to 15\.6, 20 to 23\.4, 30 to 31\.[23] requests/s; "
        r"from 31\.[23] on it is cheaper at any load", text
    )  # fmt: skip


def test_exact_numbers_carry_no_interval(sweep):
    text = break_even_text(asked(sweep, api_price="0.25/1").breakeven)
    assert re.search(r"break-even load +2\.50 requests/s\n", text)
    assert not re.search(r"\[(\S+), \1\]", text)


def test_doubts_and_assumptions_stand_below(sweep):
    text = " ".join(break_even_doubts(asked(sweep, api_price="0.25/1")).split())
    assert "price of the API: $0.25 input, $1 output per million tokens (given by you" in text
    assert "answers of both sides are taken for equally good" in text
    assert break_even_doubts(report_of(sweep, 3.6, None)) == ""


def test_readings_and_payback_of_an_owned_machine(sweep):
    text = break_even_text(asked(sweep, machine="a800-owned", rent="2.82").breakeven)
    assert re.search(r"power by the calendar +28 % \[22, 32\]", text)
    assert re.search(r"Until the purchase of \$17,000 \[\d\d,000, \d\d,000\] is saved", text)
    assert re.search(r" +1 % +never +100 %", text)


def test_the_envelope_is_strict_json_with_runs_of_answers(sweep):
    told = json.loads(break_even_json(asked(sweep, machine="h100-owned", api_price="0.05/0.4")))
    assert told["schema"] == "isocost/1"
    assert told["verdict"]["state"] == "own"
    assert told["estimates"]["break_even_utilization"]["unit"] == "1"
    row = told["tables"]["break_even"][0]
    assert row["price_usd_per_million"] == {"input": 0.05, "output": 0.4, "cached": None}
    for line in told["tables"]["break_even_surface"]:
        runs = line["answers"]
        assert all(one["answer"] != two["answer"] for one, two in itertools.pairwise(runs))
    assert [each["load_share"] for each in told["tables"]["break_even_payback"]] == [1.0, 0.5, 0.1, 0.01]


def test_the_report_holds_it_everywhere(sweep):
    report = asked(sweep, api_price="0.25/1")
    assert "break_even" in envelope(report)["tables"]
    assert "ours costs less than the API from 2.50 requests/s on" in " ".join(terminal_text(report).split())
    page = html_page(report)
    assert "Own deployment or not?" in page
    assert page.count('id="break-even"') == 1
    without = html_page(replace(report, breakeven=None))
    assert 'id="break-even"' not in without
    assert "Own deployment or not?" not in without


def test_the_page_opens_with_the_verdict(sweep):
    page = break_even_page(asked(sweep, api_price="0.25/1"))
    assert page.startswith("<!DOCTYPE html>")
    assert "<h1>ours costs less than the API from 2.50 requests/s on" in page
    assert "isocost breakeven" not in page.split("<h1>")[0]


def test_names_from_outside_stay_text(sweep, tmp_path):
    report = asked(sweep, api_price="0.25/1")
    hostile = replace(
        report, breakeven=replace(report.breakeven, name="<script>alert(1)</script>", deployment="a\x1b[31m")
    )
    assert "<script>alert" not in break_even_page(hostile)
    assert "\x1b" not in break_even_doubts(hostile)
    assert "\x1b" not in break_even_page(hostile)


def test_the_picture_covers_the_plane_once(sweep):
    """Cells of each row fill its width, whatever the answers; every row has one height."""
    figure = break_even_figure(asked(sweep, machine="h100-owned", api_price="0.05/0.4").breakeven)
    wide = figure.panels[0].drawings[0]
    cells = re.findall(
        r'<rect class="cell" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', wide
    )
    rows = {}
    for _, y, width, _ in cells:
        rows[y] = rows.get(y, 0.0) + float(width)
    assert len(rows) == 49
    assert max(rows.values()) - min(rows.values()) < 1.0
    assert {"own is cheaper", "the API is cheaper", "undecided"} == {each.name for each in figure.legend}


def test_without_a_price_there_is_no_picture(sweep):
    told = asked(sweep, price=None, api_price="0.25/1")
    assert break_even_figure(told.breakeven) is None
    assert "<h1>No price of ours is known" in break_even_page(told)
