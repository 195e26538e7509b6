"""Text, page and picture of a plan: what is said, and that names stay text."""

import re
from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from isocost.reporting import capacity_page, capacity_text
from isocost.reporting.capacity import grouped_intervals, mix_text
from isocost.studies.capacity import CapacityQuestion, capacity_report
from isocost.studies.capacity_prices import PriceTerms
from isocost.studies.sweeps import FileQuestion, report_files

HEAD = "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second,requests\n"


@pytest.fixture
def plan(tmp_path):
    def planning(*, day="time,weight\n00:00,1\n12:00,3\n", volume=432_000, wobbles=(1.0,), **prices):
        sweep, shape = tmp_path / "sweep.csv", tmp_path / "day.csv"
        sweep.write_text(HEAD + "".join(f"4,{300 * w},{900 * w},{3 * w},400\n" for w in wobbles))
        shape.write_text(day)
        question = CapacityQuestion(requests_per_day=volume, diurnal=shape, prices=PriceTerms(**prices))
        return capacity_report(report_files([sweep], FileQuestion()), question, today="2026-11-21")

    return planning


def test_the_mix_in_words(plan):
    both = plan(reserved="1.5", on_demand="2").plan
    assert mix_text(both.mix, both.intervals) == "1 reserved all day, up to 2 on demand"
    sent = plan(api="0.001/0.001").plan
    assert mix_text(sent.mix, sent.intervals) == "all requests to the API"


def test_what_cannot_be_told_is_said(plan):
    close = plan(volume=3.45 * 3600 * 24 * 20, day="time,weight\n00:00,1\n", wobbles=(0.9, 1.0, 1.1),
                 reserved="1.0", api="0.28/0.105")  # fmt: skip
    api = next(each for each in close.plan.mix.alternatives if each.kind == "API")
    assert api.undecided
    text = capacity_text(close)
    assert re.search(
        r"All by the API would cost .* which\s+is\s+cheaper\s+cannot\s+be\s+told", text, re.DOTALL
    )
    assert "cannot be told" in text


def test_how_sure_the_choice_is_stands_beside_it(plan):
    # q is 3/s give or take a tenth and 8.9/s are asked for half the day: three of them, in many draws four
    report = plan(volume=8.9 * 3600 * 16, wobbles=(0.9, 1.0, 1.1), reserved="1.0", on_demand="1.9")
    mix = report.plan.mix
    text = " ".join(capacity_text(report).split())
    shares = dict(mix.base_shares)
    assert f"{mix.base} costs least in {100 * shares[mix.base]:.0f} % of the draws" in text
    assert f"cheapest: {mix.best_share:.2f}" in text


def test_many_intervals_are_told_together_where_the_same_replicas_run(plan):
    quarters = "time,weight\n" + "".join(
        f"{minute // 60:02d}:{minute % 60:02d},{1 if minute < 720 else 3}\n" for minute in range(0, 1440, 15)
    )
    report = plan(day=quarters, on_demand="2")
    groups = grouped_intervals(report.plan.intervals)
    assert [len(group) for group in groups] == [48, 48]
    lines = [line for line in capacity_text(report).splitlines() if re.match(r"\d\d:\d\d-", line)]
    assert [line.split()[0] for line in lines] == ["00:00-12:00", "12:00-24:00"]
    # 12 h of 1 and of 3 replicas at 2 USD
    assert [line.split()[-2] for line in lines] == ["24.00", "72.00"]


def test_the_page_shows_bars_for_each_kind_and_what_is_idle(plan):
    page = capacity_page(plan(reserved="1.5", on_demand="2"))
    assert page.count('class="s0"') >= 2
    assert "reserved, all day" in page
    assert "to the API" not in page
    assert "1 all day, 2 more" in page
    assert '<svg viewBox="0 0 880' in page
    assert '<svg viewBox="0 0 400' in page


def test_the_page_without_a_price_has_no_money(plan):
    page = capacity_page(plan())
    main = page[page.index("<main>") : page.index("<script>")]
    assert "$" not in main
    assert "No price is known" in main


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_text(plan, name):
    page = capacity_page(replace(plan(on_demand="2"), deployment=name, name=name))
    assert "<script>alert" not in page
    assert page.count("<script") == 1
    assert "\x1b" not in capacity_text(replace(plan(on_demand="2"), deployment=name))
