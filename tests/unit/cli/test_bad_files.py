"""Bad files given to the commands that price: an answer with its doubts, or one sentence and status 2."""

import json
import sys

import pytest

from isocost.cli import main

HEAD = "concurrency,output_tokens_per_second"
VLLM = {
    "completed": 8,
    "failed": 0,
    "duration": 1.5,
    "model_id": "m",
    "max_concurrency": 2,
    "num_prompts": 8,
    "output_throughput": 83.0,
    "request_throughput": 5.2,
    "request_rate": "inf",
    "total_input_tokens": 256,
    "total_output_tokens": 128,
}
GUIDELLM = {"metadata": {"version": 2, "guidellm_version": "0.8.1"}, "benchmarks": []}


@pytest.fixture
def isocost(capsys, monkeypatch, tmp_path):
    def run(*arguments):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["isocost", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, " ".join(seen.out.split()), seen.err

    return run


REFUSED = {
    "empty.csv": ("", "empty.csv is empty; give a CSV file whose first line names its columns"),
    "head.csv": (f"{HEAD}\n", "head.csv has a header but no row"),
    "semicolons.csv": (
        "concurrency;output_tokens_per_second\n1;100,5\n4;300,2\n",
        "semicolons.csv has no commas between its columns; save it with commas",
    ),
    "zero.csv": (f"{HEAD}\n1,0\n4,0\n", "no row has a throughput above 0, so there is nothing to price"),
    "failed.csv": (
        f"{HEAD},requests,failed\n1,9,10,10\n4,9,10,10\n",
        "no row has a throughput above 0, so there is nothing to price",
    ),
    "nan.csv": (f"{HEAD}\n1,nan\n", "line 2: output_tokens_per_second must be a finite number, or empty"),
    "inf.csv": (f"{HEAD}\n1,inf\n", "line 2: output_tokens_per_second must be a finite number, or empty"),
    "negative.csv": (f"{HEAD}\n1,-5\n", "line 2: output_tokens_per_second must be at least 0, got -5"),
    "none.csv": (f"{HEAD}\n0,5\n", "line 2: concurrency must be a finite number above 0, or empty"),
    "price.csv": (f"{HEAD},price_usd_per_hour\n1,5,-3\n", "price_usd_per_hour must be at least 0, got -3"),
    "money.csv": (
        f"{HEAD},price_usd_per_hour,price_eur_per_hour\n1,5,3,3\n",
        "money.csv has prices in EUR and USD; keep one column, in one currency",
    ),
    "twice.csv": (f"{HEAD},concurrency\n1,5,1\n", "twice.csv has the column 'concurrency' twice"),
    "case.csv": (
        f"{HEAD},Concurrency\n1,5,1\n",
        "case.csv has both 'concurrency' and 'Concurrency'; leave one out, with --ignore Concurrency",
    ),
    "huge.csv": (
        f"{HEAD}\n1,1e308\n",
        "line 2: output_tokens_per_second must lie between 1e-09 and 1e+12, got 1e+308; look at its unit",
    ),
    "tiny.csv": (f"{HEAD}\n1,1e-308\n", "must lie between 1e-09 and 1e+12, got 1e-308; look at its unit"),
    "streams.csv": (f"{HEAD}\n1e300,5\n", "line 2: concurrency must lie between 1e-09 and 1e+12"),
    "requests.csv": (
        f"{HEAD},requests\n1,5,-3\n",
        "line 2: requests must be a whole number of at least 0, got -3",
    ),
    "ragged.csv": (f"{HEAD}\n1,5,7\n", "line 2: 3 cells under 2 columns"),
    "wrong.csv": ("a,b\n1,2\n", "wrong.csv has neither a column concurrency nor rate (it has: a, b)"),
    "latin.csv": (f"{HEAD}\n1,5\n".encode("utf-16"), "latin.csv is not UTF-8 text"),
    "empty.json": ("", "empty.json is empty; measure again, or leave it out"),
    "broken.json": ("{", "broken.json is no result file that isocost knows"),
    "null.json": ("null", "null.json is no result file that isocost knows"),
    "new.json": (
        json.dumps(GUIDELLM | {"metadata": {"version": 99, "guidellm_version": "9"}}),
        "a file of guidellm in version 99 of its format, and isocost reads up to 2",
    ),
    "norun.json": (json.dumps(GUIDELLM), "norun.json holds no run; measure again, or leave it out"),
    "down.json": (
        json.dumps(VLLM | {"completed": 0, "failed": 8, "output_throughput": 0.0}),
        "in down.json no request ended well, 8 failed, so there is no throughput to price",
    ),
    "text.json": (
        json.dumps(VLLM | {"output_throughput": "fast"}),
        "in text.json 8 requests ended well, but no output tokens per second are told",
    ),
}


@pytest.mark.parametrize("command", ["cost", "report"])
@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence(isocost, tmp_path, command, name):
    content, says = REFUSED[name]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    status, out, err = isocost(command, name, "--price-per-hour", "2")
    assert (status, out) == (2, "")
    assert err.startswith("isocost: ")
    assert says in err
    assert err.count("\n") == 1
    assert not (tmp_path / "report.html").exists()


ANSWERED = {
    "one level": (f"{HEAD}\n1,100\n", "1 concurrent is the only level: how cost changes with load cannot"),
    "two levels": (f"{HEAD}\n1,100\n4,300\n", "2 levels were measured; the returns to concurrency need at"),
    "no repeats": (f"{HEAD}\n1,100\n4,300\n", "no probability of being the best can be given"),
    "a byte order mark": (f"\ufeff{HEAD}\n1,100\n4,300\n", "Run sweep at 4 concurrent: $1.85 per million"),
    "lines of Windows": (f"{HEAD}\r\n1,100\r\n4,300\r\n", "Run sweep at 4 concurrent: $1.85 per million"),
    "blanks": (" concurrency , output_tokens_per_second \n 4 , 300 \n", "4 concurrent: $1.85 per million"),
    "some without throughput": (f"{HEAD}\n1,0\n4,300\n", "line 2: no request ended well; left out"),
    "a seed in each row": (
        f"{HEAD},seed\n1,100,11\n4,300,12\n8,400,13\n",
        "each row is a sweep of its own, told apart by seed; if it tells nothing apart, --ignore seed",
    ),
}


@pytest.mark.parametrize("what", ANSWERED)
def test_an_answer_says_what_cannot_be_told(isocost, tmp_path, what):
    content, says = ANSWERED[what]
    (tmp_path / "sweep.csv").write_bytes(content.encode())
    status, out, err = isocost("cost", "sweep.csv", "--price-per-hour", "2")
    assert (status, err) == (0, "")
    assert says in out


def test_what_tells_nothing_apart_is_left_out(isocost, tmp_path):
    (tmp_path / "sweep.csv").write_text(f"{HEAD},seed\n1,100,11\n4,300,12\n8,400,13\n")
    _, out, _ = isocost("cost", "sweep.csv", "--ignore", "seed")
    assert "Run sweep at 8 concurrent" in out
    assert "sweep of its own" not in out


def test_words_and_repeated_numbers_may_tell_rows_apart(isocost, tmp_path):
    (tmp_path / "sweep.csv").write_text(f"{HEAD},gpu,gpus\n1,100,h100,1\n1,300,b200,1\n1,400,b200x,2\n")
    _, out, _ = isocost("cost", "sweep.csv")
    assert "sweep of its own" not in out


def test_a_folder_of_csv_files(isocost, tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "a.csv").write_text(f"{HEAD}\n1,5\n")
    status, _, err = isocost("cost", "runs")
    assert status == 2
    assert "give sweeps in CSV files by their names, such as runs/a.csv" in err


def test_a_run_that_lasted_no_time_has_no_duration(isocost, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(VLLM | {"duration": 0}))
    status, out, err = isocost("cost", "a.json", "--steady", "any", "--price-per-hour", "2")
    # 2 USD/h / (83 tokens/s * 3600) = 6.69 USD per million
    assert (status, err) == (0, "")
    assert "$6.69 per million output tokens" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--price-per-hour", "1e308"], "price per hour must be at most 1e+09 USD, got 1e+308"),
        (["--price-per-hour", "nan"], "price per hour must be a number of at least 0 USD, got nan"),
        (["--rate", "EUR=0"], "--rate EUR=0: the rate of EUR per USD must be above 0"),
        (["--rate", "EUR=nan"], "--rate EUR=nan: the rate of EUR per USD must be above 0"),
    ],
)
def test_absurd_money(isocost, tmp_path, arguments, says):
    (tmp_path / "sweep.csv").write_text(f"{HEAD}\n1,100\n4,300\n")
    status, out, err = isocost("cost", "sweep.csv", *arguments)
    assert (status, out, err) == (2, "", f"isocost: {says}\n")
