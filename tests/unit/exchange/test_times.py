"""Tables of runtimes: what is read, and one clear sentence for what is not."""

import time

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.exchange import TimesFormat, read_times

HEAD = "model,prompt_tokens,output_tokens,runtime_s"


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "times.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(path, form=None):
    with pytest.raises(InputError) as told:
        read_times(path, form)
    return str(told.value)


def test_models_come_by_first_appearance(table):
    path = table(f"{HEAD}\nb,1,1,0.1\na,1,1,0.2\n\nb,1,2,0.3\n")
    b, a = read_times(path)
    assert (b.model, a.model) == ("b", "a")
    assert b.output_tokens.tolist() == [1, 2]
    assert b.runtime_s.tolist() == [0.1, 0.3]
    assert b.repeat is None
    assert b.samples().block.tolist() == [0, 0]


def test_repeats_scale_conditions_and_other_measurements(table):
    path = table(
        f"{HEAD},trial,runtime_scale,hardware,runtime_std_s,prompt_tokens_measured\n"
        "m,1,1,0.1,2,3,a100,0.01,1\nm,1,1,0.2,5,3,a100,0.02,2\nm,1,1,0.4,2,3,v100,0.01,1\n"
    )
    a100, v100 = read_times(path)
    assert a100.conditions == (("hardware", "a100"),)
    assert a100.runtime_s == pytest.approx([0.3, 0.6])
    assert a100.repeat.tolist() == [0, 1]
    assert a100.runtime_scale == 3
    assert v100.conditions == (("hardware", "v100"),)
    assert v100.samples().block.tolist() == [0]


def test_names_rows_and_columns_can_be_chosen(table):
    path = table("llm,p,o,ms,kind,day\nm,1,1,100,x,1\nm,1,2,150,x,2\nm,1,4,nonsense,y,3\n")
    form = TimesFormat(
        names={"llm": "model", "p": "prompt_tokens", "o": "output_tokens", "ms": "runtime_s"},
        where={"kind": "x"},
        ignore=("day",),
        unit="ms",
    )
    (found,) = read_times(path, form)
    assert found.runtime_s == pytest.approx([0.1, 0.15])  # the third row is of another kind, so not even read
    assert found.conditions == (("kind", "x"),)


def test_answers_of_another_length_are_left_out_and_counted(table):
    path = table(f"{HEAD},output_tokens_measured,instance\nm,1,8,0.1,8,0\nm,1,8,0.05,3,1\nm,1,2,0.04,2,0\n")
    (found,) = read_times(path)
    assert found.runtime_s.tolist() == [0.1, 0.04]
    assert found.inexact == 1


@pytest.mark.parametrize(
    ("mark", "kind"), [("min", "minimum"), ("mean", "mean"), ("", "single"), ("7", "single")]
)
def test_marks_tell_minima_and_means(table, mark, kind):
    (found,) = read_times(table(f"{HEAD},instance\nm,1,1,0.1,{mark}\nm,1,2,0.2,{mark}\n"))
    assert found.rows_are == kind


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("m,1,1,0.1\nm,1,1,0\n", ", line 3: runtime_s must be a number above 0, got '0'"),
        ("m,1,1,0.1\n\nm,1,1,-1\n", ", line 4: runtime_s must be a number above 0, got '-1'"),
        ("m,1,1,nan\n", ", line 2: runtime_s must be a number above 0, got 'nan'"),
        ("m,1,1,\n", ", line 2: runtime_s must be a number above 0, got ''"),
        ("m,0,1,0.1\n", ", line 2: prompt_tokens must be a whole number, at least 1, got '0'"),
        ("m,1,1.5,0.1\n", ", line 2: output_tokens must be a whole number, at least 1, got '1.5'"),
        ("m,1,1\n", ", line 2: 3 fields where the header names 4"),
        ("", " has a header but no rows; give one line for each runtime"),
    ],
)
def test_what_is_no_runtime_is_named_with_its_line(table, rows, sentence):
    path = table(f"{HEAD}\n{rows}")
    assert refused(path) == f"{path}{sentence}"


def test_missing_columns_are_named(table):
    path = table("model,p,output_tokens,seconds\nm,1,1,0.1\n")
    assert refused(path) == (
        f"{path} lacks the columns prompt_tokens, runtime_s; it has model, p, output_tokens, seconds; name "
        "what stands for it: --map THEIRS=prompt_tokens"
    )
    form = TimesFormat(names={"q": "prompt_tokens"})
    assert refused(path, form) == (
        f"--map q=prompt_tokens: {path} has no column 'q'; it has model, p, output_tokens, seconds"
    )


def test_nothing_tells_duplicates_apart(table):
    path = table(f"{HEAD}\nm,1,2,0.1\nm,1,2,0.2\n")
    assert refused(path) == (
        "m has several rows of 1 prompt and 2 output tokens, and no column trial or instance tells them "
        "apart; add one, or leave them out"
    )
    path = table(f"{HEAD},trial\nm,1,2,0.1,1\nm,1,2,0.2,1\n")
    assert refused(path) == (
        "m has several rows of 1 prompt and 2 output tokens under one trial or instance; number the repeats "
        "apart, or leave all but one out"
    )


