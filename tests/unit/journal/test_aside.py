"""Runs that are to be measured anew leave their stage and stay in the journal."""

import pytest

from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.journal import JournalWriter, read_runs, set_aside

RUNS = (("load", "1 concurrent #0"), ("load", "2 concurrent #0"), ("other", "1 concurrent #0"))


@pytest.fixture
def journal(tmp_path):
    path = tmp_path / "journal.sqlite"
    with JournalWriter(path) as writer:
        for stage, label in RUNS:
            run = writer.begin_run(stage, label, deployment="d", load=Load(concurrency=1), repeat=0)
            writer.finish_run(run)
    return path


def left(path):
    return [(run.stage, run.label) for run in read_runs(path) if not run.stage.startswith("set aside")]


def test_a_run_is_set_aside_again_and_again(journal):
    for _ in range(2):
        set_aside(journal, ["load: 1 concurrent #0"], stages={"load", "other"})
        assert left(journal) == [RUNS[1], RUNS[2]]
        with JournalWriter(journal) as writer:
            writer.begin_run("load", "1 concurrent #0", deployment="d", load=Load(concurrency=1), repeat=0)
        assert left(journal) == [RUNS[1], RUNS[2], RUNS[0]]
    aside = [run for run in read_runs(journal) if run.stage == "set aside: load"]
    assert [run.finished for run in aside] == [True, False]
    assert all(run.label.startswith("1 concurrent #0 until 20") for run in aside)


def test_a_label_is_enough_where_it_is_the_only_one(journal):
    set_aside(journal, ["2 concurrent #0", "load: 2 concurrent #0"], stages={"load", "other"})
    assert left(journal) == [RUNS[0], RUNS[2]]
    set_aside(journal, ["1 concurrent #0"], stages={"load"})
    assert left(journal) == [RUNS[2]]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("1 concurrent #0", "several runs are called '1 concurrent #0'; say which: --repeat with one of "),
        ("9 concurrent", "no run '9 concurrent' was begun in this study; it has 'load: 1 concurrent"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_changes_nothing(journal, name, sentence):
    with pytest.raises(InputError) as caught:
        set_aside(journal, ["2 concurrent #0", name], stages={"load", "other"})
    assert str(caught.value).startswith(sentence)
    assert left(journal) == list(RUNS)
