"""``isocost breakeven``, and the break-even of ``isocost cost`` and ``isocost report``."""

import json
import sys

import pytest

from isocost.cli import main

HEAD = "concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second,requests\n"


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
    path = tmp_path / "ours.csv"
    path.write_text(HEAD + "1,100,400,0.5,400\n8,600,2400,3,400\n")
    return path


def test_text_page_and_json(isocost, sweep, tmp_path):
    page = tmp_path / "page.html"
    status, out, err = isocost(
        "breakeven", sweep, "--price-per-hour", "3.6", "--api-price", "0.25/1", "--out", page
    )
    assert (status, err) == (0, "")
    # 0.001 USD/s over 400 millionths of a dollar a request, of 3 requests/s
    assert out.startswith(
        "ours costs less than the API from 2.50 requests/s on, 216,000 requests a day: 83.3 %"
    )
    assert out.endswith(f"page: {page}\n")
    assert "<h1>ours costs less than the API" in page.read_text()
    status, out, _ = isocost("breakeven", sweep, "--price-per-hour", "3.6", "--api-price", "0.25/1", "--json")
    assert json.loads(out)["estimates"]["break_even_requests_per_second"]["value"] == pytest.approx(2.5)


def test_a_price_file_by_name(isocost, sweep, tmp_path):
    prices = tmp_path / "prices.json"
    prices.write_text('{"gpt-x": {"input_cost_per_token": 2.5e-7, "output_cost_per_token": 1e-6}}')
    status, out, _ = isocost(
        "breakeven", sweep, "--price-per-hour", "3.6", "--against", "gpt-x", "--prices", prices
    )
    assert (status, out.split(" on, ")[0]) == (0, "ours costs less than gpt-x from 2.50 requests/s")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "isocost: a break-even is against one thing: give exactly one of --against PROVIDER/MODEL, "),
        (
            ["--rent", "cheap"],
            "isocost: --rent cheap: give USD per hour of the whole deployment, such as 2.82",
        ),
        (["--api-price", "1"], "isocost: --api-price 1: give USD per million tokens as INPUT/OUTPUT"),
        (
            ["--api-price", "1/2", "--cached-share", "2"],
            "isocost: --cached-share must be between 0 and 1, got 2.0",
        ),
        (
            ["--api-price", "1/2", "--date", "today"],
            "isocost: --date must be a day such as 2026-11-21, got 'today'",
        ),
        (["--api-price", "1/2", "--slo", "ttft.p95=1s"], "isocost: no level of ours keeps TTFT p95 <= 1 s"),
        (["--against", "a/b", "--prices", "no.json"], "isocost: cannot read no.json"),
    ],
)
def test_bad_input_is_one_sentence(isocost, sweep, arguments, expected):
    status, out, err = isocost("breakeven", sweep, "--price-per-hour", "3.6", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(expected)
    assert err.count("\n") == 1


@pytest.mark.parametrize("used", ["0", "1.5"])
def test_a_utilization_that_is_none(isocost, sweep, tmp_path, used):
    machine = tmp_path / "ours.yaml"
    machine.write_text(f"base: h100-owned\nparameters:\n  utilization: {used}\n")
    status, _, err = isocost("breakeven", sweep, "--machine", machine, "--api-price", "1/2")
    assert (status, err) == (2, f"isocost: utilization must be above 0 and at most 1, got {used}\n")


@pytest.mark.parametrize("command", ["cost", "report"])
def test_cost_and_report_tell_it_too(isocost, sweep, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    status, out, _ = isocost(
        command, sweep, "--price-per-hour", "3.6", "--api-price", "0.25/1", "--out", "page.html"
    )
    assert status == 0
    assert "ours costs less than the API from 2.50 requests/s on" in " ".join(out.split())
    assert "Own deployment or not?" in (tmp_path / "page.html").read_text()
    status, out, _ = isocost(command, sweep, "--price-per-hour", "3.6", "--rent", "4.5", "--json")
    assert json.loads(out)["tables"]["break_even"][0]["break_even_utilization"]["value"] == pytest.approx(0.8)


def test_a_report_goes_on_where_the_break_even_cannot_be_told(isocost, sweep):
    sweep.write_text("concurrency,output_tokens_per_second,requests_per_second\n8,600,3\n")
    status, out, _ = isocost("cost", sweep, "--price-per-hour", "3.6", "--api-price", "0.25/1", "--json")
    told = json.loads(out)
    assert (status, "break_even" in told["tables"]) == (0, False)
    assert "break-even-untold" in [each["code"] for each in told["warnings"]]


def test_options_that_ask_nothing_are_refused(isocost, sweep):
    status, _, err = isocost("cost", sweep, "--cached-share", "0.5")
    assert (status, err) == (2, "isocost: --cached-share goes with --against PROVIDER/MODEL\n")
