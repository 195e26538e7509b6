"""Forms of the step time on public batch sweeps, beside their targets; returns to scale; coverage.

Reads the ML.ENERGY sweeps and the runs of arXiv 2606.11690 by path; neither is part of the project.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from machine import heading

from isocost.economics import CANDIDATES, COMPARED, ScaleUnit, TechnologyFit, fit_forms, returns_to_scale
from isocost.economics.fitting import fit_curves, left_out_curves

if TYPE_CHECKING:
    from isocost.economics.forms import Form

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
DATA = Path(__file__).parents[1].parent / "shared/data"
SWEEPS = DATA / "energy/mlenergy_llm_batch_sweeps.csv"
RUNS = DATA / "patil2026/runs.csv"
KEYS = ("model_id", "task", "gpu_model", "num_gpus", "tp", "ep", "dp")
# root mean square of log errors on levels left out, median over sweeps, found elsewhere
ELSEWHERE = {"Hill": 0.057, "power": 0.061, "affine": 0.117, "Universal Scalability Law": 0.117}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One public batch sweep: its keys, rising batch sizes, seconds per step."""

    keys: tuple[str, ...]
    architecture: str
    batch: FloatArray
    steps: FloatArray


def sweeps(least: int) -> list[Sweep]:
    found = defaultdict(list)
    with SWEEPS.open(encoding="utf-8") as file:
        for each in csv.DictReader(file):
            batch, rate = float(each["avg_batch_size"]), float(each["output_throughput_tokens_per_sec"])
            found[tuple(each[key] for key in KEYS)].append((batch, batch / rate, each["architecture"]))
    return [
        Sweep(
            keys=keys,
            architecture=rows[0][2],
            batch=np.array([batch for batch, _, _ in sorted(rows)]),
            steps=np.array([step for _, step, _ in sorted(rows)]),
        )
        for keys, rows in found.items()
        if len(rows) >= least
    ]


def row(figure: str, ours: str, target: str = "", met: bool | None = None) -> None:
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"{figure:58s} | {ours:22s} | {target:16s} | {verdict}")


def size(errors: FloatArray) -> float:
    return float(np.sqrt((errors**2).mean()))


def medians(errors: list[FloatArray]) -> tuple[float, float, float]:
    """All levels, interior ones, ends: median over sweeps of the root mean square."""
    return (
        float(np.median([size(each) for each in errors])),
        float(np.median([size(each[1:-1]) for each in errors])),
        float(np.median([size(each[[0, -1]]) for each in errors])),
    )


def single(form: Form, found: list[Sweep]) -> None:
    errors = []
    for sweep in found:
        logs, steps = np.log(sweep.batch), np.log(sweep.steps)
        errors.append(left_out_curves(form, logs, steps).log_step(logs).diagonal() - steps)
    whole, interior, ends = medians(errors)
    target = f"{ELSEWHERE[form.name]:.3f} elsewhere" if form.name in ELSEWHERE else ""
    met = abs(whole - ELSEWHERE[form.name]) < 0.0011 if target else None
    row(f"left out, {form.name}: all, interior, ends", f"{whole:.4f} {interior:.4f} {ends:.4f}", target, met)


def nested(found: list[Sweep]) -> tuple[list[FloatArray], list[FloatArray], list[str]]:
    """Leave each level out, choose among the rest, foretell it: log errors, hits of the interval, forms."""
    errors, hits, chosen = [], [], []
    for sweep in found:
        missed, inside = np.zeros(len(sweep.batch)), np.zeros(len(sweep.batch))
        for i, (batch, step) in enumerate(zip(sweep.batch, sweep.steps, strict=True)):
            rest = np.arange(len(sweep.batch)) != i
            rng = np.random.default_rng([i, len(errors)])
            fit = fit_forms(sweep.batch[rest], sweep.steps[rest][:, None], rng=rng, draws=1000)
            told = fit.measured_again(float(batch), rng=rng)
            missed[i] = np.log(told.value / step)
            inside[i] = (told.low or 0) <= step <= (told.high or 0)
            chosen.append(fit.chosen.form.name)
        errors.append(missed)
        hits.append(inside)
    return errors, hits, chosen


