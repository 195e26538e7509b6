"""Intervals of foretold runtimes rest on what the rule missed; the paper's costs and savings come out."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from isocost.catalog import accelerator_profile, published_fit, published_price
from isocost.catalog.tables import shipped_table
from isocost.core.estimate import Estimate
from isocost.runtime import foretell, published_rule, request_cost
from isocost.studies.published import PublishedQuestion, predict_published
from isocost.studies.request_cost import POWER_SHARE

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
DATA = SHARED / "narayanan2023"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the published profiles are not at {DATA}")


def rows(name, folder=DATA):
    with (folder / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def timed(hardware):
    """Yield name, seconds by p and o, and coefficients of each timed model: as published where they are."""
    models = {row["model"]: row for row in rows("models.csv")}
    cells = defaultdict(dict)
    for row in rows(f"profile_{hardware}.csv"):
        seconds = float(row["runtime_s"]) * float(models[row["model"]]["runtime_scale"])
        cells[row["model"]][int(row["prompt_tokens"]), int(row["output_tokens"])] = seconds
    for model, mine in cells.items():
        name = models[model]["helm_name"]
        if name in shipped_table("published.toml")["fits"][hardware]:
            yield name, mine, published_fit(name, hardware).runtime
        else:  # gpt2 on A100, ada and neox on V100
            p, o = np.array(list(mine)).T
            yield model, mine, published_rule(p, o, np.array(list(mine.values())))


@pytest.mark.parametrize(("hardware", "models"), [("a100", 13), ("v100", 11)])
def test_shares_are_the_percentiles_of_what_the_rule_misses(hardware, models):
    missed, inside = defaultdict(list), []
    errors = published_fit("openai/davinci", hardware).errors
    for _, cells, runtime in timed(hardware):
        alpha = dict(runtime.prefill_s)
        told = {(p, o): alpha[p] + runtime.decode_s * (o - 1) for p, o in cells}
        for (p, o), seconds in cells.items():
            group = 1 if o == 1 else 8 if o <= 8 else 64
            off = abs(told[p, o] - seconds) - 0.001 - 0.0005 * (o - 1)
            missed[group].append(max(off, 0) / told[p, o])
        for size, seconds in cells.items():
            each = foretell(runtime, *size, longest_output=64, errors=errors)
            assert each.kind == "published"
            inside.append(each.low - 1e-9 <= seconds <= each.high + 1e-9)
    assert len(missed[1]) == models * (27 if hardware == "a100" else 11) + (hardware == "v100")
    kept = {each.most_output: each.timed for each in errors}
    assert {group: np.quantile(each, 0.95) for group, each in missed.items()} == pytest.approx(
        {group: kept[group] for group in (1, 8, 64)}, abs=6e-5
    )
    assert np.mean(inside) == pytest.approx(0.95, abs=0.003)  # in sample: by construction


def test_costs_of_the_figures_of_october_2022():
    """Cents a request at $3.67 an A100-hour; 48 of cohere/xlarge were costed with 8, its other 4 with 4."""
    figures = [row for row in rows("figures_efficiency_capability.csv") if row["figure_version"] == "oct2022"]
    exact, eight = 0, set()
    for row in figures:
        fit = published_fit(row["model"].replace("_", "/", 1), "a100")
        runtime = Estimate(
            value=float(row["idealized_runtime_s"]), unit="s", kind="published", method="figure"
        )
        price = published_price("paper-a100-2022")
        told = float(row["idealized_cost_cents"])
        if 100 * request_cost(runtime, price.of(fit.costed)).value == pytest.approx(told, rel=1e-4):
            exact += 1
        else:
            assert 100 * request_cost(runtime, price.of(8)).value == pytest.approx(told, rel=1e-4)
            eight.add(row["model"])
    assert (len(figures), exact, eight) == (463, 415, {"cohere_xlarge-20220609"})


def test_runtimes_of_one_token_answers_are_near_the_figures():
    """MMLU college chemistry: the mean p is the figure's FLOPs over 24 h^2 L; single prompts are not told."""
    models = {row["helm_name"].replace("/", "_"): row for row in rows("models.csv")}
    apart = []
    for row in rows("figures_efficiency_capability.csv"):
        if (row["figure_version"], row["scenario"]) != ("oct2022", "mmlu:subject=college_chemistry"):
            continue
        about = models[row["model"]]
        work = 24 * int(about["hidden_size"]) ** 2 * int(about["layers_model"])
        prompt = round(float(row["flops"]) / work)
        name = row["model"].replace("_", "/", 1)
        report = predict_published(name, PublishedQuestion(request=(prompt, 1), hardware="a100"))
        apart.append(report.predictions[0].runtime.value / float(row["idealized_runtime_s"]) - 1)
        assert report.work.paper == pytest.approx(float(row["flops"]), rel=0.002)
    assert len(apart) == 10
    assert np.abs(apart).max() < 0.025


def test_the_papers_savings_follow_from_its_profile_and_its_own_totals():
    """$420.74 and $542.07 (arXiv 2305.02440); prices of its notebook, queries from its baselines."""
    davinci = [row for row in rows("profile_a100.csv") if row["model"] == "openai_davinci"]
    prompt = sum(int(row["prompt_tokens"]) for row in davinci)  # 10 x 19,957
    output = sum(int(row["output_tokens"]) for row in davinci)  # 27 x 211
    assert (prompt, output) == (199_570, 5_697)
    through_api = 10 * (prompt * 0.0015 + output * 0.002) / 1000
    assert 4176.34 / 10 + through_api == pytest.approx(420.74, abs=0.005)
    on_accelerators = sum(float(row["runtime_s"]) for row in davinci) * 50 * 40.96 / 3600
    queries = 545.24 - (711.97 - 4176.34 / 10)
    assert queries + on_accelerators == pytest.approx(542.07, abs=0.015)  # four totals rounded to cents


def test_the_assumed_share_of_power_is_what_accelerators_drew_at_the_smallest_batch():
    table = "mlenergy_llm_batch_sweeps.csv"
    if not (SHARED / "energy" / table).exists():
        pytest.skip(f"the sweeps are not at {SHARED / 'energy'}")
    power = {"H100": accelerator_profile("h100").power_w, "B200": accelerator_profile("b200").power_w}
    sweeps = defaultdict(list)
    for row in rows(table, SHARED / "energy"):
        key = tuple(row[name] for name in ("model_id", "task", "gpu_model", "num_gpus", "tp", "ep", "dp"))
        drawn = float(row["avg_power_watts"]) / int(row["num_gpus"]) / power[row["gpu_model"]]
        sweeps[key].append((float(row["avg_batch_size"]), drawn))
    least = [min(sweep) for sweep in sweeps.values()]
    assert len(least) == 114
    assert np.median([batch for batch, _ in least]) == pytest.approx(8, abs=0.1)
    shares = [share for _, share in least]
    found = np.median(shares), min(shares), max(shares)
    assert found == pytest.approx(POWER_SHARE, abs=0.006)
