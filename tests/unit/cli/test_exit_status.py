"""Every exit status that the reference names, by a command that ends with it."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from doubles.bad_weather import Sleep
from doubles.billing import billing
from isocost.cli import main
from isocost.core.errors import FailedRequestsWarning

HEAD = "model,prompt_tokens,output_tokens,trial,hardware,runtime_s"


@pytest.fixture
def isocost(capsys, monkeypatch):
    """Run a command in this process; return exit status and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, capsys.readouterr().err

    return run


def load(url, study, *more):
    sizes = ["--isl", "4", "--osl", "2", "--concurrency", "1", "--repeats", "1", "--num-requests", "5"]
    return ["measure", "load", url, *sizes, "--out", str(study), "--quiet", *more]


def test_0_is_done(isocost, tmp_path):
    with billing() as bill:
        assert isocost(*load(bill.url, tmp_path)) == (0, "")


def test_1_is_a_gate_that_failed(isocost, tmp_path):
    rows = [
        f"m,{p},{o},{trial},{name},{wobble * factor * (0.01 + 1e-4 * p + 0.02 * (o - 1)):.6f}"
        for name, factor in (("old", 1.0), ("new", 1.5))
        for trial, wobble in enumerate((0.98, 1.0, 1.02))
        for p in (1, 256, 512)
        for o in (1, 8, 64)
    ]
    table = tmp_path / "times.csv"
    table.write_text("\n".join([HEAD, *rows]) + "\n")
    sides = ["--where-a", "hardware=old", "--where-b", "hardware=new"]
    assert isocost("compare", table, table, *sides, "--fail-over", "5%") == (1, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--max-requests", "0"], "--max-requests must be at least 1, got 0"),
        (["--max-error-rate", "10"], "--max-error-rate 10: give a share of at least 0 % and below 100 %"),
        (["--max-cost", "1", "--input-usd-per-million", "1"], "prices of tokens need both"),
        (["--max-cost", "1"], "what tokens of this target cost is not known"),
        (["--max-requests", "9", "--extra-body", '{"max_tokens": null}'], "leaves open how long answers may"),
        (
            ["--max-requests", "9", "--executor", "processes"],
            "a limit is kept by one process, and --executor",
        ),
        (["--json"], "--json goes with --dry-run here"),
        (["--max-minutes", "soon"], "--max-minutes"),
    ],
)
def test_2_is_bad_input_and_nothing_is_sent(words, told, isocost, tmp_path):
    with billing() as bill:
        status, error = isocost(*load(bill.url, tmp_path / "study", *words))
        assert (status, bill.connections) == (2, 0)
    assert told in error
    assert re.fullmatch(r"isocost: .*\n", error)  # one sentence, no traceback
    assert not (tmp_path / "study").exists()


def test_2_is_a_target_that_failed(isocost, tmp_path):
    status, error = isocost(*load("http://127.0.0.1:9", tmp_path))
    assert status == 2
    assert "no server answers" in error


def test_4_is_a_budget_that_was_spent_and_the_way_on_works(isocost, tmp_path):
    with billing() as bill:
        status, error = isocost(*load(bill.url, tmp_path, "--max-requests", "6"))
        assert (status, len(bill.asked)) == (4, 6)
        assert f"go on with: isocost run {tmp_path} --max-requests N" in error
        assert isocost("run", tmp_path, "--quiet")[0] == 4
        assert isocost("run", tmp_path, "--quiet", "--max-requests", "90") == (0, "")


def test_130_is_ctrl_c_and_what_is_finished_is_kept(tmp_path):
    with billing(before=lambda number: [Sleep(0.05)]) as bill:
        words = [*load(bill.url, tmp_path), "--num-requests", "500"]
        child = subprocess.Popen(
            [sys.executable, "-m", "isocost", *words], stderr=subprocess.PIPE, text=True, env={**os.environ}
        )
        until = time.monotonic() + 60
        while len(bill.asked) < 10 and time.monotonic() < until:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=30)
    assert child.returncode == 130
    assert f"go on with: isocost run {tmp_path}" in told


def test_what_a_user_types_is_told_without_its_escapes(isocost):
    status, error = isocost("report", "x\x1b]0;pwned\x07")
    assert status == 2
    assert "pwned" in error
    assert "\x1b" not in error
    assert "\x07" not in error


def test_doubts_are_told_without_escapes(isocost, tmp_path, monkeypatch):
    import warnings

    def doubting(*arguments, **options):
        warnings.warn("x\x1b]0;pwned\x07", FailedRequestsWarning, stacklevel=2)

    monkeypatch.setattr("isocost.cli.measuring.measure_stages", doubting)
    monkeypatch.setattr("isocost.cli.measure.measure_stages", doubting)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        _, error = isocost(*load("http://127.0.0.1:9", tmp_path))
    assert "pwned" in error
    assert "\x1b" not in error
