"""Energy and carbon on the command line: of a sweep and of an hour."""

import json
import sys

import pytest

from isocost.cli import main

SWEEP = (
    "concurrency,output_tokens_per_second,requests,requests_per_second,power_w\n"
    "1,100,4000,1,350\n4,300,4000,3,420\n16,700,4000,7,520\n64,900,4000,9,560\n"
)


@pytest.fixture
def isocost(capsys, monkeypatch):
    """Run a command in this process; return exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


@pytest.fixture
def sweep(tmp_path):
    path = tmp_path / "sweep.csv"
    path.write_text(SWEEP)
    return path


@pytest.fixture
def powerless(tmp_path):
    path = tmp_path / "powerless.csv"
    path.write_text("\n".join(line.rsplit(",", 1)[0] for line in SWEEP.splitlines()) + "\n")
    return path


def test_cost_tells_energy_and_carbon(isocost, sweep, tmp_path):
    page = tmp_path / "page.html"
    status, out, err = isocost(
        "cost", sweep, "--price-per-hour", "3.6", "--grid", "350g/kWh", "--pue", "1.5", "--out", page
    )
    assert (status, err) == (0, "")
    text = " ".join(out.split())
    assert "J/token" in text
    # 560 W over 900 tokens/s; times 1.5; 0.933 J x 1e6 / 3.6 MJ x 350 g
    assert (
        "energy at 64 concurrent: 0.622 J per output token at the accelerators, measured; 0.933 J at the "
        "facility; 90.7 gCO2e per million output tokens at 350 g/kWh"
    ) in text
    assert "least energy: at the cheapest level too" in text
    assert 'id="energy"' in page.read_text()


def test_tables_for_programs(isocost, sweep):
    status, out, _ = isocost("cost", sweep, "--price-per-hour", "3.6", "--grid", "350g/kWh", "--json")
    told = json.loads(out)
    assert status == 0
    rows = told["tables"]["energy"]
    assert [row["concurrency"] for row in rows] == [1, 4, 16, 64]
    assert [round(row["joules_per_output_token"]["accelerator"]["value"], 4) for row in rows] == [
        3.5,
        1.4,
        0.7429,
        0.6222,
    ]
    assert rows[0]["joules_per_output_token"]["accelerator"]["kind"] == "measured"
    assert rows[0]["joules_per_output_token_more"] is None
    assert rows[3]["joules_per_output_token_more"]["value"] == pytest.approx(0.2)
    assert [row["least_energy"] for row in rows] == [False, False, False, True]
    (one,) = told["tables"]["energy_deployments"]
    assert (one["obtained"], one["least_energy_at"]) == ("measured", "64 concurrent")
    assert (
        one["marginal_energy_cost_from"]
        == "v = 0: the price is taken to be paid by the hour whatever is drawn"
    )


def test_without_power_one_line_says_how_to_give_it(isocost, powerless):
    status, out, err = isocost("cost", powerless, "--price-per-hour", "3.6")
    assert (status, err) == (0, "")
    assert "no power is known; tell it with --power-w W, or --accelerator NAME --count N" in " ".join(
        out.split()
    )
    assert "J/token" not in out
    status, out, _ = isocost("cost", powerless, "--price-per-hour", "3.6", "--json")
    assert "energy" not in json.loads(out)["tables"]


def test_power_given_by_watts_or_by_accelerator(isocost, powerless):
    _, out, _ = isocost("cost", powerless, "--price-per-hour", "3.6", "--power-w", "450")
    assert "0.500 J per output token at the accelerators, given" in " ".join(out.split())
    _, out, _ = isocost("cost", powerless, "--price-per-hour", "3.6", "--accelerator", "h100", "--count", "1")
    assert "at the accelerators, share of design power" in " ".join(out.split())


def test_report_writes_the_section(isocost, sweep, tmp_path):
    page = tmp_path / "page.html"
    status, _, err = isocost(
        "report", sweep, "--machine", "h100-owned", "--grid", "300..400g/kWh", "--output", page
    )
    assert (status, err) == (0, "")
    text = page.read_text()
    for told in (
        "What a token takes, in joules and in money",
        "Energy and carbon at the facility",
        "gCO2e per M output",
    ):
        assert told in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grid", "-3g/kWh"], "isocost: --grid -3g/kWh: a grid has between 0 and 2000 gCO2e per kWh\n"),
        (["--pue", "0.5"], "isocost: --pue must be between 1 and 5, got 0.5\n"),
        (["--power-w", "0"], "isocost: --power-w must be above 0 watts, got 0\n"),
        (["--count", "2"], "isocost: --count 2 does not say of what: give --accelerator as well\n"),
    ],
)
def test_faults_are_one_sentence(isocost, sweep, arguments, message):
    status, out, err = isocost("cost", sweep, "--price-per-hour", "3.6", *arguments)
    assert (status, out, err) == (2, "", message)


def test_an_hour_with_its_carbon(isocost):
    status, out, err = isocost("hourly-cost", "--machine", "a800-owned", "--grid", "350g/kWh")
    assert (status, err) == (0, "")
    text = " ".join(out.split())
    # 400 W x PUE 1.5 x 350 g
    assert "An hour of use takes 0.40 kWh" in text
    assert "0.60 kWh" in text
    assert "210 gCO2e" in text
    status, out, _ = isocost("hourly-cost", "--machine", "a800-owned", "--grid", "350g/kWh", "--json")
    (row,) = json.loads(out)["tables"]["energy"]
    assert row["kwh_per_hour"]["facility"]["value"] == pytest.approx(0.6)
    assert row["carbon_g_per_hour"]["value"] == pytest.approx(210.0)
    assert "energy" not in json.loads(isocost("hourly-cost", "--json")[1])["tables"]
