"""``isocost runtime … --contention, --variation, --drift``: text, JSON, page, and what does not go."""

import json
import sys

import pytest

from isocost.cli import main


@pytest.fixture
def isocost(capsys, monkeypatch):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "runtime", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


@pytest.fixture
def loaded(tmp_path):
    """One service that slows down by a tenth with each doubling, and one that does not."""
    rows = [
        f"{name},{o},{count},{o / 100 * grows**doubling:.8f}"
        for name, grows in (("slow", 1.1), ("flat", 1.0))
        for o in (1, 64)
        for doubling, count in enumerate((1, 2, 4, 8))
    ]
    path = tmp_path / "load.csv"
    path.write_text("\n".join(["api,output_tokens,at_once,min_s", *rows]) + "\n")
    return path


NAMES = ("--map", "api=model", "--map", "min_s=runtime_s")


@pytest.fixture
def dated(tmp_path):
    """Four requests of each of four sizes on two dates, the second a fifth quicker."""
    rows = [
        f"svc,{p},{o},{instance},2022-0{6 + month}-01,{p * o / 100 * (1 + 0.1 * instance) * 0.8**month:.8f}"
        for p in (1, 2)
        for o in (1, 2)
        for instance in range(4)
        for month in range(2)
    ]
    path = tmp_path / "dates.csv"
    path.write_text("\n".join(["model,prompt_tokens,output_tokens,instance,date,runtime_s", *rows]) + "\n")
    return path


def test_contention_names_who_slows_down(isocost, loaded):
    # 1.1 ** 3 = 1.331 at 8
    status, out, _ = isocost(loaded, "--contention", "at_once", *NAMES)
    assert status == 0
    assert out.startswith(
        "slow, 1 token out: 1.33 times as long at 8 at once as at 1, each doubling 1.100 [1.100, 1.100] "
        "times, the most of 4 kinds of request; 2 of them rise with parallel requests beyond their "
        "interval.\n"
    )
    assert "\nslow\n" in out
    assert "\n64 tokens out       640 ms     1.00     1.10     1.21     1.33" in out
    assert "note: runtimes are minima over requests: waiting that not every request met does not show" in out


def test_contention_as_json(isocost, loaded):
    _, out, _ = isocost(loaded, "--contention", "at_once", *NAMES, "--json")
    found = json.loads(out)
    assert found["schema"] == "isocost/1"
    rows = found["tables"]["contention"]
    assert len(rows) == 2 * 2 * 4
    assert rows[3]["ratio"] == pytest.approx(1.331, abs=1e-5)
    assert [warning["code"] for warning in found["warnings"]] == ["minima-hide-waiting"]


def test_variation_tells_how_many_requests_it_takes(isocost, dated):
    # 1, 1.1, 1.2, 1.3: mean 1.15, deviation sqrt((.15^2 + .05^2) / 2) = .1118: coefficient .0972
    status, out, _ = isocost(dated, "--variation", "--width", "10%")
    assert status == 0
    assert out.startswith("Equal requests differ by a coefficient of variation of 0.097 ")
    assert (
        "median of 8 sizes, 0.097 to 0.097; a mean within +-10 % takes 8 requests of the middle size." in out
    )
    (row, *_) = json.loads(isocost(dated, "--variation", "--json")[1])["tables"]["variation"]
    # deviation .0972 sqrt(4 / 3) = .1123; t(21) .1123 / sqrt(22) = .0498, t(20) .1123 / sqrt(21) = .0511
    assert (row["requests"], row["requests_needed"], row["half_width_share"]) == (4, 22, 0.05)


def test_drift_compares_dates(isocost, dated):
    status, out, _ = isocost(dated, "--drift", "date")
    assert status == 0
    assert out.startswith(
        "svc: 0.800 [0.800, 0.800] times the runtime of 2022-06-01 on 2022-07-01; one campaign"
    )
    (row,) = json.loads(isocost(dated, "--drift", "date", "--json")[1])["tables"]["drift"]
    assert (row["first"], row["date"], row["cells"]) == ("2022-06-01", "2022-07-01", 4)


def test_all_of_them_go_on_one_page(isocost, dated, tmp_path):
    page = tmp_path / "page.html"
    status, out, _ = isocost(dated, "--drift", "date", "--variation", "--out", page)
    assert status == 0
    assert out.endswith(f"\npage: {page}\n")
    text = page.read_text()
    assert text.count("<figure") == 2
    assert "How much equal requests differ" in text
    assert "How runtimes change from date to date" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--drift", "date", "--denoised"],
            "--drift compares runtimes and fits nothing; leave out --denoised",
        ),
        (
            ["--variation", "--prompt", "1", "--output", "1"],
            "--variation compares runtimes and fits nothing; leave out --prompt and --output",
        ),
        (
            ["--contention", "instance"],
            "runtimes cannot be compared along 'instance', which has a meaning of its own",
        ),
        (
            ["--drift", "date", "--width", "5%"],
            "--width asks how many requests a mean takes; give it with --variation or --denoised",
        ),
        (
            ["--contention", "date"],
            "{}: date must be a whole number of requests, at least 1, got '2022-06-01'",
        ),
        (
            ["--drift", "date", "--where", "date=2022-06-01"],
            "{}: each model has one date only under its conditions, so drift cannot be told; columns that "
            "change with the date are no conditions: --ignore COLUMN",
        ),
        (
            ["--variation", "--where", "instance=0"],
            "{}: no size was timed twice, so nothing can be said of variation",
        ),
    ],
)
def test_what_does_not_go(isocost, dated, arguments, sentence):
    status, out, err = isocost(dated, *arguments)
    assert (status, out, err) == (2, "", f"isocost: {sentence.format(dated)}\n")


def test_minima_have_no_variation(isocost, tmp_path):
    path = tmp_path / "minima.csv"
    path.write_text("model,prompt_tokens,output_tokens,trial,runtime_s\nm,1,1,min,1\nm,1,2,min,2\n")
    assert isocost(path, "--variation")[2] == (
        f"isocost: {path}: m has minima of several requests, which vary less than requests; choose single "
        "requests: --where COLUMN=VALUE\n"
    )
