"""What a comparison says: text, tables, JSON and page, and names from outside stay text."""

import json
from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from doubles.made_up_studies import deployment, write_profile, write_sweep
from doubles.profiles import TrueRuntime
from isocost.reporting import comparison_json, comparison_page, comparison_text, comparison_verdict
from isocost.statistics import judge
from isocost.studies.compare import compare
from isocost.studies.compared import CompareQuestion
from isocost.studies.sides import SideQuestion

TRUTH = TrueRuntime()
SLOW = TrueRuntime(fixed_s=0.006, per_prompt_s=3e-4, decode_s=0.0075)


def asked(a, b, **changes):
    sides = {"baseline": SideQuestion(text=str(a)), "other": SideQuestion(text=str(b))}
    return CompareQuestion(**{**sides, **changes})


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """One model 1.5 times as slow on another engine, with sweeps; a gate at 5 %."""
    folder = tmp_path_factory.mktemp("report")
    for name, engine, truth, step in (("a", "vllm", TRUTH, 0.010), ("b", "sglang", SLOW, 0.015)):
        served = deployment("little", engine=engine)
        write_profile(folder / name, served, truth, seed=len(engine))
        write_sweep(folder / name, served, step, seed=len(engine))
    return replace(compare(asked(folder / "a", folder / "b", margin=0.05)), baseline="a", other="b")


@pytest.fixture(scope="module")
def two_models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for name, own in (("a", 0.002), ("b", 0.005)):
        for model, work in (("little", 0.001), ("larger", 0.003)):
            truth = TrueRuntime(decode_s=own + work)
            write_profile(folder / name, deployment(model), truth, noise=0.002, seed=len(model))
    return replace(compare(asked(folder / "a", folder / "b")), baseline="a", other="b")


def test_the_verdict_says_how_much_what_differs_and_what_cannot_be_told(report):
    verdict = comparison_verdict(report)
    assert verdict.state == "worse"
    assert verdict.head.startswith("b (B) takes 1.5")
    assert verdict.head.endswith("times the runtime of a (A), over 6 typical requests.")
    assert verdict.gate == (
        "Gate failed: worse by more than 5 % in the runtime, as far as one profile of each can tell."
    )
    cost = next(ratio for ratio in report.means if ratio.key == "cost")
    of_sweeps = replace(report, headline=cost, gate=judge(cost, margin=0.05))
    assert comparison_verdict(of_sweeps).gate == "Gate failed: worse by more than 5 % in the cost."
    assert verdict.rest[0] == "What differs: engine (vllm -> sglang)."
    assert verdict.rest[1].startswith("Beside the model a request takes ")
    assert (
        "cannot be told from one model; profile a second, larger or smaller one on both." in verdict.rest[1]
    )


def test_without_a_gate_the_direction_is_the_state(report):
    plain = replace(report, gate=None)
    assert comparison_verdict(plain).state == "slower"
    rate = next(ratio for ratio in report.means if ratio.key == "throughput")
    verdict = comparison_verdict(replace(plain, headline=rate))
    assert verdict.state == "slower"  # fewer tokens per second
    assert " has 0.6" in verdict.head


def test_gates_that_pass_say_why(report):
    passed = replace(report, gate=judge(report.headline, margin=0.99))
    assert comparison_verdict(passed).gate == "Gate passed: not worse by more than 99 % in the runtime."
    near = report.headline.estimate.value - 1
    untold = comparison_verdict(replace(report, gate=judge(report.headline, margin=near))).gate
    assert untold.startswith("Gate passed: whether it is worse by more than ")
    assert "repeats of each size on both sides tell no change from" in untold
    bare = replace(report.headline, estimate=replace(report.headline.estimate, low=None, high=None))
    bare = replace(bare, probability_above=None)
    none = comparison_verdict(replace(report, headline=bare, gate=judge(bare, margin=0.05)))
    assert none.head.endswith("typical requests; no interval is known.")
    assert none.gate.endswith("for no interval is known; profile with at least 3 repeats.")


def test_text_has_all_tables_and_doubts(report):
    text = comparison_text(report, width=120)
    for heading in ("\nRatios\n", "\nWhere the difference comes from\n", "\nWhat differs\n"):
        assert heading in text
    assert "machine time at 2 concurrent" in text
    assert "tokens per second at 2 concurrent" not in text  # its inverse stands there
    assert text.rindex("\n! ") > text.index("What differs")
    assert "each side was profiled once" in text


def test_several_models_have_means_and_an_overhead(two_models):
    verdict = comparison_verdict(two_models)
    assert "over 6 typical requests and 2 models" in verdict.head
    overhead = verdict.rest[1]
    assert overhead.startswith(
        "Overhead: as far as a model's own work grows with its weights, a step holds 2.0"
    )
    assert "of the stack's own time on A and 5.0" in overhead
    text = comparison_text(two_models)
    assert "\nall models\n" in text
    assert "\nlittle\n" in text
    assert "\nThe stack's own time in a step\n" in text
    assert "in, 24 out" not in text  # size by size only in JSON and page


def test_json_holds_everything(report):
    content = json.loads(comparison_json(report))
    assert content["schema"] == "isocost/1"
    assert content["gate"] == {
        "metric": "runtime", "margin": 0.05, "state": "worse", "failed": True,
        "repeats_to_tell": content["gate"]["repeats_to_tell"],
    }  # fmt: skip
    ratio = content["estimates"]["runtime"]
    assert ratio["low"] < 1.5 < ratio["high"]
    rows = {row["key"]: row for row in content["tables"]["ratios"]}
    assert rows["runtime at 480x24"]["a"]["unit"] == "s"
    assert rows["throughput"]["better"] == "higher"
    assert [part["key"] for part in content["tables"]["parts"]] == ["beside", "prompt", "steps"]
    assert content["tables"]["differences"] == [
        {"model": "little", "what": "engine", "a": "vllm", "b": "sglang"}
    ]
    assert "one-session" in [warning["code"] for warning in content["warnings"]]
    assert comparison_json(report) == comparison_json(report)


def test_the_page_draws_a_forest_with_the_gate(report):
    page = comparison_page(report)
    assert page.startswith("<!DOCTYPE html>")
    assert page.count('class="bound"') == 2  # wide and narrow
    assert 'id="ratios"' in page
    assert "Coloured line: the gate, at 1.05, on runtime." in page
    assert 'class="bound"' not in comparison_page(replace(report, gate=None))


def test_a_page_of_many_models_names_them(two_models):
    page = comparison_page(two_models)
    assert "all models" in page
    assert page.count("Ratios of B over A") == 2


@pytest.mark.parametrize("name", NAMES)
def test_names_from_outside_stay_text(report, name):
    (model,) = report.models
    hostile = replace(report, baseline=name, other=name, models=(replace(model, model=name),))
    page = comparison_page(hostile)
    assert "<script>document" not in page
    assert "<img" not in page
    text = comparison_text(hostile)
    assert "\x1b" not in text
    json.loads(comparison_json(hostile))
