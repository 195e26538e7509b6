"""Each option of each command: a typical mistake is told in one sentence, in our words, with status 2."""

import inspect
import sys
from pathlib import Path
from typing import get_args, get_origin

import pytest
from typer.models import ArgumentInfo, OptionInfo

from isocost.cli import main
from isocost.cli.app import app
from isocost.cli.usage import empty_word

DEAD = "http://127.0.0.1:9"


@pytest.fixture
def isocost(capsys, monkeypatch):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


def commands(of, *path):
    """Yield each command's words and function, however deep."""
    for command in of.registered_commands:
        yield (*path, command.name), command.callback
    for group in of.registered_groups:
        yield from commands(group.typer_instance, *path, group.name)


def parameters(callback):
    """Yield what each parameter of a command takes: its types, and how typer describes it."""
    for name, parameter in inspect.signature(callback, eval_str=True).parameters.items():
        kind, *described = get_args(parameter.annotation)
        info = next(part for part in described if isinstance(part, ArgumentInfo | OptionInfo))
        yield name, {kind, *get_args(kind)}, info, parameter.default


def flags(info):
    return [flag for flag in (info.default, *(info.param_decls or ())) if isinstance(flag, str)]


OPTIONS = [
    (words, callback, flag, kinds)
    for words, callback in commands(app)
    for _, kinds, info, _ in parameters(callback)
    if isinstance(info, OptionInfo)
    for flag in flags(info)
]


def needed(callback, but=None):
    """Return the arguments and options that a command insists on."""
    words = []
    for _, _, info, default in parameters(callback):
        if default is not inspect.Parameter.empty:
            continue
        if isinstance(info, ArgumentInfo):
            words.append("absent")
        elif but not in flags(info):
            words += [flags(info)[0], "absent"]
    return words


def takes_many(callback):
    """Tell whether a command's arguments may be as many as one likes."""
    return any(
        isinstance(info, ArgumentInfo) and any(get_origin(kind) is list for kind in kinds)
        for _, kinds, info, _ in parameters(callback)
    )


def one_sentence(err):
    assert err.startswith("isocost: ")
    assert err.count("\n") == 1
    assert "bug in isocost" not in err
    assert "Input should" not in err  # pydantic's words
    assert "Invalid value" not in err  # typer's words
    return err


def test_the_walk_finds_the_options():
    assert len(OPTIONS) > 80
    assert {flag for words, _, flag, _ in OPTIONS if words == ("measure", "load")} >= {"--duration", "--isl"}


NUMBERS = [row for row in OPTIONS if row[3] & {int, float} and bool not in row[3]]


@pytest.mark.parametrize(
    ("words", "callback", "flag", "kinds"), NUMBERS, ids=[" ".join((*row[0], row[2])) for row in NUMBERS]
)
def test_a_number_with_a_unit_is_told(isocost, words, callback, flag, kinds):
    status, out, err = isocost(*words, *needed(callback, but=flag), flag, "5s")
    assert (status, out) == (2, "")
    expected = "a number without a unit" if float in kinds else "a whole number"
    name = next(names[0] for names in all_flags(callback) if flag in names)
    assert one_sentence(err).startswith(f"isocost: {name} must be {expected} (")
    assert f"), got '5s'; see isocost {' '.join(words)} --help\n" in err


def all_flags(callback):
    return [flags(info) for _, _, info, _ in parameters(callback) if isinstance(info, OptionInfo)]


@pytest.mark.parametrize(
    ("words", "callback", "flag", "kinds"), OPTIONS, ids=[" ".join((*row[0], row[2])) for row in OPTIONS]
)
def test_a_value_where_none_belongs_or_none_where_one_does(isocost, words, callback, flag, kinds):
    if bool in kinds and flag.startswith("--"):
        status, out, err = isocost(*words, *needed(callback), f"{flag}=3")
        expected = f"isocost: {flag} is a switch and takes no value ("
    elif bool in kinds:
        pytest.skip("a short switch takes no value by its form")
    else:
        status, out, err = isocost(*words, *needed(callback, but=flag), flag)
        expected = f"isocost: {flag} needs a value after it ("
    assert (status, out) == (2, "")
    assert one_sentence(err).startswith(expected)


