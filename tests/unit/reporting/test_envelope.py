"""The envelope: one shape, strict JSON, the numbers of the records."""

import json
from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import nothing_qualifies, runtime_only, study_report
from isocost.core.estimate import Estimate
from isocost.reporting import envelope, envelope_json, estimate_object
from isocost.studies.report import StudyReport

KEYS = ["schema", "question", "verdict", "estimates", "tables", "assumptions", "warnings", "provenance"]


@pytest.mark.parametrize(
    "report",
    [
        study_report(),
        study_report(price=None),
        nothing_qualifies(),
        runtime_only(),
        study_report(names=NAMES[:4]),
    ],
    ids=["priced", "no price", "nothing", "runtime", "hostile"],
)
def test_one_shape_whatever_was_measured(report: StudyReport) -> None:
    text = envelope_json(report)
    assert text == envelope_json(report)

    def refuse(name: str) -> None:
        raise AssertionError(name)

    read = json.loads(text, parse_constant=refuse)
    assert list(read) == KEYS
    assert read["schema"] == "isocost/1"
    assert list(read["verdict"]) == ["text", "state"]
    assert all(list(each) == ["code", "text", "about"] for each in read["warnings"])


def test_an_estimate_keeps_all_of_its_fields() -> None:
    estimate = Estimate(
        value=0.31,
        low=0.29,
        high=0.33,
        unit="USD/1M tokens",
        kind="measured",
        method="t",
        n=3,
        basis="output",
    )
    assert estimate_object(estimate) == {
        "value": 0.31,
        "low": 0.29,
        "high": 0.33,
        "level": 0.95,
        "n": 3,
        "unit": "USD/1M tokens",
        "basis": "output",
        "method": "t",
        "kind": "measured",
        "source": None,
    }
    assert estimate_object(None) is None


def test_the_verdicts_numbers_are_its_estimates() -> None:
    report = study_report()
    result = envelope(report)
    curve = report.deployments[3].curve
    assert curve is not None
    assert curve.zone.best is not None
    best = curve.level_at(curve.zone.best)
    cost = result["estimates"]["cost_per_million_output_tokens"]
    assert cost["value"] == best.cost_per_million_tokens["output"].value
    row = next(row for row in result["tables"]["levels"] if row["deployment"] == "small-Q8_0" and row["best"])
    assert row["cost_per_million_tokens"]["output"] == cost
    assert row["requests"] == 3 * 40 * 8  # three repeats of 40 requests a stream


def test_without_price_there_is_no_money() -> None:
    result = envelope(study_report(price=None))
    assert "machine_seconds_per_million_output_tokens" in result["estimates"]
    assert not any(name.startswith("cost") for name in result["estimates"])
    assert all(row["cost_per_million_tokens"] == {} for row in result["tables"]["levels"])
    assert result["verdict"]["state"] == "price-unknown"


def test_not_a_number_becomes_absent() -> None:
    report = runtime_only()
    model = report.deployments[0].runtime
    assert model is not None
    cells = tuple(replace(cell, fitted_s=float("nan")) for cell in model.cells)
    changed = replace(
        report, deployments=(replace(report.deployments[0], runtime=replace(model, cells=cells)),)
    )
    assert all(row["fitted_s"] is None for row in envelope(changed)["tables"]["cells"])
