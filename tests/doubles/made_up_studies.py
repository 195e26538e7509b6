"""Doubles: study folders whose journal holds requests with a known T(p, o), and sweeps with a known rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isocost.core.deployment import Architecture, Deployment, Pool
from isocost.core.load import Load, RequestShape
from isocost.core.observation import ClientHealth, Clock, Observation, Outcome
from isocost.journal import JournalWriter, LoadStage, RuntimeStage, TargetSpec, create_study
from isocost.studies.plans import planned_runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from doubles.profiles import TrueRuntime

CLOCK = Clock(clock_id="host/boot", utc_anchor_s=1.7e9, monotonic_anchor_s=0.0)
TARGET = TargetSpec(url="http://127.0.0.1:9", model="m")
CELLS = tuple(
    RequestShape(p, o) for p, o in ((1, 1), (1, 24), (64, 1), (128, 1), (256, 1), (480, 1), (480, 12))
)
SIZES = {"little": (4, 10_000_000), "larger": (8, 30_000_000)}


def deployment(
    model: str, *, engine: str = "vllm", precision: str = "F16", accelerators: int = 1
) -> Deployment:
    """A model of known size on a made-up accelerator."""
    layers, parameters = SIZES[model]
    architecture = Architecture(
        name=model, layers=layers, hidden_size=8, heads=2, kv_heads=1, head_size=4, intermediate_size=16,
        vocabulary_size=32, context_length=2048, parameters=parameters,
    )  # fmt: skip
    pool = Pool(
        architecture=architecture,
        accelerator="chip",
        accelerators=accelerators,
        precision=precision,
        engine=engine,
    )
    return Deployment(name=f"{model}-{precision}", model=model, pools=(pool,))


def write_profile(
    path: Path,
    served: Deployment,
    truth: TrueRuntime,
    *,
    stage: str | None = None,
    repeats: int = 6,
    noise: float = 0.02,
    seed: int = 0,
) -> None:
    """Enter a profile whose requests take T(p, o), give or take relative noise."""
    asked = RuntimeStage(
        target=TARGET,
        cells=CELLS,
        name=stage or f"runtime-{served.name}",
        deployment=served.name,
        repeats=repeats,
    )
    create_study(path).add_stage(asked)
    (plan,) = planned_runs(asked)
    rng = np.random.default_rng(seed)
    rows, clock_s = [], 0.0
    for index, shape in enumerate(plan.shapes):
        p, o = np.array([shape.input_tokens]), np.array([shape.output_tokens])
        first = float(truth.prefill(p)[0]) * float(np.exp(noise * rng.standard_normal()))
        rest = float((truth.seconds(p, o) - truth.prefill(p))[0]) * float(
            np.exp(noise * rng.standard_normal())
        )
        gaps = rest * np.arange(shape.output_tokens) / max(shape.output_tokens - 1, 1)
        rows.append(_request(index, shape, clock_s, [float(clock_s + first + gap) for gap in gaps]))
        clock_s = rows[-1].done_at_s + 0.01
    _write(path, asked.name, "profile", served, Load(concurrency=1), 0, rows)


def write_sweep(
    path: Path,
    served: Deployment,
    step_s: float,
    *,
    concurrency: Sequence[int] = (1, 2),
    repeats: int = 3,
    noise: float = 0.02,
    seed: int = 0,
    output_tokens: int = 8,
) -> None:
    """Enter a sweep of a closed loop whose every stream gets a token each `step_s`, give or take noise."""
    shape = RequestShape(16, output_tokens)
    asked = LoadStage(
        target=TARGET, workload=f"fixed 16+{output_tokens}", shapes=(shape,), concurrency=tuple(concurrency),
        name=f"load-{served.name}", deployment=served.name, repeats=repeats, requests_per_level=40,
    )  # fmt: skip
    create_study(path).add_stage(asked)
    rng = np.random.default_rng(seed)
    for plan in planned_runs(asked):
        streams = plan.load.concurrency or 1
        step = step_s * float(np.exp(noise * rng.standard_normal()))
        length = step * output_tokens
        rows = []
        for number in range(40):
            sent = number // streams * length
            arrivals = [sent + step * (1 + place) for place in range(output_tokens)]
            rows.append(_request(number, shape, sent, arrivals))
        _write(path, asked.name, plan.label, served, plan.load, plan.repeat, rows)


def _request(index: int, shape: RequestShape, sent_s: float, arrivals_s: Sequence[float]) -> Observation:
    return Observation(
        index=index,
        requested_input_tokens=shape.input_tokens,
        requested_output_tokens=shape.output_tokens,
        due_at_s=sent_s,
        sent_at_s=sent_s,
        done_at_s=arrivals_s[-1],
        chunk_at_s=tuple(arrivals_s),
        outcome=Outcome.OK,
        input_tokens=shape.input_tokens,
        output_tokens=shape.output_tokens,
        counted_by="usage",
        http_status=200,
    )


def _write(
    path: Path,
    stage: str,
    label: str,
    served: Deployment,
    load: Load,
    repeat: int,
    rows: Sequence[Observation],
) -> None:
    with JournalWriter(path / "journal.sqlite") as journal:
        run = journal.begin_run(stage, label, deployment=served.name, load=load, repeat=repeat)
        segment = journal.begin_segment(run, clock=CLOCK, deployment=served, facts={"client_cores": "2"})
        for row in rows:
            journal.record(run, segment, row)
        journal.end_segment(segment, ClientHealth(cpu_share=0.1, loop_lag_p99_s=0.001))
        journal.finish_run(run)
