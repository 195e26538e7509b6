"""Runtimes along a column: what is read, and one clear sentence for what is not."""

import pytest

from isocost.core.errors import InputError
from isocost.exchange import TimesFormat, read_series


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "times.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(path, along, form=None):
    with pytest.raises(InputError) as told:
        read_series(path, along, form)
    return str(told.value)


def test_series_are_models_under_other_conditions(table):
    path = table("model,gpu,load,runtime_s\na,x,1,1\na,x,2,2\nb,x,1,3\na,y,2,4\n")
    found = read_series(path, "load")
    assert [(each.model, each.conditions, each.marks) for each in found] == [
        ("a", (("gpu", "x"),), ("1", "2")),
        ("b", (("gpu", "x"),), ("1",)),
        ("a", (("gpu", "y"),), ("2",)),
    ]
    assert found[0].levels() == {(None, None): {"1": 1.0, "2": 2.0}}


def test_sizes_and_repeats_are_averaged_mark_by_mark(table):
    path = table(
        "model,prompt_tokens,output_tokens,trial,day,runtime_s\n"
        "a,1,8,0,d1,1\na,1,8,1,d1,3\na,1,8,0,d2,4\na,2,1,0,d2,5\n"
    )
    (found,) = read_series(path, "day")
    assert found.levels() == {(1, 8): {"d1": 2.0, "d2": 4.0}, (2, 1): {"d2": 5.0}}
    assert found.rows_are == "single"


def test_the_name_of_the_runtimes_may_say_that_they_are_minima(table):
    path = table("model,load,min_runtime_s\na,1,1\na,2,2\n")
    (found,) = read_series(path, "load", TimesFormat(names={"min_runtime_s": "runtime_s"}))
    assert found.rows_are == "minimum"
    assert TimesFormat(names={"t_avg": "runtime_s"}).rows_are == "mean"
    assert TimesFormat(names={"admin_s": "runtime_s"}).rows_are is None  # no word of its own


def test_requests_and_means_may_stand_at_different_marks(table):
    path = table("model,instance,load,runtime_s\na,0,1,1\na,1,1,3\na,mean,2,5\n")
    (found,) = read_series(path, "load")
    assert found.rows_are == "mean"
    assert found.levels() == {(None, None): {"1": 2.0, "2": 5.0}}


@pytest.mark.parametrize(
    ("text", "along", "sentence"),
    [
        ("model,runtime_s\na,1\n", "load", "{} has no column 'load'; it has model, runtime_s"),
        (
            "model,runtime_s,trial\na,1,1\n",
            "trial",
            "runtimes cannot be compared along 'trial', which has a meaning of its own",
        ),
        (
            "model,load,runtime_s\na,,1\na,2,1\n",
            "load",
            "{}: load is empty in some rows of a; fill it in, or choose with --where",
        ),
        (
            "model,load,runtime_s\na,1,1\na,1,2\n",
            "load",
            "a has several rows at load 1, and no column trial or instance tells them apart; add one, or "
            "leave them out",
        ),
        (
            "model,output_tokens,load,trial,runtime_s\na,8,1,0,1\na,8,1,0,2\n",
            "load",
            "a has several rows of 8 output tokens at load 1 under one trial or instance; number the repeats "
            "apart, or leave all but one out",
        ),
        (
            "model,load,trial,runtime_s\na,1,min,1\na,2,0,2\n",
            "load",
            "{}: a has minima beside requests or means, which would look like a change; compare one kind: "
            "--where COLUMN=VALUE",
        ),
        (
            "model,load,trial,runtime_s\na,1,min,1\na,1,0,2\n",
            "load",
            "{}: a at load 1 mixes single requests, means or minima (trial is '0' and 'min'); fit them "
            "apart: --where COLUMN=VALUE",
        ),
        (
            "model,load,output_tokens,runtime_s\na,1,1,100\na,1,2,150\n",
            "load",
            "{}: a takes 50 s for each further token, which looks like milliseconds; say which: --unit ms or "
            "--unit s",
        ),
    ],
)
def test_what_does_not_go_is_said_in_one_sentence(table, text, along, sentence):
    path = table(text)
    assert refused(path, along) == sentence.format(path)
