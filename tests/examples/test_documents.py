"""README and docs do what they say: each block is run at a reduced size, and its output compared.

The embedded engine stands in for every address in the documents. Numbers are measured anew each time, so
only words are compared (see `documents.steady`).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from examples.documents import ROOT, Block, blocks_of, commands_of, documents, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        find_spec("openvino_genai") is None or find_spec("gguf") is None, reason="needs the extra [engine]"
    ),
]
ADDRESS = re.compile(r"https?://(?:host|localhost):8000")
MEASURING = ("measure", "run", "engine")  # these take signals and start processes, as they do for a user
WITH_BLOCKS = [page for page in documents() if any(block.reason is None for block in blocks_of(page))]


@dataclass(frozen=True)
class Place:
    """Where documents are run: an engine that answers, and a quickstart that was carried out."""

    url: str
    quickstart: Path
    printed: str


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    """Carry out a small quickstart, and keep one engine running."""
    import isocost
    from isocost.cli.quickstart import quickstart
    from isocost.studies import quickstart as asked

    where = tmp_path_factory.mktemp("documents")
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(told):
        patch.chdir(where)
        patch.setattr(asked, "_stages", _small(asked._stages()))
        quickstart(quiet=True)
    with isocost.running_engine("tiny") as engine:
        yield Place(engine.url, where / "studies" / "quickstart", told.getvalue())


def _small(stages):
    """Of the quickstart: two of four deployments, two levels, four requests each on any machine."""
    small = []
    for stage in stages:
        if stage.kind == "runtime" and stage.deployment == "tiny-F16":
            small.append(replace(stage, repeats=2))
        elif stage.kind == "load" and stage.deployment in ("tiny-F16", "small-Q8_0"):
            small.append(replace(stage, concurrency=(1, 2), repeats=2, duration_s=None, requests_per_level=4))
    return lambda: tuple(small)


@pytest.mark.parametrize("document", WITH_BLOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_does_what_it_says(document, place, tmp_path, monkeypatch):
    shutil.copytree(place.quickstart, tmp_path / "studies" / "quickstart")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_KEY", "a key that the embedded engine takes no notice of".replace(" ", "-"))
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks_of(document):
        if block.reason is None:
            _run(block, place, names)


def _run(block: Block, place: Place, names: dict[str, object]) -> None:
    text = ADDRESS.sub(place.url, block.text)
    if block.file is not None:
        os.makedirs(os.path.dirname(block.file) or ".", exist_ok=True)  # noqa: PTH103, PTH120
        with open(block.file, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text + "\n")
    elif block.kind == "python":
        exec(compile(text, f"line {block.line}", "exec"), names)  # noqa: S102 - our own documents
    else:
        for command in commands_of(replace(block, text=text)):
            _run_command(command, block, place)


def _run_command(command, block, place) -> None:
    if command.words[-1] == "quickstart":  # carried out once for all documents
        told = place.printed
    else:
        assert command.words[0] == "isocost", (
            f"line {block.line}: run isocost, or say why the block is not run"
        )
        words = [*command.words[1:], *_reduced(command.words)]
        status, out, err = (_in_a_process if words[0] in MEASURING else _in_this_process)(words)
        mistaken, failed = command.output.startswith("isocost: "), "Gate failed: " in command.output
        expected = 4 if "the budget is spent" in command.output else 2 if mistaken else int(failed)
        assert status == expected, f"line {block.line}: {err}"
        told = err if mistaken else out
    found = missing(command.output, told)
    assert found is None, f"line {block.line}: {' '.join(command.words)}\n{found}"


def _in_a_process(words: list[str]) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "isocost", *words], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


def _in_this_process(words: list[str]) -> tuple[int, str, str]:
    """Call the command line's own entry, which spares it importing everything once more."""
    from isocost.cli import main

    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["isocost", *words])
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def _reduced(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return flags that make a measurement small; the last of two equal flags counts."""
    if words[1:3] == ("measure", "load"):
        scheduled = any(word in words for word in ("--ramp", "--steps", "--trace"))
        levels = () if scheduled or "--request-rate" in words else ("--concurrency", "1,2")
        length = ("--num-requests", "4") if "--num-requests" in words else ("--duration", "0.1")
        sizes = ("--workload", "chat-tiny") if "chat" in words else ()
        return (*levels, *(() if scheduled else length), *sizes, "--repeats", "1", "--quiet")
    if words[1:3] == ("measure", "runtime"):
        sizes = () if "--cells" in words else ("--max-input-tokens", "64", "--max-output-tokens", "8")
        return (*sizes, "--repeats", "2", "--quiet")
    return ()


def test_every_block_that_is_not_run_says_why():
    for document in documents():
        for block in blocks_of(document):
            assert block.kind != "bash" or block.reason, f"{document}, line {block.line}: use console"
            if block.kind == "console" and block.reason is None:
                assert commands_of(block)


def test_steady_parts_of_an_output():
    promised = "Run a at 16 concurrent: $0.06 [0.05, 0.07] per\nmillion.\n...\n   1  440  9 ms\nreport: r\n"
    printed = "Run a at 4-8 concurrent: $1.1 per million. More.\n\n! a doubt\n\n 1 2 3 s\n\nreport: r\n"
    assert missing(promised, printed) is None
    assert missing("report: other", printed) == (
        "promised: report: other\nprinted:  Run a at # concurrent: # per million. More. report: r"
    )
