"""Efficiency against capability in 52 scenarios of arXiv 2305.02440: the counts of METHOD 2."""

import csv
from pathlib import Path

import pytest

from isocost.cli.app import app
from isocost.exchange import read_capability
from isocost.frontier import CapabilityTable, coincidences, metric_ratios, scenario_frontiers, standings

PATH = Path(__file__).parents[2].parent / "shared/data/narayanan2023/figures_efficiency_capability.csv"
FOUR = ("boolq", "imdb", "mmlu:subject=college_chemistry", "raft:subset=terms_of_service")
DRAWN = {
    "raw_runtime_s": "on_drawn_frontier_runtime",
    "idealized_runtime_s": "on_drawn_frontier_idealized_runtime",
    "idealized_cost_cents": "on_drawn_frontier_idealized_cost",
    "flops": "on_drawn_frontier_flops",
    "denoised_runtime_s": "on_drawn_frontier_denoised_runtime",
}


@pytest.fixture(scope="module")
def table() -> CapabilityTable:
    if not PATH.exists():
        pytest.skip(f"the paper's figures are not here ({PATH.name}); they are not part of the project")
    return read_capability(PATH, where={"figure_version": "oct2022"}).table


@pytest.fixture(scope="module")
def drawn() -> dict[tuple[str, str], set[str]]:
    """Who is drawn on the frontier of each scenario and metric."""
    if not PATH.exists():
        pytest.skip(f"the paper's figures are not here ({PATH.name}); they are not part of the project")
    found: dict[tuple[str, str], set[str]] = {}
    with PATH.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for metric, column in DRAWN.items():
                if row["figure_version"] == "oct2022" and row[metric]:
                    ahead = found.setdefault((row["scenario"], metric), set())
                    ahead |= {row["model"]} if row[column] == "1" else set()
    return found


def counts(table, dominance):
    ahead = {
        (each.model, each.metric): (each.ahead, each.scenarios)
        for each in standings(scenario_frontiers(table, dominance=dominance))
    }
    same = {(each.one, each.other): each for each in coincidences(table, dominance=dominance)}
    alike = same["raw_runtime_s", "idealized_runtime_s"]
    return (
        ahead["openai_davinci", "raw_runtime_s"],
        ahead["openai_davinci", "idealized_runtime_s"],
        ahead["ai21_j1-large", "raw_runtime_s"],
        ahead["ai21_j1-large", "idealized_runtime_s"],
        (alike.same, alike.scenarios),
    )


def test_weak_dominance_counts_as_the_paper(table):
    assert len(table.scenarios) == 52
    assert counts(table, "weak") == ((44, 52), (8, 52), (39, 51), (51, 51), (6, 52))


def test_strict_dominance_counts_less(table):
    assert counts(table, "strict") == ((43, 52), (5, 52), (38, 51), (50, 51), (5, 52))


def matches(table, drawn, dominance):
    """In how many scenarios, by metric, the frontier found is the frontier drawn."""
    found = {metric: [0, 0] for metric in DRAWN}
    for each in scenario_frontiers(table, dominance=dominance):
        found[each.metric][0] += set(each.ahead) == drawn[each.scenario, each.metric]
        found[each.metric][1] += 1
    return {metric: tuple(tally) for metric, tally in found.items()}


def test_weak_dominance_draws_the_papers_frontiers(table, drawn):
    assert matches(table, drawn, "weak") == {
        "raw_runtime_s": (51, 52),
        "idealized_runtime_s": (48, 52),
        "idealized_cost_cents": (48, 52),
        "flops": (48, 52),
        "denoised_runtime_s": (4, 4),
    }
    assert matches(table, drawn, "strict")["idealized_runtime_s"] == (44, 52)


def test_the_four_scenarios_of_the_paper_match_by_every_metric(table, drawn):
    found = [each for each in scenario_frontiers(table) if each.scenario in FOUR]
    assert len(found) == 4 * 5
    for each in found:
        assert set(each.ahead) == drawn[each.scenario, each.metric]


def test_raw_over_idealized_runtime_tells_one_service_from_the_others(table):
    ratios = dict(metric_ratios(table, "raw_runtime_s", "idealized_runtime_s"))
    assert ratios["openai_davinci"].value == pytest.approx(0.83, abs=0.005)
    others = [each.value for model, each in ratios.items() if model != "openai_davinci"]
    assert (round(min(others), 1), round(max(others))) == (2.2, 25)


def test_two_versions_of_a_figure_are_refused_with_the_way_out():
    if not PATH.exists():
        pytest.skip(f"the paper's figures are not here ({PATH.name}); they are not part of the project")
    with pytest.raises(ValueError, match="--where figure_version=oct2022"):
        read_capability(PATH)


def test_the_command_says_it(table):
    from typer.testing import CliRunner

    arguments = ["frontier", str(PATH), "--preset", "capability", "--where", "figure_version=oct2022"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0
    assert done.output.startswith(
        "On the frontier most often: openai_davinci by raw runtime, in 44 of 52 scenarios; "
        "ai21_j1-large by idealized runtime, in 51 of 51 scenarios.\n"
        "openai_davinci moves most: from 44 of 52 by raw runtime to 8 of 52 by idealized runtime. "
        "The two draw the same frontier in 6 of 52. Dominance: weak.\n"
    )
