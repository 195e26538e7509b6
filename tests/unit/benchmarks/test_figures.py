"""Lines of benchmarks are read back, and judged as their targets say."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[3] / "benchmarks" / "figures.py"


@pytest.fixture(scope="module")
def figures():
    spec = importlib.util.spec_from_file_location("figures", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["figures"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["figures"]


@pytest.mark.parametrize(
    ("ours", "target", "state"),
    [
        ("1.71 %", "under 1.8 %", "met"),
        ("1.80 %", "under 1.8 %", "missed"),
        ("0.017", "under 1.8 %", "met"),  # .017 = 1.7 %
        ("0.75", "at most 0.75", "met"),
        ("2.9", "at least 3", "missed"),
        ("94.6 % [94, 95]", "93 to 97 %", "met"),
        ("0.98", "92-98 %", "met"),
        ("0.9801", "92-98 %", "missed"),
        ("18/30 coefficients", "18/30", "met"),
        ("$420.74", "$420.74", "met"),
        ("4,176.34", "under 4,000", "missed"),
        ("5.0", "< 6 % (the paper's 8)", "missed"),
        ("3.03%", "kept 3.03%", "-"),  # no bound in these words
        ("nothing", "under 1 %", "-"),
        ("1.0", "", "-"),
    ],
)
def test_targets_are_judged(figures, ours, target, state):
    assert figures.Figure("x", ours, target).state == state


def test_figures_are_found_below_their_head_alone(figures, capsys):
    figures.show([figures.Figure("a", "1", "under 2", "3"), figures.Figure("b", "1")])
    printed = capsys.readouterr().out.splitlines()
    lines = ["c | 1 | 2 | 3", *printed, "some words", "d | 1 | 2 | 3", figures.HEAD, "e | 1 | 2 | 3 | missed"]
    found = list(figures.read_figures(lines))
    assert [(each.name, each.state) for each in found] == [("a", "met"), ("b", "-"), ("e", "missed")]
