import csv
from pathlib import Path

import pytest

from isocost.catalog import accelerator_names, accelerator_profile
from isocost.core.errors import CatalogError

SHARED = Path(__file__).parents[4] / "shared" / "data" / "accelerators.csv"


@pytest.mark.parametrize("name", accelerator_names())
def test_every_accelerator_has_a_source_and_says_what_to_doubt(name):
    one = accelerator_profile(name)
    assert one.source
    assert one.memory_gb > 0
    assert one.bandwidth_gb_s > 0
    assert one.confidence in ("read", "partly recalled", "recalled", "conflicting")
    if one.confidence == "conflicting":
        assert one.note or "GB/s" in one.source
    assert name == name.lower()


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data/accelerators.csv")
def test_figures_are_those_of_the_sourced_table():
    rows = [
        row for row in csv.DictReader(SHARED.read_text(encoding="utf-8").splitlines()) if row["kind"] != "cpu"
    ]
    found = [accelerator_profile(name) for name in accelerator_names()]
    assert len(rows) == len(found)
    columns = {
        "memory_gb": "memory_gb",
        "bandwidth_gb_s": "bandwidth_gb_s",
        "bf16_dense_tflops": "bf16_tflops",
        "fp16_dense_tflops": "fp16_tflops",
        "fp8_dense_tflops": "fp8_tflops",
        "fp4_dense_tflops": "fp4_tflops",
        "int8_dense_tops": "int8_tops",
        "fp32_tflops": "fp32_tflops",
        "tf32_dense_tflops": "tf32_tflops",
        "interconnect_gb_s_per_dir": "interconnect_gb_s",
        "tdp_w": "power_w",
    }
    for row, one in zip(rows, found, strict=True):
        for theirs, ours in columns.items():
            told = float(row[theirs]) if row[theirs] not in ("", "-") else None
            assert getattr(one, ours) == told, (one.name, ours)
        assert one.confidence == row["confidence"]
        assert bool(one.note) == bool(row["notes"])


@pytest.mark.parametrize(("name", "nearest"), [("h10", "h100"), ("mi300", "mi300x"), ("A100", "a100-80gb")])
def test_an_unknown_accelerator_names_the_nearest(name, nearest):
    with pytest.raises(CatalogError, match=f"no accelerator named '{name}'; the nearest in the .*{nearest}"):
        accelerator_profile(name)


def test_what_nobody_tells_is_none():
    assert accelerator_profile("v100-32gb").bf16_tflops is None
    assert accelerator_profile("tpu-v5e").power_w is None