def choices(found: list[Sweep]) -> None:
    started = time.perf_counter()
    errors, hits, chosen = nested(found)
    took = time.perf_counter() - started
    whole, interior, ends = medians(errors)
    row("nested choice, all levels", f"{whole:.4f}", "at most 0.058", whole <= 0.058)
    row("nested choice, interior levels", f"{interior:.4f}", "at most 0.047", interior <= 0.047)
    row("nested choice, ends (extrapolation)", f"{ends:.4f}")
    for form in CANDIDATES:
        row(f"folds that choose {form.name}", f"{chosen.count(form.name)} of {len(chosen)}")
    covered = float(np.concatenate([each[1:-1] for each in hits]).mean())
    outside = float(np.concatenate([each[[0, -1]] for each in hits]).mean())
    n = sum(len(each) - 2 for each in hits)
    row(
        f"coverage of left-out interior levels, n = {n}",
        f"{covered:.3f}",
        "0.93 to 0.97",
        0.93 <= covered <= 0.97,
    )
    row(f"coverage of left-out ends, n = {2 * len(hits)} (extrapolation)", f"{outside:.3f}")
    row("seconds for all folds", f"{took:.0f}")


def speed(found: list[Sweep]) -> None:
    seconds = []
    for sweep in found[::8]:
        started = time.process_time()
        fit_forms(sweep.batch, sweep.steps[:, None], rng=np.random.default_rng(0))
        seconds.append(time.process_time() - started)
    middle = float(np.median(seconds))
    row("CPU seconds a sweep: all forms, choice, 4,000 draws", f"{middle:.3f}", "below 0.5", middle < 0.5)


def exponents(found: list[Sweep]) -> None:
    for name, target in (("Dense Transformer", 0.92), ("MoE", 0.62)):
        power = CANDIDATES[1]
        fitted = [
            float(fit_curves(power, np.log(s.batch), np.log(s.steps)[None, :]).coefficients()["g"][0])
            for s in found
            if s.architecture == name
        ]
        g = float(np.median(fitted))
        row(f"g of a + k b^g, {name}, median", f"{g:.3f}", f"{target}", abs(g - target) <= 0.011)


def scale() -> None:
    """Returns to scale over accelerators: highest rate over batch sizes and ways to split the model."""
    for bound in (None, 50.0):
        best = capacities(bound)
        for architecture in ("Dense Transformer", "MoE", None):
            units = [
                ScaleUnit(family="|".join(key[:3]), cluster=key[0], scale=float(key[3]), capacity=rate)
                for key, (rate, kind) in best.items()
                if architecture in (None, kind)
            ]
            told = returns_to_scale(units)
            within = "" if bound is None else f", median gap at most {bound:g} ms"
            figure = f"returns to scale, {architecture or 'all'}{within}"
            if told is None:
                row(figure, "no two sizes")
                continue
            ends = "" if told.low is None else f" [{told.low:.2f}, {told.high:.2f}]"
            row(figure, f"{told.value:.2f}{ends}", f"models: {told.n}")


def capacities(gap_ms: float | None) -> dict[tuple[str, ...], tuple[float, str]]:
    """Highest output rate and architecture by model, task, accelerator and their number."""
    best: dict[tuple[str, ...], tuple[float, str]] = {}
    with SWEEPS.open(encoding="utf-8") as file:
        for each in csv.DictReader(file):
            if gap_ms is not None and float(each["median_itl_ms"]) > gap_ms:
                continue
            key = tuple(each[name] for name in KEYS[:4])
            rate = float(each["output_throughput_tokens_per_sec"])
            best[key] = max(best.get(key, (0.0, "")), (rate, each["architecture"]))
    return best


