"""A table of capability as sentences, text, JSON and page."""

import json
import re

import pytest

from doubles.capability_tables import ROWS, csv_text
from doubles.hostile import NAMES
from isocost.reporting import capability_json, capability_page, capability_text, capability_verdict
from isocost.reporting.standings import metric_label
from isocost.studies.capability import capability_report


@pytest.fixture
def report(tmp_path):
    def build(text=None, **options):
        path = tmp_path / "capability.csv"
        path.write_text(csv_text() if text is None else text)
        return capability_report(path, **options)

    return build


def test_the_verdict_says_who_leads_who_moves_and_how_often_metrics_agree(report):
    # raw: quick 2 of 2, large 2 of 2, copy 1; idealized: quick 2 of 2, large 1 of 2
    verdict = capability_verdict(report())
    assert verdict.head == (
        "On the frontier most often: quick and 1 more by raw runtime, in 2 of 2 scenarios; "
        "quick by idealized runtime, in 2 of 2 scenarios."
    )
    assert verdict.rest == (
        "large moves most: from 2 of 2 by raw runtime to 1 of 2 by idealized runtime. "
        "The two draw the same frontier in 1 of 2. Dominance: weak."
    )


def test_one_scenario_names_everybody(report):
    verdict = capability_verdict(report(where={"scenario": "imdb"}, dominance="strict"))
    assert (
        verdict.text
        == "On the frontier: quick, large by raw runtime; quick by idealized runtime. Dominance: strict."
    )


def test_one_metric_is_enough(report):
    only = report("scenario,model,score,flops\na,x,0.5,1\na,y,0.7,2\nb,x,0.5,1\nb,y,0.4,2\n")
    assert only.ratio is None
    assert capability_verdict(only).text == (
        "On the frontier most often: x by FLOPs, in 2 of 2 scenarios. Dominance: weak."
    )
    assert "x         2 of 2" in capability_text(only)
    assert "<svg" in capability_page(only)


def test_text_has_a_row_for_each_model_and_pair(report):
    text = capability_text(report(scenarios=["imdb"]), one_by_one=True)
    assert re.search(r"^large +2 of 2 +1 of 2 +0\.500$", text, re.MULTILINE)
    assert re.search(r"^raw runtime and idealized runtime +1 of 2 +0\.80 +0\.67$", text, re.MULTILINE)
    assert "imdb\n  raw runtime        quick, large\n  idealized runtime  quick\n" in text
    assert "boolq\n" not in text
    assert "! 2 of 2 scenarios have less than 5 models (boolq, imdb): there, being on the frontier" in text


def test_json_is_the_envelope(report):
    found = json.loads(capability_json(report()))
    assert found["schema"] == "isocost/1"
    assert found["assumptions"] == [{"name": "dominance", "value": "weak", "source": "as asked"}]
    tables = found["tables"]
    assert tables["standings"][0] == {
        "model": "quick", "metric": "raw_runtime_s", "on_frontier": 2, "scenarios": 2,
    }  # fmt: skip
    assert tables["coincidences"] == [
        {"metrics": ["raw_runtime_s", "idealized_runtime_s"], "same_frontier": 1, "scenarios": 2}
    ]
    assert tables["frontiers"][0] == {
        "scenario": "boolq",
        "metric": "raw_runtime_s",
        "ahead": ["quick", "large", "copy"],
        "dominated_by": {"poor": ["quick", "large", "copy"]},
    }
    assert tables["ratios"][0]["ratio"]["value"] == 2.0
    assert tables["units"][0]["metrics"]["raw_runtime_s"]["value"] == 1.0
    assert {each["code"] for each in found["warnings"]} == {"no-intervals", "few-models"}


def test_unknown_values_are_null_in_json(report):
    found = json.loads(capability_json(report(csv_text((*ROWS, ("imdb", "late", 0.1, 9.0, None))))))
    assert found["tables"]["units"][-1]["metrics"]["idealized_runtime_s"] is None


def test_the_page_draws_each_scenario_and_is_the_same_each_time(report):
    page = capability_page(report())
    assert page == capability_page(report())
    assert page.count('id="scenario-') == 2 * 2  # title and description of each drawing
    assert "Content-Security-Policy" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")


def test_many_scenarios_are_drawn_in_part_and_the_page_says_so(report):
    rows = [
        (f"s{n:02d}", m, a, t, t / 2) for n in range(20) for m, a, t in (("x", 0.5, 1.0), ("y", 0.6, 2.0))
    ]
    page = capability_page(report(csv_text(tuple(rows))))
    assert page.count('id="scenario-') == 12 * 2
    assert "12 of 20 scenarios; name others with --scenario." in page


def test_a_page_of_many_models_stays_small(report):
    rows = [(f"s{n}", f"model-{m}", m / 60, 1.0 + m, 2.0 + m % 7) for n in range(12) for m in range(60)]
    page = capability_page(report(csv_text(tuple(rows))))
    assert len(page.encode()) <= 300 * 1024
    assert "left out of the page for its size; isocost frontier --preset capability --json" in page


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_stay_text(report, name):
    quoted = '"' + name.replace('"', '""').replace("\x00", "") + '"'
    text = f"scenario,model,accuracy,flops\n{quoted},{quoted},0.5,1\n{quoted},plain,0.7,2\n"
    found = report(text)
    page, said = capability_page(found), capability_text(found, one_by_one=True)
    tags = set(re.findall(r"<([a-zA-Z]+)", page))
    assert tags <= set(re.findall(r"<([a-zA-Z]+)", capability_page(report())))
    assert page.count("<script") == 1
    assert "\x1b" not in said
    json.loads(capability_json(found))


def test_labels():
    assert metric_label("idealized_cost_usd") == "idealized cost"
    assert metric_label("speed") == "speed"
