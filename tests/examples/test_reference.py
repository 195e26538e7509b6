"""The reference pages name what the code has: commands, metrics, tables of the journal."""

import importlib.util
import re
from dataclasses import fields

import pytest

from examples.documents import ROOT, documents
from isocost.core.operating_point import OperatingPoint
from isocost.core.service_level import ServiceLevel
from isocost.economics import BatchTechnology, CostLevel, Zone
from isocost.runtime import RuntimeModel

REFERENCE = ROOT / "docs" / "reference"


def test_the_page_of_commands_is_what_the_script_writes():
    spec = importlib.util.spec_from_file_location("generate_cli", ROOT / "docs" / "generate_cli.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "stale: run python docs/generate_cli.py"


@pytest.mark.parametrize(
    "record", [OperatingPoint, CostLevel, BatchTechnology, Zone, RuntimeModel, ServiceLevel]
)
def test_every_number_of_a_result_stands_in_the_table_of_metrics(record):
    page = (REFERENCE / "metrics.md").read_text(encoding="utf-8")
    no_number = {
        "deployment", "load", "repeat", "keys", "cautions", "kind", "provenance", "points", "draws", "band",
        "best", "levels", "cheapest", "obstacle", "cells", "knots", "coefficients", "tile_tokens",
        "metric", "statistic", "bound",
    }  # fmt: skip
    wanted = {item.name for item in fields(record)} - no_number
    assert {name for name in wanted if f"`{name}`" not in page} == set()


def test_every_caution_stands_in_the_table_of_cautions():
    page = (REFERENCE / "cautions.md").read_text(encoding="utf-8")
    source = ROOT / "src" / "isocost"
    codes = set()
    for module in (
        "economics/sweep",
        "economics/service",
        "studies/answer",
        "studies/right_answers",
        "studies/scored",
        "studies/energy",
        "studies/profile",
        "studies/doubts",
        "studies/sides",
        "studies/contenders",
        "runtime/comparison",
    ):
        text = (source / f"{module}.py").read_text(encoding="utf-8")
        codes |= set(re.findall(r'Caution\(\s*"([a-z-]+)"', text))
    for module in ("statistics/window", "runtime/fit"):
        text = (source / f"{module}.py").read_text(encoding="utf-8")
        codes |= set(re.findall(r'^ {8}"([a-z-]+)": \(', text, flags=re.MULTILINE))
    assert len(codes) >= 18
    assert {code for code in codes if f"`{code}`" not in page} == set()


def test_the_page_of_the_envelope_names_each_part():
    from isocost.reporting.envelope import SCHEMA

    page = (REFERENCE / "study-folder.md").read_text(encoding="utf-8")
    parts = ("schema", "question", "verdict", "estimates", "tables", "assumptions", "warnings", "provenance")
    tables = ("deployments", "levels", "technologies", "runtimes", "cells", "units")
    assert SCHEMA in page
    assert {name for name in (*parts, *tables) if f"`{name}`" not in page} == set()


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in documents()
        for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", document.read_text(encoding="utf-8"))
        if "://" not in link and not (document.parent / link).exists()
    ]
    assert broken == []
