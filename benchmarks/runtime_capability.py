"""Who is efficient at which capability: the counts of arXiv 2305.02440 over its 52 scenarios, for both rules.

Data: ``../shared/data/narayanan2023/figures_efficiency_capability.csv``, figures of October 2022.
"""

from __future__ import annotations

from pathlib import Path

from figures import Figure, show
from machine import heading

from isocost.exchange import read_capability
from isocost.frontier import CapabilityTable, Dominance, coincidences, scenario_frontiers, standings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "narayanan2023"
RAW, OWN = "raw_runtime_s", "idealized_runtime_s"
PAPER: dict[Dominance, tuple[str, ...]] = {
    "weak": ("44/52", "8/52", "39/51", "51/51", "6/52"),
    "strict": ("43/52", "5/52", "38/51", "50/51", "5/52"),
}


def counted(table: CapabilityTable, dominance: Dominance) -> list[Figure]:
    ahead = {
        (each.model, each.metric): f"{each.ahead}/{each.scenarios}"
        for each in standings(scenario_frontiers(table, dominance=dominance))
    }
    same = {
        (each.one, each.other): f"{each.same}/{each.scenarios}"
        for each in coincidences(table, dominance=dominance)
    }
    found = {
        "davinci on the raw frontier": ahead["openai_davinci", RAW],
        "davinci on the idealized frontier": ahead["openai_davinci", OWN],
        "j1-large on the raw frontier": ahead["ai21_j1-large", RAW],
        "j1-large on the idealized frontier": ahead["ai21_j1-large", OWN],
        "raw and idealized frontier alike": same[RAW, OWN],
    }
    pairs = zip(found.items(), PAPER[dominance], strict=True)
    return [Figure(f"{dominance} dominance, {name}", ours, target) for (name, ours), target in pairs]


def main() -> None:
    print(heading("efficiency against capability"))
    path = DATA / "figures_efficiency_capability.csv"
    if not path.exists():
        print(f"the published data are not at {DATA}")
        return
    table = read_capability(path, where={"figure_version": "oct2022"}).table
    show(figure for dominance in PAPER for figure in counted(table, dominance))


if __name__ == "__main__":
    main()
