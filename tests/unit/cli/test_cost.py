"""``isocost cost`` and ``isocost report`` on files of others, as a user calls them."""

import json
import sys

import pytest

from isocost.cli import main

SWEEP = "concurrency,output_tokens_per_second,requests\n1,100,400\n4,300,400\n16,700,400\n64,900,400\n"


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


def test_cost_as_text_and_page(isocost, sweep, tmp_path):
    page = tmp_path / "page.html"
    status, out, err = isocost("cost", sweep, "--price-per-hour", "6.98", "--out", page)
    assert (status, err) == (0, "")
    # 6.98 / 3600 * 1e6 / 900
    assert out.startswith("Run sweep at 64 concurrent: $2.2 [1.8, 2.2] per million output tokens ($6.98/h")
    assert out.endswith(f"report: {page}\n")
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_cost_as_json(isocost, sweep):
    status, out, _ = isocost("cost", sweep, "--price-per-hour", "3.6", "--json")
    told = json.loads(out)
    assert status == 0
    assert [
        round(row["cost_per_million_tokens"]["output"]["value"], 3) for row in told["tables"]["levels"]
    ] == [
        10.0,
        3.333,
        1.429,
        1.111,
    ]


def test_report_writes_a_page_where_it_is_run(isocost, sweep, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, _ = isocost("report", sweep, "--price-per-hour", "6.98")
    assert (status, out.splitlines()[-1]) == (0, "report: report.html")
    assert (tmp_path / "report.html").exists()


def test_columns_are_mapped_on_the_command_line(isocost, tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("rps,tps,share\n1,32,0.5\n10,320,0.9\n")
    status, out, err = isocost(
        "cost",
        path,
        "--map",
        "rate=rps,output_tokens_per_second=tps",
        "--ignore",
        "share",
        "--requests",
        "99",
    )
    assert (status, err) == (0, "")
    assert "10/s" in out


def test_a_workload_is_costed_too(isocost, sweep, tmp_path):
    tasks = tmp_path / "tasks.csv"
    tasks.write_text("task,requests,input_tokens,output_tokens\nfix,9,10,100\n")
    status, out, err = isocost(
        "report", sweep, "--workload", tasks, "--share", "output", "-o", tmp_path / "p.html"
    )
    assert (status, err) == (0, "")
    # 900 output tokens at 900/s
    assert "The workload on sweep at 64 concurrent, output tokens bear all" in out
    assert "the sweep did not count input tokens" in out


def test_sensitivity_and_waiting_on_the_command_line(isocost, sweep, tmp_path):
    page = tmp_path / "page.html"
    status, out, err = isocost(
        "cost", sweep, "--price-range", "2:6", "--sensitivity", "--waiting-price", "0.1", "--out", page
    )
    assert (status, err) == (0, "")
    # (4 + .1 b) / X: 1: .0410, 4: .0147, 16: .0080, 64: .0116; 4 / 3600 * 1e6 / 700 = 1.587
    said = " ".join(out.split())
    assert said.startswith(
        "Run sweep at 16 concurrent: $1.59 per million output tokens ($4.00/h [2.00, 6.00]"
    )
    assert "With waiting at $0.1 an hour: $2.22 per million output tokens, waiting included" in said
    assert "Question price first: it explains 100 % of the variance" in said
    assert 'id="tornado"' in page.read_text()
    assert "With waiting" in page.read_text()
    told = json.loads(isocost("cost", sweep, "--price-range", "2:6", "--waiting-price", "0.1", "--json")[1])
    row = told["tables"]["levels"][2]
    assert row["waiting"]["requests_inside"]["value"] == 16
    full = row["waiting"]["cost_with_waiting_per_million_output_tokens"]["value"]
    assert full == pytest.approx((4 + 1.6) / 3600 * 1e6 / 700)
    assert told["estimates"]["cost_with_waiting_per_million_output_tokens"]["value"] == full
    assert told["tables"]["deployments"][0]["waiting_usd_per_hour"] == pytest.approx(0.1)
    assert {"name": "price of waiting", "source": "given by you"}.items() <= told["assumptions"][1].items()


REFUSED = [
    (
        ["cost", "SWEEP", "--price-range", "6:2"],
        "--price-range 6:2 is no range of prices; give LOW:HIGH in USD per hour, such as 2.00:4.00",
    ),
    (["report", "SWEEP", "--price-range", "about 2"], "--price-range 'about 2' is no range; give LOW:HIGH"),
    (
        ["cost", "SWEEP", "--price-range", "2:3", "--price-per-hour", "9"],
        "--price-range 2:3 does not hold the price, 9 USD per hour; give LOW <= price <= HIGH",
    ),
    (
        ["cost", "SWEEP", "--price-range", "2:3", "--machine", "h100-rented"],
        "--price-range goes with --price-per-hour: the price of h100-rented comes with its own range",
    ),
    (
        ["cost", "SWEEP", "--waiting-price", "1"],
        "--waiting-price is weighed against the price of the machine, which is unknown; give --price-per",
    ),
    (
        ["cost", "SWEEP", "--waiting-price", "-1", "--price-per-hour", "1"],
        "--waiting-price must be at least 0 USD per hour of one waiting request, got -1",
    ),
    (["cost", "SWEEP", "--share", "tokens"], "--share goes with --workload TASKS.csv"),
    (["cost", "SWEEP", "--workload", "FOLDER/none.csv"], "cannot read FOLDER/none.csv: No such file"),
    (["cost", "SWEEP", "--steady", "maybe"], "--steady must be partial, only or any, got 'maybe'"),
    (["cost", "SWEEP", "--requests", "0"], "--requests must be at least 1, got 0"),
    (
        ["report", "SWEEP", "--size-floor", "5"],
        "--size-floor is for a study: files do not tell the size of a model",
    ),
    (["cost", "SWEEP", "--map", "rate"], "--map 'rate' has not the form OURS=THEIRS"),
    (["cost", "SWEEP", "--out", "SWEEP"], "SWEEP is what the page is made of; name another file with --out"),
    (["cost", "FOLDER/none.csv"], "cannot read FOLDER/none.csv: No such file or directory"),
    (["cost", "FOLDER/study", "SWEEP"], "FOLDER/study is a study; give it alone, or files alone"),
    (
        ["cost", "FOLDER/study", "--steady", "any"],
        "--steady is for files of others, and FOLDER/study is a study",
    ),
    (["cost", "FOLDER/nothing"], "FOLDER/nothing is no study: it does not exist; measure something first"),
]


@pytest.mark.parametrize(("arguments", "says"), REFUSED)
def test_refused_in_one_sentence(isocost, sweep, arguments, says):
    (sweep.parent / "study").mkdir()
    (sweep.parent / "study" / "study.yaml").write_text("stages: []\n")

    def filled(text):
        return text.replace("SWEEP", str(sweep)).replace("FOLDER", str(sweep.parent))

    status, out, err = isocost(*map(filled, arguments))
    assert (status, out) == (2, "")
    assert err.startswith(f"isocost: {filled(says)}")
    assert err.count("\n") == 1
