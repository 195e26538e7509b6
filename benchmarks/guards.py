"""Take each guard away and see whether its tests notice.

``benchmarks/guards/*.toml`` names, for each line that is promised (a failure that is recorded by name, a
budget that is kept), the piece of code that keeps the promise, what the code would be without it, and the
tests that must then fail. Sources and tests are copied; the tests have to pass as the copy stands, and to
fail in the copy without the guard.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from machine import heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
GUARDS = Path(__file__).parent / "guards"
RESULTS = Path(__file__).parent / "results" / "guards.md"
COPIED = ("src", "tests", "benchmarks", "pyproject.toml")
OPTIONS = ("-o", "addopts=--strict-markers --doctest-modules --import-mode=importlib")
SAID = "pytest.txt"
HUNG_S = 120.0
TITLE = "# Guards taken away, and whether the tests notice\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Text of a file that occurs exactly once, and what stands there without the guard."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A promised line, the code that keeps it, and the tests that see to it."""

    area: str
    line: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    hung_s: float = HUNG_S  # tests that take longer without the guard hang


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of the tests without the guard: failed, hung; or not noticed, stale, no verdict."""

    guard: Guard
    state: str
    seconds: float

    @property
    def noticed(self) -> bool:
        """Whether the tests saw that the guard was gone."""
        return self.state in ("failed", "hung")


def read_guards(folder: Path) -> tuple[Guard, ...]:
    """Read all guards of a folder; the name of a file is the area of its guards."""
    guards = []
    for path in sorted(folder.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("guard", ()):
            first = {key: entry[key] for key in ("file", "old", "new")}
            edits = tuple(Edit(**edit) for edit in (first, *entry.get("also", ())))
            guards.append(
                Guard(
                    area=path.stem,
                    line=entry["line"],
                    edits=edits,
                    tests=tuple(entry["tests"]),
                    hung_s=float(entry.get("hung_s", HUNG_S)),
                )
            )
    return tuple(guards)


def run_tests(root: Path, tests: Sequence[str], *, hung_s: float = HUNG_S) -> str:
    """Run tests in a copy; return ``passed``, ``failed``, ``hung``, or ``no verdict``: nothing ran."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *OPTIONS, *tests]
    environment = os.environ | {
        "PYTHONPATH": str(root / "src"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(root),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    with (root / SAID).open("wb") as said:  # and a group of their own: what a hung test started ends with it
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        code = process.wait(timeout=hung_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "hung"
    return {0: "passed", 1: "failed"}.get(code, "no verdict")


def take_away(root: Path, guard: Guard) -> Finding:
    """Run the tests of a guard in a copy without it, and put it back."""
    began = time.monotonic()
    before = {edit.file: (root / edit.file).read_text(encoding="utf-8") for edit in guard.edits}
    after = dict(before)
    for edit in guard.edits:
        if after[edit.file].count(edit.old) != 1 or edit.old == edit.new:
            return Finding(guard, "stale", 0.0)
        after[edit.file] = after[edit.file].replace(edit.old, edit.new)
    try:
        _write(root, after)
        state = run_tests(root, guard.tests, hung_s=guard.hung_s)
    finally:
        _write(root, before)
    return Finding(guard, "not noticed" if state == "passed" else state, time.monotonic() - began)


def _write(root: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = root / name
        path.write_text(text, encoding="utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()  # one of the same size and second would be taken for current


def copy_project(root: Path, target: Path) -> Path:
    """Copy what tests need from `root` to the new folder `target`."""
    target.mkdir()
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (root / name).is_file():
            shutil.copy(root / name, target / name)
    return target


def check(root: Path, guards: Sequence[Guard], *, jobs: int = 1) -> Iterator[Finding]:
    """Take the guards away, one at a time in each of `jobs` copies of the project.

    Raises
    ------
    SystemExit
        If tests fail with all guards in place: nothing could be told.
    """
    with tempfile.TemporaryDirectory() as name:
        copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(jobs):
            copies.put(copy_project(root, Path(name) / str(number)))
        tests = sorted({test for guard in guards for test in guard.tests})
        state = run_tests(Path(name) / "0", tests, hung_s=HUNG_S + 20 * len(tests))
        if state != "passed":
            print((Path(name) / "0" / SAID).read_text(encoding="utf-8", errors="replace")[-3000:])
            sys.exit(f"the tests of the guards do not pass as they stand ({state}): {' '.join(tests)}")

        def one(guard: Guard) -> Finding:
            copy = copies.get()
            try:
                return take_away(copy, guard)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(one, guards)


def sections(findings: Sequence[Finding], head: str) -> dict[str, str]:
    """Return the text of each area: who measured, and a table."""
    texts = {}
    for area in sorted({finding.guard.area for finding in findings}):
        mine = [finding for finding in findings if finding.guard.area == area]
        noticed = sum(finding.noticed for finding in mine)
        rows = "".join(
            f"| {each.guard.line} | {', '.join(sorted({Path(edit.file).name for edit in each.guard.edits}))} "
            f"| {', '.join(_short(test) for test in each.guard.tests)} | {each.state} |\n"
            for each in mine
        )
        texts[area] = (
            f"## {area}\n\n```text\n{head}\n```\n\nThe tests noticed {noticed} of {len(mine)} guards.\n\n"
            "| line | guard in | tests | without the guard |\n|---|---|---|---|\n" + rows
        )
    return texts


def _short(test: str) -> str:
    return "`" + test.rpartition("/")[2].replace("|", "\\|") + "`"


def merge(written: str, texts: dict[str, str]) -> str:
    """Return the results with the sections of some areas replaced."""
    old = {found[1]: found[0] for found in re.finditer(r"^## (\S+)$.*?(?=^## |\Z)", written, re.M | re.S)}
    merged = {area: text.strip() for area, text in (old | texts).items()}
    return TITLE + "".join(f"\n{merged[area]}\n" for area in sorted(merged))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", help="one area: the name of a file in benchmarks/guards")
    parser.add_argument("--line", help="guards whose line holds these words; nothing is written then")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    guards = [
        guard
        for guard in read_guards(GUARDS)
        if options.only in (None, guard.area) and (options.line or "") in guard.line
    ]
    if not guards:
        sys.exit("no guard of that name")
    head = heading("Guards taken away, one at a time")
    print(head)
    findings = []
    for finding in check(ROOT, guards, jobs=options.jobs):
        findings.append(finding)
        print(f"  {finding.state:11}  {finding.guard.area}: {finding.guard.line} ({finding.seconds:.1f} s)")
    noticed = sum(finding.noticed for finding in findings)
    print(f"  {noticed} of {len(findings)} noticed")
    if not options.line:
        there = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
        RESULTS.write_text(merge(there, sections(findings, head)), encoding="utf-8")
    if noticed < len(findings):
        sys.exit(1)


if __name__ == "__main__":
    main()