@pytest.mark.parametrize(
    ("words", "callback"), list(commands(app)), ids=[" ".join(words) for words, _ in commands(app)]
)
def test_what_a_command_does_not_know_is_told(isocost, words, callback):
    name = " ".join(words)
    status, out, err = isocost(*words, *needed(callback), "--no-such-thing")
    assert (status, out) == (2, "")
    assert one_sentence(err).startswith(f"isocost: {name} has no option --no-such-thing")
    if not takes_many(callback):
        status, out, err = isocost(*words, *needed(callback), *["one too many"] * 9)
        assert (status, out) == (2, "")
        assert f"isocost: {name} takes " in one_sentence(err)
        assert "too much" in err
    if needed(callback):
        status, out, err = isocost(*words)
        assert (status, out) == (2, "")
        assert one_sentence(err).startswith(f"isocost: {name} needs ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["meas"], "isocost has no command 'meas'; perhaps measure is meant; see isocost --help"),
        (["measure", "lod"], "measure has no command 'lod'; perhaps load is meant; see isocost measure"),
        (["catalog", "x"], "catalog has no command 'x': it has models, accelerators, machines"),
        (
            ["measure", "load", "URL", "--max-seconds", "9"],
            "measure load has no option --max-seconds; perhaps --duration is meant; "
            "see isocost measure load --help",
        ),
        (
            ["measure", "load", "URL", "--rate", "9"],
            "measure load has no option --rate; perhaps --request-rate is meant; "
            "see isocost measure load --help",
        ),
        (["--verson"], "isocost has no option --verson; perhaps --version is meant; see isocost --help"),
        (
            ["engine", "serve", "tiny"],
            "engine serve takes options only, and 'tiny' is too much; perhaps --model tiny is meant; see",
        ),
        (["run"], "run needs STUDY (folder of the study"),
        (["report"], "report needs STUDY|SWEEP.csv|RESULTS... (folder of a study; CSV file with"),
        (["run", "a", "b c"], "run takes only STUDY, and 'b c' is too much; put quotes around a value"),
        (["measure", "load", DEAD], "measure load needs --out STUDY (folder of the study); see"),
        (["measure", "load", DEAD, "--out", ""], "nothing was given after '--out'; is a variable not set?"),
        (["measure", "load", DEAD, "--out="], "nothing was given after '--out='; is a variable not set?"),
        (["report", ""], "nothing was given after 'report'; is a variable not set?"),
        (["measure", "load", DEAD, "--out", "s", "--seed", "-1"], "seed must be at least 0, got -1"),
        (["measure", "runtime", DEAD, "--out", "s", "--seed", "-1"], "seed must be at least 0, got -1"),
        (["measure", "runtime", DEAD, "--out", "s", "--max-output-tokens", "0"], "got 1024 and 0"),
        (["measure", "runtime", DEAD, "--out", "s", "--max-input-tokens", "0"], "got 0 and 64"),
        (["measure", "runtime", DEAD, "--out", "s", "--cells", "1xa"], "'a' is no whole number; write sizes"),
        (["measure", "load", DEAD, "--out", "s", "--concurrency", "1-8"], "write levels such as 1,2,4"),
        (["quickstart", "--price-per-hour", "-1"], "price per hour must be a number of at least 0"),
        (["catalog", "models", "--batch", "3"], "these options go with the NAME of a model"),
        (["report", "absent"], "absent is no study: it does not exist; measure something first"),
        (["run", __file__], "is no study: it is no folder; measure something first"),
    ],
)  # fmt: skip
def test_typical_mistakes(isocost, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    status, out, err = isocost(*arguments)
    assert (status, out) == (2, "")
    assert sentence in one_sentence(err)
    assert not list(tmp_path.iterdir())  # nothing was begun


def test_a_group_alone_shows_its_help(isocost):
    status, out, err = isocost("catalog")
    assert (status, out) == (2, "")
    assert "Commands:" in err
    assert "machines" in err


def test_words_that_hold_something_pass():
    assert empty_word(["report", "study", "--slo", "ttft.p95=1s", "--where", "column="]) is None
    assert empty_word([]) is None
    assert empty_word([str(Path("x"))]) is None