def efficient(found: list[Sweep]) -> None:
    shares = []
    for sweep in found:
        costs = sweep.steps / sweep.batch
        shares.append(sweep.batch[int((costs <= 1.05 * costs.min()).argmax())] / sweep.batch[-1])
    row("minimum efficient scale over largest batch, median", f"{np.median(shares):.2f}")
    row("sweeps whose largest batch alone is efficient", f"{sum(s == 1 for s in shares)} of {len(shares)}")


def truth(name: str, b: FloatArray) -> FloatArray:
    return {
        "affine": 0.02 + 0.005 * b,
        "power": 0.02 + 0.002 * b**0.8,
        "Hill": 0.02 * b**0.3 + 0.002 * b,
        "smooth max": (0.02**4 + (0.004 * b) ** 4) ** 0.25,
    }[name]


def simulated() -> None:
    """Coverage of the returns to concurrency where the truth is known; 3 % noise."""
    for name in ("affine", "power", "Hill", "smooth max"):
        for levels, repeats in ((5, 3), (8, 1)):
            b = 2.0 ** np.arange(levels)
            h = 1e-4
            returns = 1 - (np.log(truth(name, b * np.exp(h))) - np.log(truth(name, b * np.exp(-h)))) / (2 * h)
            hits = []
            for run in range(100):
                rng = np.random.default_rng([run, levels])
                steps = [t * np.exp(0.03 * rng.normal(size=repeats)) for t in truth(name, b)]
                fit = fit_forms(b, steps, rng=rng, draws=500)
                hits.append([covers(fit, float(at), eps) for at, eps in zip(b, returns, strict=True)])
            shares = np.mean(hits, axis=0)
            figure = f"returns covered, truth {name}, {levels} levels x {repeats}: mean, least"
            row(figure, f"{shares.mean():.3f} {shares.min():.2f}", "nominal 0.95")


def covers(fit: TechnologyFit, concurrency: float, returns: float) -> bool:
    told = fit.returns(concurrency)
    return told.low is not None and told.high is not None and told.low <= returns <= told.high


def patil() -> None:
    """Rising rates on one deployment: streams by Little's law from the median residence, as published."""
    if not RUNS.exists():
        row("runs of arXiv 2606.11690", "not here")
        return
    by_name = defaultdict(list)
    with RUNS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for each in rows:
        found = steady(each)
        if found is not None:
            by_name[each["config"]].append(found)
    kept = {name: sorted(points) for name, points in by_name.items() if len(points) >= 4}
    for name, points in kept.items():
        batch = np.array([b for b, _ in points])
        steps = np.array([b / x for b, x in points])
        fit = fit_forms(batch, steps[:, None], rng=np.random.default_rng(0))
        first = fit.held_out[0]
        row(f"{name}: {len(points)} steady or partial rates, {first.form}", f"held out {first.error:.3f}")
    row("deployments of arXiv 2606.11690 with fewer than four such rates", str(len(by_name) - len(kept)))


def steady(each: dict[str, str]) -> tuple[float, float] | None:
    """Mean streams and output tokens per second of a run that reached a steady state, at least in part."""
    rate, residence = float(each["rps"]), float(each["e2el_p50_ms"]) / 1000
    if rate * residence / 500 >= 1:  # all 500 requests had arrived before the median one was done
        return None
    tokens = float(each["tps_output"])
    return tokens / 256 * residence, tokens  # answers average about 256 tokens


def main() -> None:
    print(heading("forms of the step time"))
    if not SWEEPS.exists():
        print(f"the public batch sweeps are not here ({SWEEPS.name}); they are not part of the project")
        sys.exit(0)
    found = sweeps(6)
    row("figure", "ours", "target")
    row("sweeps with at least six points", str(len(found)), "82", len(found) == 82)
    for form in (*CANDIDATES, *COMPARED):
        single(form, found)
    choices(found)
    speed(found)
    exponents(found)
    scale()
    efficient(found)
    simulated()
    patil()


if __name__ == "__main__":
    main()
