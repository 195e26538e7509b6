"""How far off published coefficients are: the shares behind the intervals of ``isocost runtime MODEL``.

For each hardware the published rule is fitted to each model's timings. What it misses a size by, beyond the
rounding of its coefficients, is told as a share of the runtime it foretells: at timed prompt sizes, at prompt
sizes left out, and at 64 output tokens from answers of 32 at most. The catalogue keeps the 95th percentile
over models; each model is then judged by that of the others alone. Last, the costs that the paper's figures
of October 2022 show are computed again. Data: ``../shared/data/narayanan2023``.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from machine import heading

from isocost.catalog import published_fit
from isocost.runtime import PublishedRuntime, published_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "narayanan2023"
OUTPUTS = (1, 8, 64)
Cells = dict[tuple[int, int], float]
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def profiles(hardware: str) -> Iterator[Columns]:
    """Yield p, o and seconds of each model: the last row of a size, scaled to the whole model."""
    scale = {row["model"]: float(row["runtime_scale"]) for row in rows("models.csv")}
    cells: dict[str, Cells] = defaultdict(dict)
    for row in rows(f"profile_{hardware}.csv"):
        size = int(row["prompt_tokens"]), int(row["output_tokens"])
        cells[row["model"]][size] = float(row["runtime_s"]) * scale[row["model"]]
    yield from map(columns, cells.values())


def services() -> Iterator[Columns]:
    """Yield p, o and the least of the requests of each service."""
    cells: dict[str, Cells] = defaultdict(dict)
    for row in rows("api_runtimes.csv"):
        if row["source"] == "csv_mean_over_instances":
            continue
        size = int(row["prompt_tokens_requested"]), int(row["output_tokens_requested"])
        mine = cells[row["model"]]
        mine[size] = min(mine.get(size, np.inf), float(row["runtime_s"]))
    yield from map(columns, cells.values())


def columns(cells: Cells) -> Columns:
    p, o = np.array(list(cells)).T
    return p, o, np.array(list(cells.values()))


def shares(fit: PublishedRuntime, p: np.ndarray, o: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Return o, and what the fit misses beyond rounding over what it foretells."""
    told = fit.runtime_s(p, o)
    rounding = 0.0005 * ((2 if fit.overhead_s is None else 3) + o - 1)
    return np.column_stack([o, np.maximum(np.abs(told - seconds) - rounding, 0) / told])


def without(fit: PublishedRuntime, size: int) -> PublishedRuntime:
    kept = tuple(each for each in fit.prefill_s if each[0] != size)
    return PublishedRuntime(prefill_s=kept, decode_s=fit.decode_s, overhead_s=fit.overhead_s)


def missed(hardware: str) -> dict[str, list[np.ndarray]]:
    """Return the shares of each model: at timed sizes, between them, and beyond the longest answer."""
    denoised = hardware == "api"
    found: dict[str, list[np.ndarray]] = {"timed": [], "between": [], "beyond": []}
    for p, o, seconds in services() if denoised else profiles(hardware):
        fit = published_rule(p, o, seconds, denoised=denoised)
        found["timed"].append(shares(fit, p, o, seconds))
        inner = [(without(fit, size), p == size) for size in np.unique(p)[1:-1]]
        found["between"].append(np.vstack([shares(f, p[own], o[own], seconds[own]) for f, own in inner]))
        short, longest = o <= 32, o == 64
        early = published_rule(p[short], o[short], seconds[short], denoised=denoised)
        found["beyond"].append(shares(early, p[longest], o[longest], seconds[longest]))
    return found


def of_outputs(models: list[np.ndarray], least: int, most: int) -> list[np.ndarray]:
    return [each[(each[:, 0] > least) & (each[:, 0] <= most), 1] for each in models]


def judged(models: list[np.ndarray]) -> tuple[float, float, float]:
    """Return the 95th percentile; and coverage of each model by the others' percentile: mean and least."""
    inside = [
        np.mean(own <= np.quantile(np.concatenate([*models[:place], *models[place + 1 :]]), 0.95))
        for place, own in enumerate(models)
    ]
    return float(np.quantile(np.concatenate(models), 0.95)), float(np.mean(inside)), float(np.min(inside))


def errors(hardware: str) -> list[float]:
    """Print the shares of one hardware beside those of the catalogue; return the mean coverages."""
    found, name = missed(hardware), {"a100": "ai21/j1-large", "v100": "ai21/j1-large", "api": "openai/curie"}
    kept = {each.most_output: each for each in published_fit(name[hardware], hardware).errors}
    covered = []
    for least, most in zip((0, *OUTPUTS), OUTPUTS, strict=False):
        for where in ("timed", "between"):
            share, mean, worst = judged(of_outputs(found[where], least, most))
            covered.append(mean)
            line(f"{hardware}, o <= {most}, {where}", share, getattr(kept[most], where), mean, worst)
    share, mean, worst = judged(of_outputs(found["beyond"], 0, 64))
    covered.append(mean)
    line(f"{hardware}, twice the longest answer", share, kept[128].timed, mean, worst)
    return covered


def line(figure: str, share: float, kept: float, mean: float, worst: float) -> None:
    print(f"{figure:34s} | {share:6.2%} | kept {kept:6.2%} | others' covers {mean:.3f}, worst {worst:.2f}")


def costs() -> tuple[int, int, int]:
    """Return costs of the figures, those given back, and those with eight accelerators for cohere/xlarge."""
    exact, eight, every = 0, 0, 0
    for row in rows("figures_efficiency_capability.csv"):
        if row["figure_version"] != "oct2022":
            continue
        every += 1
        count = published_fit(row["model"].replace("_", "/", 1), "a100").costed or 0
        cents = float(row["idealized_runtime_s"]) * 3.67 / 36
        told = float(row["idealized_cost_cents"])
        exact += abs(cents * count / told - 1) < 1e-4
        eight += row["model"].startswith("cohere_xlarge") and abs(cents * 8 / told - 1) < 1e-4
    return every, exact, eight


def main() -> None:
    print(heading("how far off published coefficients are"))
    if not DATA.exists():
        print(f"the published data are not at {DATA}")
        return
    print("figure | ours | target | beside")
    covered = [share for hardware in ("a100", "v100", "api") for share in errors(hardware)]
    print(f"mean coverage, each model by the others | {np.mean(covered):.3f} | 0.95 |")
    every, exact, eight = costs()
    print(
        f"costs of the figures of October 2022 given back | {exact}/{every} | {every} | the other {eight} "
        "are cohere/xlarge with 8 accelerators in place of 4"
    )


if __name__ == "__main__":
    main()
