"""``isocost capacity``, as a user calls it."""

import csv
import io
import json
import sys

import pytest

from isocost.cli import main

SWEEP = (
    "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second,requests\n"
    "1,100,300,1,400\n4,300,900,3,400\n"
)


@pytest.fixture
def isocost(capsys, monkeypatch, tmp_path):
    """Run a command in this process; return exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep.csv").write_text(SWEEP)
    (tmp_path / "day.csv").write_text("time,weight\n00:00,1\n12:00,3\n")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


ASKED = ("capacity", "sweep.csv", "--requests-per-day", "432000", "--diurnal", "day.csv")


def test_text(isocost):
    status, out, err = isocost(*ASKED, "--on-demand", "2", "--reserve", "N+1")
    assert (status, err) == (0, "")
    # 2.5/s and 7.5/s over 3/s: one and three, and one beside; 12 x 2 x 2 + 12 x 4 x 2
    assert out.startswith(
        "432,000 requests a day take 2 to 4 replicas of sweep, reserve included, each good for 3.00 req"
    )
    assert "up to 4 on demand: $144 a day, $4,380 a month" in out
    assert "12:00-24:00" in out


def test_json(isocost):
    status, out, _ = isocost(*ASKED, "--on-demand", "2", "--reserved", "1.5", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["verdict"]["state"] == "planned"
    assert [row["replicas_needed"] for row in told["tables"]["intervals"]] == [1, 3]
    # one all day, two more for 12 h: 36 + 48
    assert told["estimates"]["cost_per_day"]["value"] == pytest.approx(84)
    assert {(row["kind"], row["cost_basis"]) for row in told["tables"]["allocation"]} == {
        ("reserved", "allocation"),
        ("reserved", "usage"),
        ("on-demand", "allocation"),
        ("on-demand", "usage"),
    }
    # 84 USD over 432,000 x 400 tokens
    assert told["estimates"]["llm_cost_per_million_tokens"]["value"] == pytest.approx(84 / 172.8)
    assert [(row["cost_basis"], row["llm_total_hourly_cost"]) for row in told["tables"]["cost_bases"]] == [
        ("allocation", pytest.approx(3.5)),
        ("usage", pytest.approx(told["estimates"]["usage_per_day"]["value"] / 24)),
    ]
    assert isocost(*ASKED, "--on-demand", "2", "--reserved", "1.5", "--format", "json")[1] == out


def test_what_costs_nothing_is_charged_too(isocost):
    rows = list(csv.DictReader(io.StringIO(isocost(*ASKED, "--on-demand", "0", "--format", "focus")[1])))
    assert [row["BilledCost"] for row in rows] == ["0.0", "0.0"]


def test_an_api_by_name_takes_overflow(isocost, tmp_path):
    (tmp_path / "prices.json").write_text(
        json.dumps({"shop/model": {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}})
    )
    named = isocost(
        *ASKED, "--on-demand", "2", "--against", "shop/model", "--prices", "prices.json", "--json"
    )
    priced = isocost(*ASKED, "--on-demand", "2", "--api-price", "1/2", "--json")
    assert named[0] == 0
    assert (
        json.loads(named[1])["estimates"]["cost_per_day"]["value"]
        == json.loads(priced[1])["estimates"]["cost_per_day"]["value"]
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--api-price", "1/2", "--against", "a/b"), "are both the price of the API; give one of them"),
        (("--prices", "p.json"), "--prices FILE goes with --against PROVIDER/MODEL"),
        (("--against", "nobody/model"), "no provider 'nobody' is known"),
    ],
)
def test_an_api_that_cannot_be_priced_is_one_sentence(isocost, options, sentence):
    status, out, err = isocost(*ASKED, "--on-demand", "2", *options)
    assert (status, out) == (2, "")
    assert sentence in err


def test_focus(isocost):
    status, out, err = isocost(*ASKED, "--on-demand", "2", "--format", "focus", "--date", "2026-11-21")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (status, err, len(rows)) == (0, "", 2)
    assert sum(float(row["BilledCost"]) for row in rows) == pytest.approx(12 * 2 + 12 * 3 * 2)


def test_page(isocost, tmp_path):
    status, out, _ = isocost(*ASKED, "--on-demand", "2", "--out", "plan.html")
    assert (status, out.splitlines()[-1]) == (0, "report: plan.html")
    page = (tmp_path / "plan.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "The day, and what carries it" in page
    assert isocost(*ASKED, "--on-demand", "2", "--json", "--out", "plan.html")[1].startswith("{")


def test_without_a_price_replicas_are_told_without_money(isocost):
    status, out, _ = isocost(*ASKED)
    assert status == 0
    assert "take 1 to 3 replicas" in out
    assert "No price is known" in out
    assert "$" not in out
    told = json.loads(isocost(*ASKED, "--json")[1])
    assert told["verdict"]["state"] == "no-price"
    assert set(told["tables"]) == {"intervals"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--requests-per-day", "0"), "requests per day must be a number above 0, got 0"),
        (("--requests-per-day", "-5"), "requests per day must be a number above 0, got -5"),
        (("--requests-per-day", "9", "--reserve", "many"), "--reserve must be a number of replicas"),
        (("--requests-per-day", "9", "--diurnal", "absent.csv"), "cannot read absent.csv"),
        (("--requests-per-day", "9", "--format", "pdf"), "--format must be text, json or focus, got 'pdf'"),
        (
            ("--requests-per-day", "9", "--format", "focus", "--json"),
            "--json and --format focus are two formats; give one of them",
        ),
        (("--requests-per-day", "9", "--date", "2026-11-21"), "--date is the day of the charges"),
        (
            ("--requests-per-day", "9", "--price-per-hour", "1", "--on-demand", "2"),
            "--price-per-hour and --on-demand are the same price; give one of them",
        ),
        (("--requests-per-day", "9", "--out", "day.csv", "--diurnal", "day.csv"), "day.csv is what the page"),
        (
            ("--requests-per-day", "9", "--slo", "ttft.p95=1s"),
            "no measured level of sweep keeps TTFT p95 <= 1 s",
        ),
        ((), "how many requests a day?"),
    ],
)
def test_bad_input_is_one_sentence(isocost, arguments, told):
    status, out, err = isocost("capacity", "sweep.csv", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(f"isocost: {told}")
    assert err.count("\n") == 1
