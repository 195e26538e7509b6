"""``isocost compare``, as a user calls it: exit status, one sentence for what does not go, files."""

import json
import sys

import pytest

from isocost.cli import main

HEAD = "model,prompt_tokens,output_tokens,trial,hardware,runtime_s"


@pytest.fixture
def isocost(capsys, monkeypatch):
    """Run a command in this process; return exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "compare", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


def rows(hardware, factor):
    """Three trials of 9 cells, 2 % apart: 10 ms, .1 ms a prompt token, 20 ms a further token."""
    return [
        f"m,{p},{o},{trial},{hardware},{wobble * factor * (0.01 + 1e-4 * p + 0.02 * (o - 1)):.6f}"
        for trial, wobble in enumerate((0.98, 1.0, 1.02))
        for p in (1, 256, 512)
        for o in (1, 8, 64)
    ]


@pytest.fixture
def times(tmp_path):
    path = tmp_path / "times.csv"
    path.write_text("\n".join([HEAD, *rows("old", 1.0), *rows("new", 1.5)]) + "\n")
    return path


def test_a_gate_ends_with_status_one_only_where_the_interval_clears_it(isocost, times):
    sides = (times, times, "--where-a", "hardware=old", "--where-b")
    status, out, err = isocost(*sides, "hardware=new", "--fail-over", "5%")
    assert (status, err) == (1, "")
    assert (
        "Gate failed: worse by more than 5 % in the runtime, as far as one profile of each can tell." in out
    )
    status, out, _ = isocost(*sides, "hardware=old", "--fail-over", "0.5")
    assert status == 0
    assert "Gate passed: not worse by more than 50 % in the runtime." in out
    status, out, _ = isocost(*sides, "hardware=new", "--fail-over", "50%", "--metric", "decode")
    assert status == 0  # the interval is about 1.5
    assert "in the time for each further token cannot be told; about " in out
    status, out, _ = isocost(*sides, "hardware=new")
    assert status == 0
    assert "Gate" not in out


def test_json_and_page(isocost, times, tmp_path):
    page = tmp_path / "compare.html"
    common = (times, times, "--where-a", "hardware=old", "--where-b", "hardware=new", "--out", page)
    status, out, err = isocost(*common, "--prompt", "512", "--output", "64", "--json", "--fail-over", "5%")
    assert (status, err) == (1, "")
    content = json.loads(out)
    assert content["gate"]["failed"] is True
    assert [row["key"] for row in content["tables"]["ratios"]][:2] == ["runtime", "runtime at 512x64"]
    assert page.read_text().startswith("<!DOCTYPE html>")
    status, out, _ = isocost(*common)
    assert (status, out.endswith(f"page: {page}\n")) == (0, True)


def test_published_runtimes_and_prices(isocost):
    status, out, err = isocost(
        "davinci@a100", "davinci@v100", "--price-per-hour-a", "32.768", "--price-per-hour-b", "48.96",
        "--metric", "request-cost", "--fail-over", "5%",
    )  # fmt: skip
    assert (status, err) == (1, "")  # 8 * 4.096 and 16 * 3.06 USD an hour, and slower
    assert "times the cost of a request of openai/davinci@a100 (A)" in out
    assert "accelerators (8 x a100-80gb -> 16 x v100-32gb)" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere", "davinci@a100"], "'nowhere' is neither the folder of a study, nor a table of runtimes"),
        (
            ["davinci@a100", "davinci@v100", "--prompt", "5"],
            "one request needs both lengths: give",
        ),
        (
            ["davinci@a100", "davinci@v100", "--fail-over", "5"],
            "--fail-over must be a share such as 5%",
        ),
        (["davinci@a100", "davinci@v100", "--fail-over", "x"], "at least 0 and below 100%, got 'x'"),
        (["davinci@a100", "davinci@v100", "--metric", "x"], "a comparison has the metrics runtime, prefill"),
        (["davinci@a100", "davinci@v100", "--metric", "cost"], "--metric cost is not known of both sides"),
        (["davinci@a100", "davinci@v100", "--seed", "-1"], "seed must be at least 0, got -1"),
        (["davinci@a100", "davinci@v100", "--unit", "us"], "--unit must be s or ms, got 'us'"),
        (["davinci@a100", "davinci@v100", "--where-a", "x"], "--where-a 'x' has not the form COLUMN=VALUE"),
        (["davinci@a100", "davinci@v100", "--price-per-hour-a", "-1"], "must be a number of at least 0 USD"),
        (["davinci@a100", "davinci@v100", "--out", "/nowhere/x.html"], "name another file with --out"),
    ],
)
def test_mistakes_end_with_one_sentence(isocost, arguments, sentence):
    status, out, err = isocost(*arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert sentence in err
