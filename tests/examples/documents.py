"""Blocks of a Markdown document that can be run, and which parts of their output are the same every time."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNNABLE = ("python", "console", "bash")
_FENCE = re.compile(r"^(?P<fence>```+|:::+)\s*(?P<kind>\{?[\w-]*\}?).*$")
_MARK = re.compile(r"^<!-- (?P<what>not run|file): (?P<text>.+) -->$")

# what differs from run to run becomes one sign: numbers, intervals, precisions, loads
_STEADY = (
    (r"\b(F16|Q8_0)\b", "P"),
    (r"client (healthy|saturated: costs are too high)", "client"),
    (r"<- (least|zone)|(TTFT|TPOT) p\d+", ""),
    (r"[<>]?\$?\d+(,\d{3})*(\.\d+)?(e[-+]?\d+)?", "#"),
    (r" ?\[-?#, #\]", ""),
    (r"#(-#|(, #)* or #)", "#"),
    (r"# ?(us|ms|s|min)\b", "# s"),
    (r"\s+", " "),
)


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, text, line, why it is not run, or which file it is the content of."""

    kind: str
    text: str
    line: int
    reason: str | None = None
    file: str | None = None


@dataclass(frozen=True)
class Command:
    """One line behind a ``$`` and what it is said to print."""

    words: tuple[str, ...]
    output: str


def documents() -> list[Path]:
    """Return the README and all pages."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks_of(document: Path) -> list[Block]:
    """Return the blocks of a document that are run, written to a file, or marked as not run."""
    found: list[Block] = []
    lines = document.read_text(encoding="utf-8").splitlines()
    place, mark = 0, None
    while place < len(lines):
        line = lines[place]
        opening = _FENCE.match(line)
        if opening is None:
            marked = _MARK.match(line)
            mark = marked if marked else mark if not line.strip() else None
            place += 1
            continue
        end = place + 1 + lines[place + 1 :].index(opening["fence"])
        told = {} if mark is None else {"reason" if mark["what"] == "not run" else "file": mark["text"]}
        if opening["kind"] in RUNNABLE or "file" in told:
            found.append(Block(opening["kind"], "\n".join(lines[place + 1 : end]), place + 1, **told))
        place, mark = end + 1, None
    return found


def commands_of(block: Block) -> list[Command]:
    """Return the commands of a console block."""
    parts = re.split(r"^\$ ", block.text.replace("\\\n", " "), flags=re.MULTILINE)
    assert not parts[0].strip(), f"line {block.line}: a console block begins with '$ '"
    commands = []
    for part in parts[1:]:
        line, _, output = part.partition("\n")
        commands.append(Command(tuple(shlex.split(line, comments=True)), output))
    return commands


def steady(output: str) -> str:
    """Return output without what differs from run to run: measured rows, doubts, numbers."""
    paragraphs = [part for part in output.split("\n\n") if not part.lstrip().startswith("! ")]
    lines = [line for line in "\n\n".join(paragraphs).splitlines() if not _is_measured(line)]
    text = "\n".join(lines)
    for pattern, sign in _STEADY:
        text = re.sub(pattern, sign, text)
    return text.strip()


def _is_measured(line: str) -> bool:
    """Whether a line is a row of numbers, with no more than units and a remark beside them."""
    rest = re.sub(r"<- (least|zone)|(misses|too few for) [\w., ]+|\b(us|ms|s|min)\b", "", line)
    return bool(re.fullmatch(r"[\s\d.,\[\]<>$-]*\d[\s\d.,\[\]<>$-]*", rest))


def missing(expected: str, actual: str) -> str | None:
    """Return the first part of what was promised, between dots, that is not there in its place."""
    there = steady(actual)
    for part in expected.split("..."):
        wanted = steady(part)
        _, found, after = there.partition(wanted) if wanted else ("", "", there)
        if found != wanted:
            return f"promised: {wanted}\nprinted:  {there}"
        there = after
    return None
