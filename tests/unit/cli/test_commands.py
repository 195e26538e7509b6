"""Commands end with the right exit status and one clear sentence; nothing else reaches standard error."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from doubles.truth_server import running_truth
from isocost.cli import main
from isocost.journal import read_runs


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


@pytest.fixture(scope="module")
def truth():
    with running_truth("--first", "0.02", "--gap", "0.005") as server:
        yield server


@pytest.fixture(scope="module")
def study(truth, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "study"
    common = [sys.executable, "-m", "isocost", "measure"]
    sizes = ["--isl", "20", "--osl", "5", "--num-requests", "6", "--repeats", "2", "--concurrency", "1,2"]
    subprocess.run([*common, "load", truth.url, "--out", str(folder), "-q", *sizes], check=True)
    cells = ["--cells", "1x1,1x9,40x1", "--repeats", "2"]
    subprocess.run([*common, "runtime", truth.url, "--out", str(folder), "-q", *cells], check=True)
    return folder


DEAD = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["measure", "load", DEAD], "no server answers at http://127.0.0.1:9"),
        (["measure", "load", "ftp://host"], "an address starts with http:// or https://"),
        (["measure", "load", DEAD, "--concurrency", "0"], "--concurrency 0: must be at least 1, got 0"),
        (["measure", "load", DEAD, "--concurrency", "1,x"], "--concurrency 1,x: 'x' is no whole number"),
        (["measure", "load", DEAD, "--concurrency", "2,2"], "concurrency levels must differ, got [2, 2]"),
        (["measure", "load", DEAD, "--repeats", "0"], "repeats must be at least 1, got 0"),
        (["measure", "load", DEAD, "--request-rate", "2", "--concurrency", "4"], "exclude one another"),
        (["measure", "load", DEAD, "--ramp", "1-2:3", "--steps", "1x2"], "exclude one another"),
        (["measure", "load", DEAD, "--request-rate", "2,x"], "--request-rate 2,x: write requests per second"),
        (["measure", "load", DEAD, "--request-rate", "0"], "request rates must be above 0 per second, got 0"),
        (["measure", "load", DEAD, "--request-rate", "2", "--arrivals", "x"], "poisson or constant, got 'x'"),
        (["measure", "load", DEAD, "--request-rate", "2", "--arrivals", "gamma"], "are --burstiness SHAPE"),
        (["measure", "load", DEAD, "--burstiness", "2"], "--burstiness belongs to an open loop"),
        (["measure", "load", DEAD, "--concurrency", "2", "--max-in-flight", "2"], "belongs to an open loop"),
        (["measure", "load", DEAD, "--ramp", "16"], "ramps such as 1-16:120"),
        (["measure", "load", DEAD, "--steps", "1x2", "--duration", "9"], "leave out --duration 9"),
        (["measure", "load", DEAD, "--num-requests", "0"], "number of requests must be at least 1, got 0"),
        (["measure", "load", DEAD, "--num-requests", "99999999"], "must be at most 10,000,000, got 99"),
        (["measure", "load", DEAD, "--repeats", "99999"], "repeats must be at most 10,000, got 99,999"),
        (["measure", "load", DEAD, "--concurrency", "9999999"], "must be at most 100,000, got 9,999,999"),
        (["measure", "runtime", DEAD, "--repeats", "99999"], "repeats must be at most 10,000, got 99,999"),
        (["measure", "load", DEAD, "--duration", "nan"], "must be above 0 seconds and finite, got nan"),
        (
            ["measure", "load", DEAD, "--until-width", "5%", "--max-duration", "0"],
            "--max-duration must be above 0 seconds and finite, got 0",
        ),
        (["measure", "load", DEAD, "--duration", "1", "--num-requests", "1"], "each say when a run ends"),
        (["measure", "load", DEAD, "--isl", "5"], "give --input-tokens and --output-tokens"),
        (["measure", "load", DEAD, "--isl", "0", "--osl", "1"], "at least 1"),
        (["measure", "load", DEAD, "--workload", "absent.csv"], "cannot read absent.csv: No such file"),
        (["measure", "load", DEAD, "--workload", "chatt"], "no workload named 'chatt'"),
        (["measure", "load", DEAD, "--endpoint-type", "x"], "must be completions, chat or responses, got"),
        (["measure", "load", DEAD, "--extra-body", "[1]"], "--extra-body must be a JSON object"),
        (["measure", "load", DEAD, "--header", "no colon"], "has not the form NAME: VALUE"),
        (["measure", "load", DEAD, "--api-key-env", "ABSENT"], "named for the API key is not set"),
        (["measure", "load", DEAD, "--request-timeout", "0"], "time-out"),
        (["measure", "runtime", DEAD, "--cells", "5"], "--cells 5: '5' has not the form INPUTxOUTPUT"),
        (["measure", "runtime", DEAD, "--max-input-tokens", "3"], "at least 16 input and 4 output tokens"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_status_2(isocost, tmp_path, arguments, sentence):
    status, out, err = isocost(*arguments, "--out", tmp_path / "s")
    assert status == 2
    assert out == ""
    assert err.startswith("isocost: ")
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["report", "absent"], "absent is no study"),
        (["run", "absent"], "absent is no study"),
        (["runtime", "absent"], "absent is no study"),
        (["catalog", "machines", "absent"], "no machine named 'absent'"),
        (["engine", "serve", "--model", "absent"], "no model 'absent'"),
    ],
)
def test_what_is_not_there_is_told(isocost, arguments, sentence):
    status, _, err = isocost(*arguments)
    assert status == 2
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--price-per-hour", "-1"], "price per hour must be a number of at least 0 USD, got -1.0"),
        (["--price-per-hour", "nan"], "price per hour must be a number of at least 0 USD, got nan"),
        (["--slo", "ttft.p95=1"], "has no unit; write one of us, ms, s, min"),
        (["--slo", "ttft.p95=0s"], "needs a number above 0, got '0'"),
        (["--slo", "speed=1s"], "no service level 'speed'"),
        (["--slo", "user_speed=20s"], "has the unit 's'; write one of tok/s, tokens/s"),
        (["--machine", "absent"], "no machine named 'absent'"),
        (["--machine", "cloud-2core", "--price-per-hour", "1"], "not both"),
        (["--output", "/proc/page.html"], "cannot write /proc/page.html"),
    ],
)
def test_bad_assumptions_are_told(isocost, study, arguments, sentence):
    status, _, err = isocost("report", study, *arguments)
    assert status == 2
    assert sentence in err
    assert err.count("\n") == 1


def test_a_secret_in_a_header_is_refused_and_not_repeated(isocost, tmp_path):
    status, out, err = isocost(
        "measure", "load", DEAD, "--out", tmp_path / "s", "--header", "Authorization: Bearer canary-4711"
    )
    assert status == 2
    assert "canary" not in out + err
    assert "--api-key-env NAME or --api-key-file FILE" in err


def test_a_report_is_printed_and_written(isocost, study):
    status, out, err = isocost("report", study, "--price-per-hour", "2.5", "--slo", "ttft.p50=1s")
    assert (status, err) == (0, "")
    assert out.startswith("Run truth at ")
    assert f"report: {study / 'report.html'}" in out
    assert (study / "report.html").read_text().startswith("<!DOCTYPE html>")


def test_json_is_one_strict_document(isocost, study):
    status, out, _ = isocost("report", study, "--price-per-hour", "2.5", "--json")
    content = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert status == 0
    assert {
        "schema",
        "question",
        "verdict",
        "estimates",
        "tables",
        "assumptions",
        "warnings",
        "provenance",
    } == set(content)
    assert content["verdict"]["state"] == "recommended"


def test_a_runtime_is_predicted(isocost, study):
    status, out, _ = isocost("runtime", study, "--prompt", "20", "--output", "5")
    assert status == 0
    assert out.startswith("truth takes ")
    _, priced, _ = isocost("runtime", study, "--prompt", "20", "--output", "5", "--price-per-hour", "36")
    assert " a request, alone: $36.00/h, given by you, 20" in priced
    _, out, _ = isocost("runtime", study, "--prompt", "20", "--output", "5", "--power-w", "100", "--json")
    found = json.loads(out)["estimates"]
    assert found["cost"] is None
    assert found["energy"]["value"] == pytest.approx(100 * found["runtime"]["value"])
    status, out, _ = isocost("runtime", study, "--prompt", "20", "--output", "5", "--json")
    runtime = json.loads(out)["estimates"]["runtime"]
    assert runtime["unit"] == "s"
    assert 0.036 < runtime["value"] < 0.12  # 20 ms and four times 5 ms; a busy machine adds to it


def test_machines_are_listed_with_date_and_source(isocost):
    status, out, _ = isocost("catalog", "machines")
    assert status == 0
    assert "cloud-2core" in out
    assert "USD per hour in us-east-1, 20" in out


def test_a_changed_stage_needs_a_name(isocost, study, truth):
    status, _, err = isocost("measure", "load", truth.url, "--out", study, "--isl", "9", "--osl", "5", "-q")
    assert status == 2
    assert "has a stage 'load' that asks for something else" in err
    assert "--stage NAME" in err


def test_help_and_version(isocost):
    status, out, _ = isocost("--help")
    assert status == 0
    assert all(
        name in out for name in ("quickstart", "measure", "run", "report", "runtime", "engine", "catalog")
    )
    assert isocost("--version")[1].startswith("isocost ")


def test_a_bug_is_told_as_one_and_shown_whole_on_demand(isocost, study, monkeypatch):
    monkeypatch.setattr("isocost.studies.answer.report_study", lambda *_, **__: 1 // 0)
    status, _, err = isocost("report", study)
    assert status == 2
    assert "this is a bug in isocost: ZeroDivisionError" in err
    monkeypatch.setenv("ISOCOST_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["isocost", "report", str(study)])
    with pytest.raises(ZeroDivisionError):
        main()


def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(truth, tmp_path):
    command = [sys.executable, "-m", "isocost", "measure", "load", truth.url, "--out", str(tmp_path / "s")]
    sizes = ["--isl", "20", "--osl", "5", "--num-requests", "400", "--concurrency", "1", "--repeats", "1"]
    process = subprocess.Popen([*command, *sizes], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not (tmp_path / "s" / "journal.sqlite").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.7)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.endswith(f"isocost: stopped; go on with: isocost run {tmp_path / 's'}\n")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("command", "reader", "status"),
    [
        ("report {study} --json", "exec true", 141),  # 128 + SIGPIPE, which is 13
        ("--help", "exec true", 141),
        ("catalog models", "cat > {study}/models.txt", 0),  # who reads to the end sees no difference
        ("report absent", "exec true", 2),  # a fault stays one
    ],
)
def test_who_stops_reading_ends_a_command_quietly(study, command, reader, status):
    late = f"{{ sleep 0.3; {sys.executable} -m isocost {command}; }}"  # the reader has gone by then
    piped = f"{late} | {{ {reader}; }}; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(
        ["bash", "-c", piped.replace("{study}", str(study))], capture_output=True, text=True, check=False
    )
    assert ended.returncode == status
    assert ended.stderr.count("\n") == (1 if status == 2 else 0)
    assert "Traceback" not in ended.stderr


def test_a_full_disk_and_absent_streams_are_told_by_the_status():
    def run(redirection):
        command = f"{sys.executable} -m isocost catalog models {redirection}"
        return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)

    full = run("> /dev/full")
    assert (full.returncode, full.stderr.count("\n")) == (2, 1)
    assert full.stderr.startswith("isocost: No space left on device: standard output")
    assert run(">&-").returncode == 0
    assert run("absent 2>&-").returncode == 2


def test_a_run_is_measured_anew(isocost, truth, tmp_path):
    folder = tmp_path / "again"
    sizes = ["--isl", "20", "--osl", "5", "--num-requests", "6", "--repeats", "1", "--concurrency", "1,2"]
    assert isocost("measure", "load", truth.url, "--out", folder, "-q", *sizes)[0] == 0
    before = {run.label: run for run in read_runs(folder / "journal.sqlite")}
    assert isocost("run", folder, "-q", "--repeat", "load: 2 concurrent #0")[0] == 0
    after = {(run.stage, run.label): run for run in read_runs(folder / "journal.sqlite")}
    again, kept = after["load", "2 concurrent #0"], after["load", "1 concurrent #0"]
    assert again.finished
    assert (~again.observations.warmup).sum() == 6
    assert again.segments[0].started_utc > before["2 concurrent #0"].segments[0].started_utc
    assert kept.segments == before["1 concurrent #0"].segments
    assert len(after) == 4  # two levels and the anchor; the old one stays, under a stage of its own
    status, _, err = isocost("run", folder, "--repeat", "3 concurrent #0")
    assert status == 2
    assert "no run '3 concurrent #0' was begun in this study" in err
