"""Published break-evens, reproduced."""

import pytest

from isocost.economics import payback_months
from isocost.studies.break_even_question import BreakEvenQuestion
from isocost.studies.breakeven import with_break_even
from isocost.studies.sweeps import FileQuestion, report_files

# arXiv 2509.18101: USD 2,000 of hardware against USD 1.25 / 10 per million tokens, a third of them input,
# 160 h a month. The speed of its 32B model is not at hand; 220 tokens/s in all, 575 W and USD 0.15/kWh are
# derived backwards from its 2.26 months: 220 x 576,000 s = 126.72 M tokens x 7.0833 = USD 897.60,
# less 13.80 of power.
SPEED, BLEND, POWER = 220.0, (1.25 + 2 * 10) / 3, 0.575 * 0.15
PER_HOUR = SPEED * 3600 * BLEND / 1e6


def test_the_payback_of_a_32b_model_at_full_load():
    assert round(2000 / (126.72 * BLEND - 13.80), 2) == 2.26
    assert round(payback_months(2000.0, saved=PER_HOUR, used=POWER, hours_per_month=160), 2) == 2.26


def test_every_other_speed_by_ten_would_give_other_months():
    for speed in (200.0, 210.0, 230.0, 240.0):
        found = payback_months(2000.0, saved=speed * 3600 * BLEND / 1e6, used=POWER, hours_per_month=160)
        assert round(found, 2) != 2.26


@pytest.mark.parametrize(("share", "months"), [(0.5, 4.53), (0.1, 22.6), (0.01, 226.0)])
def test_its_flaw_is_that_it_assumes_full_load(share, months):
    found = payback_months(2000.0, saved=PER_HOUR, used=POWER, load_share=share, hours_per_month=160)
    assert found == pytest.approx(months, rel=2e-3)


def test_switched_on_all_the_hours_it_never_pays_at_one_percent():
    # 13.80 USD of power for 160 h whatever the load, against 8.98 USD that the API would bill
    standing = 13.80 / 730
    at_tenth = payback_months(2000.0, saved=PER_HOUR, standing=standing, load_share=0.1, hours_per_month=160)
    assert at_tenth == pytest.approx(2000 / (89.76 - 13.80))
    assert payback_months(
        2000.0, saved=PER_HOUR, standing=standing, load_share=0.01, hours_per_month=160
    ) == float("inf")


MACHINE = """\
name: rtx-5090
formula: published
currency: USD
date: 2025-09-22
parameters:
  purchase_price: 2000
  lifetime_years: 3
  utilization: 1
  full_power_w: 575
  pue: 1
  electricity: 0.15
  maintenance_rate: 0
"""


def test_the_example_through_the_whole_study(tmp_path):
    machine = tmp_path / "rtx-5090.yaml"
    machine.write_text(MACHINE)
    sweep = tmp_path / "sweep.csv"
    # a third of 220 tokens/s in, two thirds out
    sweep.write_text(
        "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second\n"
        f"16,{220 * 2 / 3},{220 / 3},1\n"
    )
    report = report_files([sweep], FileQuestion(machine=str(machine)))
    told = with_break_even(report, BreakEvenQuestion(api_price="1.25/10", hours_per_month=160)).breakeven
    months = [row.months.value for row in told.payback.rows]
    assert {row.never for row in told.payback.rows} == {None}  # measured once: no interval
    assert [row.share for row in told.payback.rows] == [1.0, 0.5, 0.1, 0.01]
    assert months == pytest.approx([2.263, 4.526, 22.63, 226.3], rel=1e-3)


@pytest.mark.parametrize(("rent", "expected"), [("2.82", (24.1, 25.7, 27.9)), ("5.64", (11.7, 12.6, 13.9))])
def test_the_three_readings_of_an_a800(tmp_path, rent, expected):
    """arXiv 2510.26136 with its cloud prices; no matter what the machine serves."""
    sweep = tmp_path / "sweep.csv"
    sweep.write_text("concurrency,output_tokens_per_second\n8,123\n")
    report = report_files([sweep], FileQuestion(machine="a800-owned"))
    told = with_break_even(report, BreakEvenQuestion(rent=rent)).breakeven
    assert tuple(round(100 * each.utilization.value, 1) for each in told.readings) == expected
