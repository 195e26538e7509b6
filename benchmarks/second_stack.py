"""Profile architectures on the embedded engine and on transformers, and put both stacks side by side.

Run: ``.venv/bin/python benchmarks/second_stack.py [STUDY]`` with the extras ``[engine]`` and
``[transformers]`` installed, on a machine that does nothing else. A study that is there already is gone on
with. Results: ``benchmarks/results/second-stack.md``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from machine import heading

from isocost.journal import read_deployments, read_runs
from isocost.studies.profile import fit_study

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.core.observation import Run

_MODELS = ("tiny", "small", "smollm2-135m")
_OPTIONS = ("--threads", "1", "--max-input-tokens", "512", "--max-output-tokens", "32", "--repeats", "8")
_SIZES = ((1, 1), (512, 1), (512, 32))


def profiled(study: Path, model: str) -> None:
    """Profile one architecture on both stacks: one command."""
    targets = (f"engine:{model}", f"transformers:{model}")
    command = ("measure", "runtime", *targets, *_OPTIONS, "--stage", model, "--out", str(study), "--quiet")
    print(f"$ isocost {' '.join(command)}", flush=True)
    subprocess.run([sys.executable, "-m", "isocost", *command], check=True, stdout=subprocess.DEVNULL)


def milliseconds(estimate: Estimate) -> str:
    """Show seconds with their interval."""
    value, low, high = (1e3 * part for part in (estimate.value, estimate.low, estimate.high))
    return f"{value:.3g} [{low:.3g}, {high:.3g}]"


def share_spent_between(run: Run) -> float:
    """Share of the run's time that lies between requests: the harness, not the stack."""
    seen = run.observations
    rows = seen.ok & ~seen.warmup
    busy = float((seen.done_at_s - seen.sent_at_s)[rows].sum())
    return 1 - busy / float(seen.done_at_s[rows].max() - seen.sent_at_s[rows].min())


def row(study: Path, name: str, run: Run, engine: str) -> str:
    """One line of the table: what a deployment takes, with intervals."""
    model = fit_study(study, name)
    sizes = [milliseconds(model.predict(*size)) for size in _SIZES]
    between = share_spent_between(run)
    return f"| {name} | {engine} | {' | '.join(sizes)} | {milliseconds(model.decode)} | {between:.1%} |"


def against_weights(rows: list[tuple[int, float]]) -> str:
    """Decode as a fixed part of each token and a part for each weight, by least squares over the models."""
    weights, seconds = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    slope, fixed = np.polyfit(weights, seconds, 1)
    off = max(abs(np.polyval((slope, fixed), weights) / seconds - 1))
    return f"{1e3 * fixed:.2f} ms + {1e12 * slope:.0f} ms per billion weights (off by at most {off:.0%})"


def main() -> None:
    """Measure what is missing and print the table."""
    study = Path(sys.argv[1] if len(sys.argv) > 1 else "studies/second-stack")
    packages = ("openvino-genai", "transformers", "torch")
    print(heading("one architecture on two stacks, one request at a time, one thread each", *packages))
    print(f"  load average before: {os.getloadavg()[0]:.1f} over {os.cpu_count()} cores\n")
    for model in _MODELS:
        profiled(study, model)
    journal = study / "journal.sqlite"
    runs, deployments = read_runs(journal), read_deployments(journal)
    print("\nmilliseconds, with 95 % intervals; medians of 8 interleaved repeats under the fit\n")
    print("| deployment | stack, weights | T(1, 1) | T(512, 1) | T(512, 32) | each further token | between |")
    print("|---|---|---|---|---|---|---|")
    decode: dict[str, list[tuple[int, float]]] = {}
    for run in runs:
        name = run.deployment
        (pool,) = deployments[name].pools
        told = f"{pool.engine} {pool.engine_version}, {pool.precision}"
        print(row(study, name, run, told))
        model = fit_study(study, name)
        decode.setdefault(str(pool.engine), []).append((deployments[name].parameters, model.decode.value))
    print()
    for engine, rows in decode.items():
        print(f"{engine}: each further token takes {against_weights(rows)}")
    print(
        f"\nbetween: share of a run that lies between requests. Load average after: {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
