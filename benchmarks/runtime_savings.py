"""What arXiv 2305.02440 says its metrics save, computed again as far as public data allow.

The paper compares, for OpenAI's davinci over the queries of HELM, $420.74 (denoised) with $4,176.34 (ten
trials of each query through the API), and $542.07 (idealized) with $31,128.26 (fifty runs of each query on
accelerators of one's own). Its notebook ``idealized_metrics_cost_analysis.ipynb`` (helm-efficiency@130e7421)
holds prices and formulas. What it took to time the model is in the public profile. How many queries there
were, and how long, is not: their cost is taken from the paper's own totals. Data:
``../shared/data/narayanan2023``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from machine import heading

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "narayanan2023"
INPUT_USD, OUTPUT_USD = 0.0015 / 1000, 0.002 / 1000
API_TRIALS, LOCAL_RUNS = 10, 50
HOUR_USD = 40.96
"""Of the eight A100 together, as the notebook has it."""
STATED_USD = 8 * 4.096
"""Of the eight A100 together, by the price of one that the paper states."""
API_BASELINE, DENOISED, LOCAL_BASELINE, IDEALIZED = 4176.34, 420.74, 31128.26, 542.07
NOTEBOOK_DENOISED, NOTEBOOK_IDEALIZED = 711.97, 545.24
"""What the notebook prints in their place, from an older log and with timings on accelerators for both."""
SIX = ((1, 1), (1, 64), (256, 1), (512, 1), (1024, 1), (1920, 1))


@dataclass(frozen=True, kw_only=True)
class Savings:
    """What it takes to time davinci, and what follows from the paper's totals; USD and seconds."""

    cells: int
    profile_s: float
    profile_api: float
    profile_local: float
    queries_api: float
    queries_known: float
    queries_s: float

    @property
    def denoised(self) -> float:
        return self.queries_api + self.profile_api

    @property
    def idealized(self) -> float:
        return self.queries_known + self.profile_local


def local_usd(seconds: float, hour_usd: float = HOUR_USD) -> float:
    return seconds * LOCAL_RUNS * hour_usd / 3600


def timed() -> dict[tuple[int, int], float]:
    with (DATA / "profile_a100.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (int(row["prompt_tokens"]), int(row["output_tokens"])): float(row["runtime_s"])
            for row in csv.DictReader(lines)
            if row["model"] == "openai_davinci"
        }


def savings(cells: dict[tuple[int, int], float]) -> Savings:
    """Compute the profile's part; take the queries' part from the paper's totals."""
    tokens = np.array(list(cells)).sum(axis=0)
    queries_api = API_BASELINE / API_TRIALS
    # of the queries with an idealized runtime: the notebook's total less its timing, which both totals share
    known = NOTEBOOK_IDEALIZED - (NOTEBOOK_DENOISED - queries_api)
    return Savings(
        cells=len(cells),
        profile_s=sum(cells.values()),
        profile_api=API_TRIALS * float(tokens @ [INPUT_USD, OUTPUT_USD]),
        profile_local=local_usd(sum(cells.values())),
        queries_api=queries_api,
        queries_known=known,
        queries_s=(LOCAL_BASELINE - known) / local_usd(1.0),
    )


def main() -> None:
    print(heading("what the paper says its metrics save"))
    if not DATA.exists():
        print(f"the published data are not at {DATA}")
        return
    cells = timed()
    found = savings(cells)
    print("figure | ours | target | beside")
    for figure in figures(found, local_usd(sum(cells[size] for size in SIX))):
        print(" | ".join(figure))
    print(
        f"missing: number and lengths of the queries; they take {found.queries_s:,.0f} s of eight A100 once"
    )


def figures(found: Savings, six: float) -> list[tuple[str, str, str, str]]:
    """Return figure, ours, target and what stands beside it."""
    stated = found.queries_known + local_usd(found.profile_s, STATED_USD)
    stated_baseline = found.queries_known + (LOCAL_BASELINE - found.queries_known) * STATED_USD / HOUR_USD
    api = f"{found.cells} sizes x {API_TRIALS} trials {found.profile_api:.2f}"
    local = f"{found.cells} sizes x {LOCAL_RUNS} runs of {found.profile_s:.1f} s {found.profile_local:.2f}"
    return [
        (
            "denoised, USD", f"{found.denoised:.2f}", f"{DENOISED}",
            f"queries once {found.queries_api:.2f} (a tenth of the baseline) + {api}",
        ),
        (
            "its saving", f"{API_BASELINE / found.denoised:.2f}x", f"{API_BASELINE / DENOISED:.2f}x",
            f"the notebook, timing on accelerators: {API_BASELINE / NOTEBOOK_DENOISED:.2f}x",
        ),
        (
            "idealized, USD", f"{found.idealized:.2f}", f"{IDEALIZED}",
            f"queries once {found.queries_known:.2f} (from the notebook's totals, +-.02) + {local}",
        ),
        (
            "its saving", f"{LOCAL_BASELINE / found.idealized:.2f}x", f"{LOCAL_BASELINE / IDEALIZED:.2f}x",
            f"the notebook: {LOCAL_BASELINE / NOTEBOOK_IDEALIZED:.2f}x",
        ),
        (
            "at $4.096 a GPU-hour, as stated", f"{stated:.2f}", "",
            f"against {stated_baseline:,.2f}; $40.96 for eight is $5.12 each",
        ),
        (
            f"six sizes in place of {found.cells}, USD", f"{found.queries_known + six:.2f}", "",
            f"timing {six:.2f} in place of {found.profile_local:.2f}",
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
