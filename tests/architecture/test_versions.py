"""The versions that are tested are the versions that are promised."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNNING = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["engine"]]


def pins(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pinned = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {
        package.lower(): tuple(map(int, re.findall(r"[0-9]+", version))) for package, _, version in pinned
    }


def bounds():
    found = [re.fullmatch(r"([A-Za-z0-9-]+)>=([0-9.]+)", requirement) for requirement in RUNNING]
    assert all(found), "a dependency is written NAME>=VERSION"
    return {match[1].lower(): tuple(map(int, match[2].split("."))) for match in found}


@pytest.mark.parametrize(("package", "least"), bounds().items())
def test_the_lowest_version_that_is_allowed_is_the_lowest_that_is_tested(package, least):
    tested = pins("lowest.txt")[package]
    assert tested[: len(least)] == least
    assert not any(tested[len(least) :])  # the first of its line: 1.26 is 1.26.0


def test_only_dependencies_are_held_low():
    assert set(pins("lowest.txt")) == set(bounds())


@pytest.mark.parametrize(("package", "least"), bounds().items())
def test_the_usual_version_is_allowed(package, least):
    assert pins("constraints.txt")[package] >= least
