"""T(p, o) of the embedded engine on cells that were not fitted: at most 6 % (tiny) and 3 % (small).

Seven cells are profiled as ``isocost measure runtime`` does, and other sizes beside them in the same
interleaved blocks; the model is fitted to the seven alone and judged on the medians of the rest.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from pathlib import Path

import numpy as np
from figures import Figure, show
from machine import heading

from isocost.core.load import RequestShape
from isocost.journal import EngineSpec, RuntimeStage, TargetSpec, read_runs
from isocost.runtime import fit_runtime, profile_cells, samples_of
from isocost.runtime.samples import RuntimeSamples
from isocost.studies.measure import measure_stage

HELD_OUT = tuple(
    RequestShape(p, o)
    for p, o in [(32, 8), (64, 64), (100, 16), (200, 48), (350, 1), (350, 32), (450, 64), (512, 8)]
)


def part(samples: RuntimeSamples, cells: set[tuple[int, int]]) -> RuntimeSamples:
    keep = np.array(
        [(p, o) in cells for p, o in zip(samples.input_tokens, samples.output_tokens, strict=True)]
    )
    return RuntimeSamples(
        input_tokens=samples.input_tokens[keep],
        output_tokens=samples.output_tokens[keep],
        runtime_s=samples.runtime_s[keep],
        block=samples.block[keep],
        ttft_s=None if samples.ttft_s is None else samples.ttft_s[keep],
    )


def errors(model: str, precision: str, repeats: int) -> list[tuple[RequestShape, float, float]]:
    fitted = profile_cells(512, 64)
    with tempfile.TemporaryDirectory() as name:
        stage = RuntimeStage(
            target=TargetSpec(engine=EngineSpec(model=model, precision=precision)),
            cells=(*fitted, *HELD_OUT),
            repeats=repeats,
        )
        measure_stage(Path(name) / "study", stage)
        (run,) = read_runs(Path(name) / "study" / "journal.sqlite")
    samples = samples_of(run.observations, block_size=len(stage.cells))
    chosen = fit_runtime(
        part(samples, {(c.input_tokens, c.output_tokens) for c in fitted}), deployment=model, seed=0
    )
    found = []
    for cell in HELD_OUT:
        own = part(samples, {(cell.input_tokens, cell.output_tokens)})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            predicted = chosen.predict(cell.input_tokens, cell.output_tokens).value
        found.append((cell, float(np.median(own.runtime_s)), predicted))
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--precision", default="F16")
    options = parser.parse_args()
    print(heading("T(p, o) of the embedded engine on held-out cells", "openvino-genai"))
    figures = []
    for model, goal in (("tiny", 0.06), ("small", 0.03)):
        found = errors(model, options.precision, options.repeats)
        relative = [abs(predicted / measured - 1) for _, measured, predicted in found]
        mean, largest = np.mean(relative), max(relative)
        print(f"  {model}-{options.precision}: mean {mean:.1%} (goal {goal:.0%}), largest {largest:.1%}")
        figures.append(
            Figure(
                f"{model}-{options.precision}, mean error on held-out cells",
                f"{mean:.1%}",
                f"at most {goal:.0%}",
                f"largest {largest:.1%}",
            )
        )
        for cell, measured, predicted in found:
            print(
                f"    {cell.input_tokens:4d} in {cell.output_tokens:3d} out: {measured * 1e3:8.2f} ms, "
                f"predicted {predicted * 1e3:8.2f} ms, {predicted / measured - 1:+.1%}"
            )
    show(figures)


if __name__ == "__main__":
    main()
