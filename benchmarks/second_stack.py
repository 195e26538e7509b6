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

from machine import heading

from isocost.journal import read_deployments, read_runs
from isocost.studies.profile import fit_study

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.core.observation import Run

_MODELS = ("tiny", "small", "smollm2-135m")
_OPTIONS = ("--threads", "1", "--max-input-tokens", "256", "--max-output-tokens", "16", "--repeats", "4")
_SESSIONS = 2
_SIZES = ((1, 1), (256, 1), (256, 16))


def profiled(study: Path, model: str, session: int) -> None:
    """Profile one architecture on both stacks: one command; every other session in the other order."""
    targets = (f"engine:{model}", f"transformers:{model}")[:: 1 - 2 * (session % 2)]
    measured(study, session, *targets)
    measured(study, session, f"transformers:{model}", "--precision", "BF16", "--stage", f"{model} BF16")


def measured(study: Path, session: int, *asked: str) -> None:
    """Run ``isocost measure runtime``, and show the command."""
    rest = ("--seed", f"{session}", "--out", str(study), "--quiet")
    command = ("measure", "runtime", *asked, *_OPTIONS, *rest)
    print(f"$ isocost {' '.join(command)}", flush=True)
    subprocess.run([sys.executable, "-m", "isocost", *command], check=True, stdout=subprocess.DEVNULL)


def milliseconds(estimate: Estimate) -> str:
    """Show seconds with their interval."""
    value, low, high = (1e3 * part for part in (estimate.value, estimate.low, estimate.high))
    return f"{value:.3g} [{low:.3g}, {high:.3g}]"


def share_spent_between(run: Run) -> float:
    """Share of a run's time that lies between requests: the harness, not the stack."""
    seen = run.observations
    rows = seen.ok & ~seen.warmup
    busy = float((seen.done_at_s - seen.sent_at_s)[rows].sum())
    return 1 - busy / float(seen.done_at_s[rows].max() - seen.sent_at_s[rows].min())


def row(session: int, study: Path, run: Run, engine: str) -> str:
    """One line of the table: what a deployment takes, with intervals."""
    model = fit_study(study, run.deployment)
    sizes = [milliseconds(model.predict(*size)) for size in _SIZES]
    between = f"{share_spent_between(run):.1%}"
    cells = (run.deployment, f"{session}", engine, *sizes, milliseconds(model.decode), between)
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure what is missing and print the table."""
    study = Path(sys.argv[1] if len(sys.argv) > 1 else "studies/second-stack")
    packages = ("openvino-genai", "transformers", "torch")
    print(heading("one architecture on two stacks, one request at a time, one thread each", *packages))
    print(f"  load average before: {os.getloadavg()[0]:.1f} over {os.cpu_count()} cores\n")
    studies = [study / str(session) for session in range(_SESSIONS)]
    for session, folder in enumerate(studies):
        for model in _MODELS:
            profiled(folder, model, session)
    print("\nmilliseconds, with 95 % intervals of 4 interleaved repeats a session\n")
    print(
        f"| deployment | session | stack | {' | '.join(f'T{size}' for size in _SIZES)} | decode | between |"
    )
    print("|---|---|---|---|---|---|---|---|")
    rows = []
    for session, folder in enumerate(studies):
        deployments = read_deployments(folder / "journal.sqlite")
        for run in read_runs(folder / "journal.sqlite"):
            (pool,) = deployments[run.deployment].pools
            told = f"{pool.engine}, {pool.precision}"
            rows.append((pool.architecture.parameters, row(session, folder, run, told)))
    print("\n".join(line for _, line in sorted(rows)))
    print(
        f"\nbetween: share of a run that lies between requests. Load average after: {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
