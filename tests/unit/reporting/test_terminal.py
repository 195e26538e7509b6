"""Text for terminals: compact, and deaf to what names try."""

from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import runtime_only, study_report
from isocost.core.estimate import Caution
from isocost.reporting import terminal_text
from isocost.reporting.verdict import verdict_of


def test_the_verdict_comes_first_then_a_line_a_level() -> None:
    report = study_report(stacks=1)
    lines = terminal_text(report, width=100).splitlines()
    text = " ".join(lines)
    assert text.startswith(verdict_of(report).text[:90])
    start = next(i for i, line in enumerate(lines) if line.lstrip().startswith("load"))
    assert [line.split()[0] for line in lines[start + 1 : start + 6]] == ["1", "2", "4", "8", "16"]
    assert lines[start + 5].endswith("<- least cost")
    assert max(map(len, lines)) <= 100


def test_without_price_the_column_is_machine_seconds() -> None:
    text = terminal_text(study_report(price=None, stacks=1))
    assert "machine-s / M output" in text
    assert "$" not in text


def test_colour_only_when_asked() -> None:
    assert "\x1b[" not in terminal_text(study_report())
    assert "\x1b[1m" in terminal_text(study_report(), colour=True)


@pytest.mark.parametrize("colour", [False, True])
def test_names_cannot_steer_the_terminal(colour: bool) -> None:
    report = study_report(names=NAMES[4:])
    report = replace(report, cautions=tuple(Caution(name, name) for name in NAMES))
    text = terminal_text(report, colour=colour)
    assert "\x1b]" not in text
    assert "\x1b[31m" not in text
    assert "\x00" not in text
    assert "[bold red]markup[/]" in text
    assert max(len(line) for line in text.splitlines()) < 400


def test_runtime_alone() -> None:
    assert "T(p, o): 130 ms [125, 135] to the first token of 480" in terminal_text(runtime_only())
