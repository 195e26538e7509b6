"""Guards are taken away one at a time, and it is told whether the tests noticed."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "benchmarks"
SOURCE = """
def root(x):
    if x < 0:
        raise ValueError(x)
    return x ** 0.5


def count(n):
    while n > 0:
        n -= 1
    return n
"""
TESTS = """
import pytest
from lamp import count, root

def test_root():
    assert root(4) == 2

def test_below_zero():
    with pytest.raises(ValueError):
        root(-1)

def test_count():
    assert count(3) == 0
"""
CHECK = "    if x < 0:\n        raise ValueError(x)\n"


@pytest.fixture(scope="module")
def guards():
    sys.path.insert(0, str(FOLDER))
    spec = importlib.util.spec_from_file_location("guards", FOLDER / "guards.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["guards"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["guards"]
    sys.path.remove(str(FOLDER))


@pytest.fixture
def project(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "src" / "lamp.py").write_text(SOURCE)
    (tmp_path / "tests" / "test_lamp.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return tmp_path


def guard(guards, line, old, new, test):
    edit = guards.Edit(file="src/lamp.py", old=old, new=new)
    return guards.Guard(area="a", line=line, edits=(edit,), tests=(f"tests/test_lamp.py::{test}",))


def test_each_guard_is_judged(guards, project):
    asked = [
        guard(guards, "noticed", CHECK, "", "test_below_zero"),
        guard(guards, "overlooked", CHECK, "", "test_root"),
        guard(guards, "gone", "no such text", "", "test_root"),
        guard(guards, "broken", CHECK, "    ((\n", "test_root"),
    ]
    found = list(guards.check(project, asked))
    assert [finding.state for finding in found] == ["failed", "not noticed", "stale", "no verdict"]
    assert [finding.noticed for finding in found] == [True, False, False, False]
    assert (project / "src" / "lamp.py").read_text() == SOURCE  # the project itself stays as it is


def test_a_hung_test_is_ended(guards, project):
    endless = replace(guard(guards, "endless", "n -= 1", "n += 1", "test_count"), hung_s=2.0)
    assert guards.take_away(project, endless).state == "hung"  # or it would be "not noticed"
    assert (project / "src" / "lamp.py").read_text() == SOURCE


def test_tests_that_fail_by_themselves_tell_nothing(guards, project, monkeypatch):
    def fail(root, tests, **_):
        (root / guards.SAID).write_text("1 failed")
        return "failed"

    monkeypatch.setattr(guards, "run_tests", fail)
    with pytest.raises(SystemExit, match=r"do not pass as they stand \(failed\)"):
        list(guards.check(project, [guard(guards, "x", CHECK, "", "test_root")]))


def test_guards_are_read_with_their_further_edits(guards, tmp_path):
    (tmp_path / "sky.toml").write_text(
        "[[guard]]\nline = 'rain'\nfile = 'a.py'\nold = 'x'\nnew = 'y'\ntests = ['t.py']\n"
        "also = [{ file = 'b.py', old = 'u', new = 'v' }]\n"
    )
    (found,) = guards.read_guards(tmp_path)
    assert (found.area, found.line, found.tests) == ("sky", "rain", ("t.py",))
    assert [(edit.file, edit.old, edit.new) for edit in found.edits] == [
        ("a.py", "x", "y"),
        ("b.py", "u", "v"),
    ]


def test_results_of_other_areas_stay(guards):
    one = guard(guards, "rain", CHECK, "", "test_root")
    text = guards.merge("", guards.sections([guards.Finding(one, "failed", 1.0)], "machine"))
    again = guards.merge(text, {"b": "## b\n\nnew"})
    assert "| rain | lamp.py | `test_lamp.py::test_root` | failed |" in again
    assert again.endswith("\n## b\n\nnew\n")
    assert guards.merge(again, {"b": "## b\n\nnewer"}).count("## ") == 2


def test_the_guards_of_this_project_are_in_its_files(guards):
    root = FOLDER.parent
    for each in guards.read_guards(FOLDER / "guards"):
        assert each.tests, each.line
        for edit in each.edits:
            text = (root / edit.file).read_text()
            assert text.count(edit.old) == 1, (each.line, edit.file)
