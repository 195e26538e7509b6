"""Help of commands with many options comes in groups; no option is lost or shown twice."""

import re
import sys

import pytest
from typer.main import get_command

from isocost.cli import main
from isocost.cli.app import app
from isocost.cli.grouping import _GROUPS


@pytest.fixture
def help_of(capsys, monkeypatch):
    def run(name):
        monkeypatch.setattr(sys, "argv", ["isocost", "measure", name, "--help"])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("name", ["load", "runtime", "quality"])
def test_every_option_is_shown_once(help_of, name):
    text = help_of(name)
    known = {option for each in _command(name).params for option in each.opts if option.startswith("--")}
    shown = [
        found
        for row in re.findall(r"^  (-\S.*)$", text, re.M)
        for found in re.findall(r"--[a-z-]+", row[:45])
    ]
    assert set(shown) >= known - {"--help"}
    first = [re.search(r"--[a-z-]+", row)[0] for row in re.findall(r"^  (-\S.*)$", text, re.M)]
    assert len(first) == len(set(first))


def test_groups_name_options_that_exist():
    known = {each.name for name in ("load", "runtime", "quality") for each in _command(name).params}
    assert {name for names in _GROUPS.values() for name in names} <= known


def test_what_matters_first_comes_first(help_of):
    titles = re.findall(r"^(\S.*):$", help_of("load"), re.M)
    assert titles[:4] == ["Arguments", "Options", "What to send", "How much at once"]


def _command(name):
    return get_command(app).commands["measure"].commands[name]
