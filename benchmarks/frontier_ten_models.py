"""The ten models of 2022 through envelopment: counts beside the published ones, and its page (``--page``).

Reads ``../shared/data/narayanan2023`` where it is there.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import numpy as np
from figures import Figure, show
from machine import heading
from study_page import filled
from ten_models import COST, DATA, OWN, RAW, ROOT, charged_tokens, july, mixtures, placed, read
from ten_pictures import picture
from ten_tables import blocks

from isocost.frontier import coincidences, scenario_frontiers, standings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ten_models import Placed

    from isocost.frontier import Dominance

PAGE = ROOT / "docs" / "studies" / "ten-models-2022.md"
IMAGE = ROOT / "docs" / "images" / "ten-models-2022.svg"
PAPER: dict[Dominance, tuple[str, ...]] = {
    "weak": ("44/52", "8/52", "39/51", "51/51", "6/52"),
    "strict": ("43/52", "5/52", "38/51", "50/51", "5/52"),
}
ASKED = (
    ("openai_davinci", RAW), ("openai_davinci", OWN), ("ai21_j1-large", RAW), ("ai21_j1-large", OWN),
)  # fmt: skip
NAMES = {"openai_davinci": "davinci", "ai21_j1-large": "J1-Large", RAW: "raw", OWN: "idealized"}


def published() -> Iterator[Figure]:
    """Counts that were told for this data."""
    for rule, targets in PAPER.items():
        frontiers = scenario_frontiers(read(), dominance=rule)
        found = {(each.model, each.metric): f"{each.ahead}/{each.scenarios}" for each in standings(frontiers)}
        pairs = {(each.one, each.other): each for each in coincidences(read(), dominance=rule)}
        alike = pairs[RAW, OWN]
        ours = [*(found[each] for each in ASKED), f"{alike.same}/{alike.scenarios}"]
        names = [f"{NAMES[model]} on the {NAMES[metric]} frontier" for model, metric in ASKED]
        for name, text, target in zip(
            [*names, "raw and idealized frontier alike"], ours, targets, strict=True
        ):
            yield Figure(f"{rule} dominance, {name}", text, target)


def identities(found: Sequence[Placed]) -> Iterator[Figure]:
    """Two ways to one number."""
    hulls = {each.scenario: each.hull for each in mixtures(read())}
    costs = [each for each in found if each.metric == COST]
    apart = [
        abs(each.vrs - (hulls[each.scenario].cost_at(each.reaches) or np.nan) / each.takes) for each in costs
    ]
    yield Figure(f"VRS score beside least cost of a mix, {len(apart)} units, greatest difference",
                 f"{max(apart):.1e}", "under 1e-9")  # fmt: skip
    strict = {
        (each.scenario, unit.name)
        for each in scenario_frontiers(read(), dominance="strict")
        if each.metric == COST
        for unit in each.frontier.units
        if unit.on_frontier and unit.values[1].value > 0
    }
    single = {(each.scenario, each.model) for each in costs if each.on_fdh}
    yield Figure("cost: strictly undominated, of those on the FDH frontier",
                 f"{len(strict & single)}/{len(single)}", f"{len(strict)}/{len(strict)}")  # fmt: skip


def own_figures(found: Sequence[Placed]) -> Iterator[Figure]:
    """What no one has told before: no target."""
    for metric in (RAW, OWN, COST):
        mine = [each for each in found if each.metric == metric]
        ahead = sum(each.on_fdh for each in mine), sum(each.on_vrs for each in mine)
        yield Figure(
            f"{metric}: on the frontier, single models / mixed", f"{ahead[0]} / {ahead[1]} of {len(mine)}"
        )
    gained = [each.area - each.area_alone for each in mixtures(read())]
    yield Figure("what mixing adds to the mean capability over costs, median / most",
                 f"{np.median(gained):.4f} / {max(gained):.3f}")  # fmt: skip
    tokens = charged_tokens()
    raft = [key for key in july() if key[0].startswith("raft") and key[1].startswith("ai21")]
    off = [abs(tokens[key] - float(july()[key]["output_tokens"])) for key in raft]
    yield Figure(f"tokens recovered, beside those of July, AI21 on RAFT (n = {len(off)}), median difference",
                 f"{np.median(off):.2f}")  # fmt: skip
    davinci = [key for key in july() if key[1] == "openai_davinci"]
    grown = sum(tokens[key] > 2 * float(july()[key]["output_tokens"]) for key in davinci)
    yield Figure("scenarios in which davinci was charged with more than twice July's tokens",
                 f"{grown}/{len(davinci)}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", action="store_true", help="write the tables and the picture of the page")
    arguments = parser.parse_args()
    print(heading("the ten models of 2022", "highspy"))
    if not DATA.exists():
        print(f"the published data are not at {DATA}")
        sys.exit(0)
    found = list(placed(read()))
    show([*published(), *identities(found), *own_figures(found)])
    if arguments.page:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), dict(blocks())), encoding="utf-8")
        IMAGE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
