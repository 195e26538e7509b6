"""What a hostile server calls itself reaches no terminal as a command, and no file outside the study."""

from __future__ import annotations

import io
import json
import re
import warnings
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest

from doubles.hostile import NAMES
from doubles.hostile_study import DEPLOYMENT, STAGE, hostile_study, run
from isocost.cli.harmless import harmless
from isocost.journal import open_study
from isocost.reporting.json_text import json_text
from isocost.reporting.markup import clean

if TYPE_CHECKING:
    from pathlib import Path

OBEYED = re.compile(  # written by hand: controls, what turns and what hides text
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff"
    "\U000e0000-\U000e007f]"
)


PRINTED: list[str] = []


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "study"
    out, err = io.StringIO(), io.StringIO()
    with warnings.catch_warnings(), redirect_stdout(out), redirect_stderr(err):
        warnings.simplefilter("default")
        assert hostile_study(folder, "http://127.0.0.1:9/canary") == 0
    PRINTED.append(out.getvalue() + err.getvalue())
    return folder


def test_nothing_is_printed_that_a_terminal_obeys_while_measuring(study: Path) -> None:
    assert set(OBEYED.findall(PRINTED[0])) <= {"\t"}  # a tab does no more than a space
    assert "is measured; see it" in PRINTED[0]


def test_nothing_is_written_outside_the_study(study: Path) -> None:
    assert {path.name for path in study.parent.iterdir()} == {"study"}
    assert {path.name for path in study.iterdir()} <= {
        ".lock", "assumptions.yaml", "journal.sqlite", "journal.sqlite-shm", "journal.sqlite-wal",
        "report.html", "study.yaml",
    }  # fmt: skip
    assert [stage.name for stage in open_study(study).stages()] == [STAGE]


def test_no_terminal_obeys_what_is_printed(study: Path, capsys: Any) -> None:
    for words in (
        ["report", study, "--price-per-hour", "1"],
        ["report", study, "--json"],
        ["run", study, "--repeat", "\x1b]0;pwned\x07"],
        ["run", study],
        ["cost", study],
        ["frontier", study],
        ["capacity", study, "--requests-per-second", "1"],
        ["measure", "load", "http://\x1b[31mhost", "--out", study],
        ["report", f"{study}\x1b[2J\x9b2J\u202e"],
        ["\x1b[31m"],
        ["report", study, "--\x1b[31m"],
        ["mix", f"{study}\x07"],
    ):
        run(*words)
        seen = capsys.readouterr()
        assert OBEYED.findall(seen.out + seen.err) == [], words
        assert seen.out + seen.err


def test_a_path_that_is_printed_is_harmless(study: Path, tmp_path: Path, capsys: Any) -> None:
    assert run("report", study, "--output", tmp_path / "a\x1b]0;pwned\x07.html") == 0
    assert OBEYED.findall(capsys.readouterr().out) == []


def test_json_holds_names_as_they_are_and_no_terminal_obeys_it(study: Path, capsys: Any) -> None:
    assert run("report", study, "--json") == 0
    text = capsys.readouterr().out
    assert OBEYED.findall(text) == []
    assert json.loads(text)["tables"]["deployments"][0]["deployment"] == DEPLOYMENT


@pytest.mark.parametrize("name", NAMES)
def test_names_are_cleaned_and_written_as_json_without_loss(name: str) -> None:
    assert OBEYED.findall(clean(name).replace("\t", "").replace("\n", "")) == []
    text = json_text({name: [name, 1.5, None]}, indent=None)
    assert OBEYED.findall(text) == []
    assert json.loads(text) == {name: [name, 1.5, None]}


def test_progress_is_harmless(study: Path) -> None:
    from isocost.cli.watching import _text
    from isocost.studies.progress import Progress

    seen = Progress(stage=STAGE, run="\x1b[31m", done=1, total=2, requests=1, failures=0, fraction=0.5)
    assert OBEYED.findall(_text(seen)) == []
    assert "\n" not in _text(seen)


def test_letters_of_other_scripts_stay() -> None:
    assert harmless("Qwen 通义 é ß — ½ 🦙\n") == "Qwen 通义 é ß — ½ 🦙\n"
