"""Energy beside its oracles: joules per token over the public batch sweeps, and sweeps of files with power.

Reads ``../shared/data`` where it is there, and says so where it is not.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from figures import Figure, show
from machine import heading

from isocost.economics import energy_per_token_j, fit_load_power
from isocost.exchange import SweepFormat
from isocost.studies.energy import EnergyQuestion
from isocost.studies.sweeps import FileQuestion, report_files

DATA = Path(__file__).parents[1].parent / "shared/data"
SWEEPS = DATA / "energy/mlenergy_llm_batch_sweeps.csv"
RUNS = DATA / "patil2026/runs.csv"
KEYS = ("model_id", "task", "gpu_model", "num_gpus", "tp", "ep", "dp")
KINDS = {"Dense Transformer": 6.5, "Mamba-Transformer Hybrid": 4.5, "MoE": 11.3}
NAMES = {
    "rate": "rps",
    "requests_per_second": "request_throughput",
    "output_tokens_per_second": "tps_output",
    "e2e_p50_ms": "e2el_p50_ms",
    "price_usd_per_hour": "gpu_cost_hr",
    "power_w": "gpu_power_w",
}


def sweeps() -> list[list[dict[str, str]]]:
    """Public batch sweeps with at least six points, by rising batch."""
    found = defaultdict(list)
    with SWEEPS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[tuple(row[key] for key in KEYS)].append(row)
    kept = [rows for rows in found.values() if len(rows) >= 6]
    return [sorted(rows, key=lambda row: float(row["avg_batch_size"])) for rows in kept]


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows])


def public(found: list[list[dict[str, str]]]) -> list[Figure]:
    worst, falls, rises = 0.0, defaultdict(list), []
    for rows in found:
        watts = column(rows, "avg_power_watts")
        joules = energy_per_token_j(watts, column(rows, "output_throughput_tokens_per_sec"))
        told = column(rows, "energy_per_token_joules")
        worst = max(worst, float(np.abs(joules / told - 1).max()))
        falls[rows[0]["architecture"]].append(joules[0] / joules.min())
        rises.append(watts[-1] / watts[0])
    return [
        Figure("sweeps with six points and more", str(len(found)), "82"),
        Figure("J/token against the file's own, worst relative error", f"{worst:.1e}", "under 1e-9"),
        *(
            Figure(f"J/token at the smallest batch over the least, {kind}", _times(falls[kind]), f"{target}")
            for kind, target in KINDS.items()
        ),
        Figure("power at the largest batch over the smallest", f"{np.median(rises):.2f}", "1.27"),
    ]


def _times(ratios: list[float]) -> str:
    return f"{np.median(ratios):.1f} (of {len(ratios)} sweeps, {min(ratios):.1f} to {max(ratios):.1f})"


def lines(found: list[list[dict[str, str]]]) -> list[Figure]:
    """Power as a line over throughput: how well it fits, and how often the slope can be told from 0."""
    fits = [
        fit_load_power(column(rows, "output_throughput_tokens_per_sec"), column(rows, "avg_power_watts"))
        for rows in found
    ]
    errors = [fit.error for fit in fits if fit is not None]
    slopes = [fit.slope for fit in fits if fit is not None]
    above = sum(slope.low is not None and slope.low > 0 for slope in slopes)
    below = sum(slope.high is not None and slope.high < 0 for slope in slopes)
    shares = []
    for rows, fit in zip(found, fits, strict=True):
        if fit is not None:
            average = column(rows, "energy_per_token_joules").min()
            shares.append(fit.joules_per_token.value / average)
    return [
        Figure("power as a line over throughput, median error", f"{100 * np.median(errors):.1f} %"),
        Figure("  worst sweep", f"{100 * max(errors):.1f} %"),
        Figure(
            "  slope above 0 (95 %), below 0, undecided", f"{above} {below} {len(slopes) - above - below}"
        ),
        Figure("  one token more over the least average J/token, median", f"{np.median(shares):.2f}"),
        Figure(
            "  left-out level, coverage of 95 % intervals, interior",
            _coverage(found, ends=False),
            "93 to 97 %",
        ),
        Figure("  left-out level, coverage, ends (extrapolation)", _coverage(found, ends=True)),
    ]


def _coverage(found: list[list[dict[str, str]]], *, ends: bool) -> str:
    """Foretell the power of each level from the others, with the scatter about their line."""
    hits = []
    for rows in found:
        rates, watts = column(rows, "output_throughput_tokens_per_sec"), column(rows, "avg_power_watts")
        outer = {int(np.argmin(rates)), int(np.argmax(rates))}
        for i in range(len(rates)):
            if (i in outer) != ends:
                continue
            rest = np.arange(len(rates)) != i
            line = fit_load_power(rates[rest], watts[rest])
            if line is None:
                continue
            mean = line.base_w.samples + line.joules_per_token.samples * rates[i]
            noise = line.error * watts[rest].mean() * np.sqrt(rest.sum() / (rest.sum() - 2))
            drawn = mean + noise * np.random.default_rng(i).standard_t(rest.sum() - 2, len(mean))
            low, high = np.quantile(drawn, [0.025, 0.975])
            hits.append(low <= watts[i] <= high)
    return f"{100 * np.mean(hits):.1f} % (of {len(hits)})"


def files() -> list[Figure]:
    """Deployments of arXiv 2606.11690 at their cheapest steady level."""
    question = FileQuestion(
        steady="partial",
        form=SweepFormat(names=NAMES, requests=500, where={"hardware": "H100", "gpus": "1"}),
        energy=EnergyQuestion(accelerator="h100", count=1, grid="350g/kWh"),
    )
    report = report_files([RUNS], question)
    assert report.energy is not None
    figures = []
    for each in report.energy.deployments:
        curve = next(one.curve for one in report.deployments if one.deployment.name == each.curve.deployment)
        assert curve is not None
        assert curve.zone.best is not None
        level = each.curve.level_at(curve.zone.best)
        assert level is not None
        point = curve.level_at(curve.zone.best).points[0]
        assert point.power_w is not None
        beside = point.power_w.value / point.output_tokens_per_second.value
        joules = level.per_token["accelerator"]
        carbon = level.carbon_per_million
        assert carbon is not None
        figures.append(
            Figure(
                f"{each.curve.deployment} at {level.load.label}: J/token at the accelerators",
                f"{joules.value:.4f}",
                f"{beside:.4f}",
                f"{carbon.value:.0f} gCO2e per million at 350 g/kWh",
            )
        )
    return figures


def main() -> None:
    print(heading("energy"))
    if not (SWEEPS.exists() and RUNS.exists()):
        print(f"the public data are not here ({DATA}); nothing to compare", file=sys.stderr)
        return
    found = sweeps()
    show([*public(found), *lines(found), *files()])


if __name__ == "__main__":
    main()