@pytest.mark.parametrize(("one", "other"), [("0", "min"), ("mean", "min"), ("", "3")])
def test_a_mixture_of_requests_means_and_minima_is_refused(table, one, other):
    path = table(f"{HEAD},instance,source\nm,1,1,0.1,{one},a\nm,1,2,0.2,{other},b\n")
    assert refused(path) == (
        f"{path}: m mixes single requests, means or minima (instance is "
        f"{' and '.join(repr(each) for each in sorted([one, other]))}); fit them apart: --where COLUMN=VALUE"
    )


def test_seconds_that_look_like_milliseconds_are_asked_about(table):
    path = table(f"{HEAD}\nm,1,1,40\nm,1,10,400\n")
    assert refused(path) == (
        f"{path}: m takes 40 s for each further token, which looks like milliseconds; say which: "
        "--unit ms or --unit s"
    )
    assert read_times(path, TimesFormat(unit="s"))[0].runtime_s.tolist() == [40, 400]
    assert read_times(path, TimesFormat(unit="ms"))[0].runtime_s == pytest.approx([0.04, 0.4])
    path = table("model,prompt_tokens,output_tokens,took_ms\nm,1,1,1\n")
    assert refused(path, TimesFormat(names={"took_ms": "runtime_s"})) == (
        "--map took_ms=runtime_s: is it in milliseconds? say --unit ms or --unit s"
    )


def test_a_first_token_that_takes_minutes_is_asked_about(table):
    # 90 s for one token; that each further token takes half a second alone would not look odd
    path = table(f"{HEAD}\nm,1,1,90\nm,1,11,95\n")
    assert refused(path) == (
        f"{path}: m takes 90 s for 1 output token, which looks like milliseconds; say which: --unit ms or "
        "--unit s"
    )
    assert len(read_times(table(f"{HEAD}\nm,1,100,150\n"))) == 1  # a long answer may take its time


def test_every_row_needs_a_model(table):
    path = table(f"{HEAD}\nm,1,1,0.1\n,1,2,0.2\n")
    assert refused(path) == f"{path}: model is empty in some rows; give each row its model"


def test_the_name_of_the_runtimes_says_what_rows_are(table):
    path = table("model,prompt_tokens,output_tokens,mean_runtime_s\nm,1,1,0.1\n")
    (found,) = read_times(path, TimesFormat(names={"mean_runtime_s": "runtime_s"}))
    assert found.rows_are == "mean"


def test_a_scale_that_differs_within_a_model_is_refused(table):
    path = table(f"{HEAD},runtime_scale\na,1,1,0.1,1\nm,1,1,0.1,1\nm,1,2,0.2,3\n")
    assert refused(path) == (
        f"{path}: runtime_scale of m is 1 in some rows and 3 in others; a model needs one"
    )


def test_a_column_that_differs_everywhere_is_no_condition(table):
    rows = "".join(f"m,{p},{o},0.1,2022-07-{p + o}\n" for p in (1, 2, 3) for o in (4, 8, 12))
    path = table(f"{HEAD},day\n{rows}")
    assert refused(path) == (
        f"{path}: column 'day' has 9 values in 9 rows, too many for a condition; leave it out, --ignore "
        "day, or if it numbers repeats, --map day=trial"
    )
    assert len(read_times(path, TimesFormat(ignore=("day",)))) == 1


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (
            TimesFormat(where={"day": "1"}),
            "--where day=1: {} has no column 'day'; it has " + HEAD.replace(",", ", "),
        ),
        (TimesFormat(where={"model": "x"}), "no row of {} has model=x"),
        (
            TimesFormat(ignore=("day",)),
            "--ignore day: {} has no such column; it has " + HEAD.replace(",", ", "),
        ),
    ],
)
def test_columns_and_rows_that_are_not_there(table, form, sentence):
    path = table(f"{HEAD}\nm,1,1,0.1\n")
    assert refused(path, form) == sentence.format(path)


def test_files_that_are_no_tables(table, tmp_path):
    assert (
        refused(tmp_path / "absent.csv")
        == f"cannot read {tmp_path / 'absent.csv'}: No such file or directory"
    )
    assert refused(table("")).endswith(
        f"times.csv is empty; give a header, {HEAD}, and a line for each runtime"
    )
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    assert refused(tmp_path / "binary.csv").endswith("binary.csv is not UTF-8 text")
    assert refused(table("model,model,x,y\n")).endswith(
        "has two columns 'model'; rename one: --map model=OTHER"
    )
    path = table(f"{HEAD},output_tokens_measured\nm,1,8,0.1,7\n")
    assert refused(path).startswith(f"{path}: no answer of m has the length that was asked for")


def test_a_hundred_thousand_rows_take_half_a_second(table):
    """A million in under 5 s; a tenth of it here, with room for a busy machine."""
    rng = np.random.default_rng(0)
    sizes = zip(rng.integers(1, 2000, 100_000), rng.integers(1, 65, 100_000), strict=True)
    rows = "".join(f"m,{p},{o},{0.1 + 0.02 * o:.4f},{i}\n" for i, (p, o) in enumerate(sizes))
    path = table(f"{HEAD},instance\n{rows}")
    began = time.process_time()
    (found,) = read_times(path)
    assert time.process_time() - began < 2.0
    assert len(found.runtime_s) == 100_000
