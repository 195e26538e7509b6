"""``isocost hourly-cost`` and ``isocost catalog prices``, as a user calls them."""

import json
import sys

import pytest

from isocost.cli import main


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


def test_the_published_example(isocost):
    status, out, err = isocost("hourly-cost", "--machine", "a800-owned", "--against", "2.82")
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert [line[:2] for line in lines if line[:1] == ["depreciation"]] == [["depreciation", "0.6440"]]
    assert ["=", "accelerator", "0.7866"] in [line[:3] for line in lines]
    row = next(line for line in out.splitlines() if line.startswith("given by you"))
    assert [part for part in ("24.1 %", "25.7 %", "27.9 %") if part in row] == ["24.1 %", "25.7 %", "27.9 %"]
    assert "owning is cheaper, with probability >0.99 over the stated ranges" in " ".join(out.split())


def test_amounts_in_another_currency(isocost):
    _, out, _ = isocost("hourly-cost", "--currency", "cny", "--set", "utilization=0.9")
    # 0.858184 USD at 7.09: 6.0845 CNY
    assert "= accelerator  6.0845" in out
    assert "exchange rate: 7.09 CNY per USD" in out
    assert "costs 6.1 CNY/h" in out or "costs 6.08 CNY/h" in out


def test_what_it_hangs_on(isocost):
    status, out, _ = isocost("hourly-cost", "--machine", "h100-owned", "--sensitivity")
    assert status == 0
    assert "Question this number first: utilization, 0.6 [0.3, 0.9] (assumption);" in " ".join(out.split())
    assert "which is cheaper cannot be told, owning with probability" in " ".join(out.split())


def test_json_has_every_part_parameter_and_influence(isocost):
    words = ("hourly-cost", "--machine", "2xh100-owned", "--sensitivity", "--json", "--currency", "EUR")
    status, out, _ = isocost(*words, "--rate", "EUR=0.5")
    result = json.loads(out)
    assert (status, result["schema"], result["verdict"]["state"]) == (0, "isocost/1", "owned")
    assert set(result["tables"]) == {"parts", "rents", "parameters", "influences"}
    estimates = result["estimates"]
    parts = [row["hourly_cost"] for row in result["tables"]["parts"]]
    assert {part["unit"] for part in parts} == {"EUR/h"}
    assert sum(part["value"] for part in parts) == pytest.approx(estimates["hourly_cost_all_in"]["value"])
    assert estimates["hourly_cost"]["value"] == pytest.approx(2 * estimates["hourly_cost_all_in"]["value"])
    given = {row["parameter"]: row for row in result["tables"]["parameters"]}
    assert (given["pue"]["kind"], given["load"]["kind"]) == ("published", "assumed")
    assert {"exchange rate", "formula", "boundary"} <= {each["name"] for each in result["assumptions"]}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "utilization=0"], "utilization must be above 0 and at most 1, got 0"),
        (["--set", "utilization=1.5"], "utilization must be above 0 and at most 1, got 1.5"),
        (["--set", "utilization=-1"], "utilization must be above 0 and at most 1, got -1"),
        (["--set", "utilization=nan"], "--set utilization=nan: an assumption must be finite"),
        (["--set", "purchase_price=-1"], "purchase_price must be at least 0, got -1 CNY"),
        (["--set", "electricity=-1..2"], "electricity must be at least 0, got -1 CNY/kWh"),
        (["--seed", "-1"], "seed must be at least 0, got -1"),
        (["--rate", "EUR=0"], "--rate EUR=0: the rate of EUR per USD must be above 0"),
        (["--set", "utilisation=1"], "there is no parameter 'utilisation'; the nearest: utilization"),
        (["--set", "pue"], "--set 'pue' has not the form NAME=VALUE"),
        (["--set", "pue=a..b"], "--set pue=a..b: give a number, a range LOW..HIGH, or LOW..VALUE..HIGH"),
        (
            ["--set", "pue=2..1"],
            "--set pue=2..1: the range [2, 1] has its ends the wrong way round; low first",
        ),
        (["--set", "pue=2..1.5..3"], "--set pue=2..1.5..3: the value 1.5 lies outside its own range [2, 3]"),
        (["--rent", "cheap"], "--rent cheap: neither USD per hour nor a machine by the hour; the nearest: "),
        (["--rent", "-1"], "price per hour must be a number of at least 0 USD, got -1.0"),
        (["--formula", "x"], "--formula must be published or full, got 'x'"),
        (["--boundary", "x"], "--boundary must be accelerator or all-in, got 'x'"),
        (["--boundary", "all-in"], "the published formula knows the accelerator alone"),
        (["--currency", "XXX"], "give one per US dollar: --rate XXX=NUMBER"),
        (["--rate", "EUR=cheap"], "--rate EUR=cheap: 'cheap' is no number"),
        (["--machine", "absent.yaml"], "cannot read absent.yaml: No such file or directory"),
        (["--machine", "nope"], "no machine named 'nope'; the catalogue has "),
    ],
)
def test_bad_input_is_one_sentence(isocost, arguments, sentence):
    status, out, err = isocost("hourly-cost", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("isocost: ")
    assert err.count("\n") == 1
    assert sentence in err


def test_prices_are_listed_with_date_and_source(isocost):
    status, out, _ = isocost("catalog", "prices")
    assert status == 0
    assert [line.split()[1] for line in out.splitlines() if line.startswith("h100-rented")] == ["2.95"]
    _, out, _ = isocost("catalog", "prices", "h100-rented")
    assert out.startswith("h100-rented: 2.95 [1.99, 5.00] USD per hour, 2026-05-20\n")
    _, out, _ = isocost("catalog", "prices", "a800-owned", "--json")
    (row,) = json.loads(out)["tables"]["prices"]
    assert (row["machine"], round(row["usd_per_hour"], 4)) == ("a800-owned", 0.7866)
    status, _, err = isocost("catalog", "prices", "nope")
    assert (status, "no machine named 'nope'" in err) == (2, True)


def test_machines_by_the_hour_and_owned_are_listed(isocost):
    _, out, _ = isocost("catalog", "machines", "--json")
    tables = json.loads(out)["tables"]
    assert {"cloud-2core", "h100-rented"} <= {row["name"] for row in tables["machines"]}
    h100 = next(row for row in tables["owned"] if row["name"] == "h100-owned")
    assert h100["parameters"]["utilization"]["low"] == 0.3
    _, out, _ = isocost("catalog", "machines", "a800-owned")
    assert out.startswith("a800-owned: one A800 80 GB, owned: the worked example of arXiv 2510.26136\n")
