"""Break-even and capacity beside published figures: payback at full load and below, and idle capacity."""

from __future__ import annotations

import csv
from pathlib import Path

from figures import Figure, show

from isocost.economics import payback_months

DATA = Path(__file__).parents[2] / "shared" / "data"
# arXiv 2509.18101: USD 2,000 against USD 1.25 / 10 per million tokens, a third of them input, 160 h a month.
# The speed of the 32B model is not stated where we could read it: 220 tokens/s, 575 W and USD 0.15/kWh are
# derived backwards from its 2.26 months.
BLEND, POWER = (1.25 + 2 * 10) / 3, 0.575 * 0.15
PER_HOUR = 220.0 * 3600 * BLEND / 1e6


def main() -> None:
    figures = [
        Figure(f"payback of a 32B model at {share:.0%} load, months", f"{_months(share):.2f}", target, beside)
        for share, target, beside in (
            (1.0, "2.26", "arXiv 2509.18101, speed derived backwards"),
            (0.5, "", "the paper assumes full load"),
            (0.1, "", ""),
            (0.01, "", ""),
        )
    ]
    runs = DATA / "patil2026" / "runs.csv"
    if runs.is_file():
        figures.append(_underutilization(runs))
    show(figures)


def _months(share: float) -> float:
    return payback_months(2000.0, saved=PER_HOUR, used=POWER, load_share=share, hours_per_month=160)


def _underutilization(path: Path) -> Figure:
    """Cost at 1 request/s over the least cost of each configuration, from the costs as published."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = dict.fromkeys(row["config"] for row in rows)
    ratios = []
    for name in names:
        costs = {float(r["rps"]): float(r["c_eff_per_mtok"]) for r in rows if r["config"] == name}
        ratios.append(costs[1.0] / min(costs.values()))
    told = f"{min(ratios):.0f} to {max(ratios):.0f}"
    return Figure(
        "cost at 1 request/s over the least, 11 configurations", told, "", "7 to 36, arXiv 2606.11690"
    )


if __name__ == "__main__":
    main()
