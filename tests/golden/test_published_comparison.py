"""V100 over A100 by the published coefficients of arXiv 2305.02440, and from its profiles."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from isocost.catalog.published import published_fits, published_names
from isocost.studies.compare import compare
from isocost.studies.compared import CompareQuestion
from isocost.studies.sides import SideQuestion

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "narayanan2023"


def both() -> list[str]:
    """Models timed by themselves on both accelerators: no copies."""
    return [
        name
        for name in published_names()
        if {fit.hardware for fit in published_fits(name) if fit.copy_of is None} >= {"a100", "v100"}
    ]


def compared(model: str):
    return compare(
        CompareQuestion(
            baseline=SideQuestion(text=f"{model}@a100"),
            other=SideQuestion(text=f"{model}@v100"),
            request=(1024, 64),
        )
    ).models[0]


def test_ratios_of_v100_to_a100_and_what_differs():
    """Beta 1.10 to 1.37, prefill at 1024 .95 to 2.49; six models ran on twice the accelerators."""
    found = {model: compared(model) for model in both()}
    assert len(found) == 9
    betas = [each.ratio("decode").estimate.value for each in found.values()]
    assert (round(min(betas), 2), round(max(betas), 2)) == (1.10, 1.37)
    prefill = [each.ratio("prefill at 1024").estimate.value for each in found.values()]
    assert (round(min(prefill), 2), round(max(prefill), 2)) == (0.95, 2.49)
    twice, vocabulary = [], []
    for model, each in found.items():
        told = {difference.label: difference for difference in each.differences}
        one, two = (told["accelerators"].baseline, told["accelerators"].other)
        assert (one.endswith("a100-80gb"), two.endswith("v100-32gb")) == (True, True)
        if int(two.split()[0]) == 2 * int(one.split()[0]):
            twice.append(model)
            assert each.ratio("accelerator-seconds").estimate.value == pytest.approx(
                2 * each.ratio("runtime").estimate.value
            )
        if "vocabulary" in told:
            vocabulary.append(model)
    assert len(twice) == 6
    assert vocabulary == ["ai21/j1-grande", "together/bloom", "together/yalm"]


@pytest.mark.skipif(not DATA.exists(), reason=f"the published profiles are not at {DATA}")
def test_vocabularies_and_accelerators_are_those_of_the_data():
    with (DATA / "models.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["helm_name"]: row for row in csv.DictReader(lines)}
    for model in both():
        row = rows[model]
        told = {difference.label: difference for difference in compared(model).differences}
        assert told["accelerators"].baseline == f"{row['a100_gpus_costed']} x a100-80gb"
        assert told["accelerators"].other == f"{row['v100_gpus_costed']} x v100-32gb"
        vocabularies = row["vocab_padded_a100"], row["vocab_padded_v100"]
        if "vocabulary" in told:
            seen = told["vocabulary"].baseline, told["vocabulary"].other
            assert tuple(text.replace(",", "") for text in seen) == vocabularies
        else:
            assert vocabularies[0] == vocabularies[1]


@pytest.mark.skipif(not DATA.exists(), reason=f"the published profiles are not at {DATA}")
def test_the_profiles_themselves_tell_the_same(tmp_path):
    """Our fits to the profiles behind them: decode within 3 % of the ratio of figures rounded to 1 ms."""
    from isocost.exchange import TimesFormat

    names = {
        "ai21_j1_grande": "ai21/j1-grande",
        "ai21_j1_large": "ai21/j1-large",
        "bloom": "together/bloom",
    }
    models = {model: compared(name).ratio("decode").estimate.value for model, name in names.items()}
    sides = []
    for hardware in ("a100", "v100"):
        lines = (DATA / f"profile_{hardware}.csv").read_text(encoding="utf-8").splitlines()
        chosen = [line for line in lines[1:] if line.partition(",")[0] in models]
        path = tmp_path / f"{hardware}.csv"
        path.write_text("\n".join([lines[0], *chosen]) + "\n")
        form = TimesFormat(ignore=("pipeline_parallel", "batch_size"))
        sides.append(SideQuestion(text=str(path), table=form))
    report = compare(CompareQuestion(baseline=sides[0], other=sides[1]))
    assert {model.model for model in report.models} == set(models)
    for model in report.models:
        assert model.ratio("decode").estimate.value == pytest.approx(models[model.model], rel=0.03)
    labels = {difference.label for model in report.models for difference in model.differences}
    assert labels == {"hardware", "num gpus", "tensor parallel", "vocab"}
