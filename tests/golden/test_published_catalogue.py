"""The catalogue's published runtimes are those of the published files, digit by digit."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from isocost.catalog import model_names, published_fit, published_names
from isocost.catalog.tables import shipped_table

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "narayanan2023"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the published coefficients are not at {DATA}")


@pytest.mark.parametrize(
    ("file", "hardware", "models", "coefficients"),
    [
        ("fitted_idealized_helm.json", "a100", 19, 532),  # 19 x (27 prompt sizes + beta)
        ("fitted_idealized_v100.json", "v100", 15, 180),  # 15 x (11 + 1)
        ("fitted_denoised.json", "api", 18, 126),  # 18 x (5 + beta + overhead)
    ],
)
def test_every_coefficient_is_as_published(file, hardware, models, coefficients):
    told = json.loads((DATA / file).read_text())
    known = {name for name in published_names() if name in shipped_table("published.toml")["fits"][hardware]}
    assert known == set(told)
    assert len(known) == models
    compared = 0
    for name, each in told.items():
        found = published_fit(name, hardware).runtime
        assert dict(found.prefill_s) == {
            int(p): alpha for p, alpha in each["runtime_for_prompt_tokens"].items()
        }
        assert found.decode_s == each["runtime_per_output_token"]
        assert found.overhead_s == each.get("overhead")
        compared += len(found.prefill_s) + 1 + ("overhead" in each)
    assert compared == coefficients


def test_the_papers_own_file_holds_the_same_fifteen_models():
    told = json.loads((DATA / "fitted_idealized.json").read_text())
    for name, each in told.items():
        found = published_fit(name, "a100")
        assert [alpha for _, alpha in found.runtime.prefill_s] == [
            *each["runtime_for_prompt_tokens"].values()
        ]
        assert "not in the paper" not in found.source
    others = {name for name in shipped_table("published.toml")["fits"]["a100"] if name not in told}
    assert all("not in the paper" in published_fit(name, "a100").source for name in others)


def test_accelerators_profiled_and_costed_are_those_of_the_logs():
    with (DATA / "models.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["helm_name"]: row for row in csv.DictReader(lines)}
    compared = 0
    for hardware in ("a100", "v100"):
        for name in shipped_table("published.toml")["fits"][hardware]:
            fit = published_fit(name, hardware)
            row = rows.get(name) or rows[fit.copy_of]
            assert fit.profiled == int(row[f"{hardware}_gpus_profiled"])
            assert fit.costed == int(row[f"{hardware}_gpus_costed"])
            assert row["model"].startswith(fit.model) or name == "cohere/xlarge-20220609"
            assert fit.model in model_names()
            compared += 1
    assert compared == 34
