"""The principles of production as tests: on all public batch sweeps, and on simulated ones of known truth.

Data: ``../shared/data/energy`` (ML.ENERGY benchmark). ``--page`` writes the tables into
docs/method/principles.md.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from figures import Figure, show
from machine import heading

from isocost.economics import PRINCIPLES, arc_returns, judge_principles, tally_principle
from isocost.economics.exponent import affine_statistic
from isocost.economics.optimum import optimal_zone
from isocost.economics.sweep_error import sweep_runs
from isocost.statistics import confidences_of_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from isocost.economics import Principle, Tally

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "energy" / "mlenergy_llm_batch_sweeps.csv"
PAGE = ROOT / "docs" / "method" / "principles.md"
KEYS = ("model_id", "task", "gpu_model", "num_gpus", "tp", "ep", "dp")
KINDS = {"Dense Transformer": "dense", "Mamba-Transformer Hybrid": "hybrid", "MoE": "mixture of experts"}
TITLES = {
    "average-cost": "average cost falls",
    "incremental-cost": "incremental cost falls",
    "diminishing-returns": "returns diminish",
}
Sweep = tuple[str, str, dict[float, list[float]]]
FEW, MANY = 2.0 ** np.arange(5), 2.0 ** np.arange(8)


def public_sweeps() -> list[Sweep]:
    """Model, kind and tokens per second by mean batch size, of sweeps with at least six points."""
    found: dict[tuple[str, ...], list[tuple[float, float, str]]] = defaultdict(list)
    with DATA.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            batch, rate = float(row["avg_batch_size"]), float(row["output_throughput_tokens_per_sec"])
            found[tuple(row[key] for key in KEYS)].append((batch, rate, KINDS[row["architecture"]]))
    return [
        (key[0], rows[0][2], {batch: [rate] for batch, rate, _ in sorted(rows)})
        for key, rows in found.items()
        if len(rows) >= 6
    ]


def tallies(sweeps: Sequence[Sweep], kind: str | None = None) -> dict[str, Tally]:
    chosen = [each for each in sweeps if kind in (None, each[1])]
    judged = [judge_principles(sweep) for _, _, sweep in chosen]
    models = [model for model, _, _ in chosen]
    return {
        name: tally_principle([each[i] for each in judged], models)
        for i, name in enumerate(PRINCIPLES)
        if name in TITLES
    }


def medians(principles: Iterable[Principle]) -> float:
    return float(np.median([each.effect.value for each in principles if each.effect is not None]))


def public_figures(sweeps: Sequence[Sweep]) -> Iterator[Figure]:
    every = tallies(sweeps)
    falls = {
        kind: medians(judge_principles(sweep)[0] for _, mine, sweep in sweeps if mine == kind)
        for kind in KINDS.values()
    }
    fell = sum(sweep[max(sweep)][0] > sweep[min(sweep)][0] for _, _, sweep in sweeps)
    yield Figure("average cost lower at the last level than at the first", f"{fell}/82", "82/82")
    for (kind, fall), target in zip(falls.items(), ("9.0", "6.3", "12.5"), strict=True):
        yield Figure(f"fall of average cost, {kind}, median", f"{fall:.1f}", target)
    known = {"incremental-cost": ("52", "49", "21"), "diminishing-returns": ("58", "", "38")}
    for name, title in TITLES.items():
        tally, beside = every[name], known.get(name, ("", "", ""))
        rest = f"{tally.opposite} the opposite, {tally.sweeps - tally.holds - tally.opposite} cannot be told"
        # another test than the one these were counted with: beside, not a target
        mine = name == "incremental-cost"
        for label, count, figure in (
            ("", tally.holds, beside[0]),
            (", Benjamini-Hochberg", tally.holds_by_share, beside[1]),
            (", Holm", tally.holds_surely, beside[2]),
        ):
            yield Figure(
                f"{title}{label}",
                str(count),
                "" if mine else figure,
                (f"{figure} by another test" if mine else "") or ("" if label else rest),
            )
        yield Figure(f"{title} in every sweep of a model, Holm", f"{tally.clusters_hold}/{tally.clusters}")
    last = sum(arc_returns(sweep)[-1] < 0.5 for _, _, sweep in sweeps)
    yield Figure("last arc elasticity under 0.5", str(last), "59")
    near = sum(sweep[max(sweep)][0] >= 0.99 * max(x for (x,) in sweep.values()) for _, _, sweep in sweeps)
    yield Figure("throughput within 1 % of its most at the largest batch", str(near), "69")


def simulated(
    steps: Callable[[np.ndarray], np.ndarray],
    levels: np.ndarray,
    *,
    noise: float,
    repeats: int,
    trials: int,
) -> Iterator[dict[float, list[float]]]:
    """Yield sweeps of known truth."""
    rng = np.random.default_rng(1)
    for _ in range(trials):
        rates = levels / steps(levels) * np.exp(noise * rng.standard_normal((repeats, len(levels))))
        yield {float(b): rates[:, i].tolist() for i, b in enumerate(levels)}


def share(name: str, sweeps: Iterable[dict[float, list[float]]], judgement: str = "holds") -> float:
    """Return how often a principle is judged so."""
    index = PRINCIPLES.index(name)  # type: ignore[arg-type]
    if name == "optimal-zone":
        found = [optimal_zone(sweep_runs(each)).judgement == judgement for each in sweeps]
    else:
        found = [judge_principles(each)[index].judgement == judgement for each in sweeps]
    return float(np.mean(found))


def exponent_size(levels: np.ndarray, variable: float, trials: int, noise: float = 0.03) -> float:
    """Return how often incremental cost is found to fall where it is constant; one run a level."""
    from scipy.special import stdtr

    rng = np.random.default_rng(2)
    truth = (1 - variable) + variable * levels / np.exp(np.log(levels).mean())
    fit = affine_statistic(levels, truth * np.exp(noise * rng.standard_normal((trials, len(levels)))))
    free = len(levels) - 3
    root = np.sign(1 - fit.exponent) * np.sqrt((fit.affine - fit.free) / (fit.free / free))
    return float((stdtr(free, -root) <= 0.05).mean())


def false_finds(trials: int) -> Iterator[Figure]:
    for levels in (FEW, MANY):
        for variable in (0.1, 0.5, 0.9):
            size = exponent_size(levels, variable, 5 * trials)
            name = f"g = 1 found below 1: {len(levels)} levels once, {variable:.0%} of the step variable"
            yield Figure(name, f"{size:.1%}", "at most 6 %")
    for label, levels, repeats in (("5 levels once", FEW, 1), ("5 levels, 3 repeats", FEW, 3)):
        runs = list(simulated(lambda b: b, levels, noise=0.03, repeats=repeats, trials=trials))
        flat = share("average-cost", runs)
        yield Figure(f"constant average cost found to fall: {label}", f"{flat:.1%}", "at most 8 %")
        power = list(simulated(lambda b: b**0.5, levels, noise=0.03, repeats=repeats, trials=trials))
        found = share("diminishing-returns", power)
        yield Figure(f"constant returns found to diminish: {label}", f"{found:.1%}", "at most 8 %")
    shapes: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "cost that only falls": lambda b: 0.02 + 0.004 * b,
        "a plateau from 4 streams on": lambda b: np.maximum(4.0, b),
    }
    for label, shape in shapes.items():
        found = share("optimal-zone", simulated(shape, MANY, noise=0.02, repeats=3, trials=trials))
        yield Figure(
            f"an optimum in between found: {label}, 8 levels, 3 repeats", f"{found:.1%}", "at most 8 %"
        )


def power(trials: int) -> Iterator[Figure]:
    for variable in (0.5, 0.8):
        for exponent in (0.8, 0.62):

            def steps(b: np.ndarray, variable: float = variable, exponent: float = exponent) -> np.ndarray:
                return (1 - variable) + variable * (b / 4.0) ** exponent

            for repeats in (1, 3):
                sweeps = simulated(steps, FEW, noise=0.03, repeats=repeats, trials=trials)
                beside = ".41-.86" if repeats == 1 else ".996"
                name = (
                    f"power: g = {exponent}, {variable:.0%} variable, 5 levels at 3 % noise, {repeats} runs"
                )
                yield Figure(name, f"{share('incremental-cost', sweeps):.2f}", beside=beside)
    rounded = list(
        simulated(lambda b: (1 + (b / 12) ** 4) ** 0.25, MANY, noise=0.02, repeats=3, trials=trials)
    )
    for judgement in ("holds", "does not hold"):
        found = share("incremental-cost", rounded, judgement)
        yield Figure(f"max(a, k b), rounded: incremental cost falls {judgement}", f"{found:.2f}")


def hsu(trials: int) -> Iterator[Figure]:
    """Hold the confidence of being the cheapest against the truth."""
    shapes = {
        "a plateau (four levels within 1 %)": [1.6, 1.25, 1.01, 1.0, 1.005, 1.01],
        "a winner by 3 %": [1.6, 1.3, 1.15, 1.0, 1.03, 1.1],
        "a winner by 10 %": [1.6, 1.3, 1.2, 1.0, 1.1, 1.2],
    }
    for label, costs in shapes.items():
        rng = np.random.default_rng(3)
        stated, right = [], []
        for _ in range(trials):
            noisy = np.log(costs)[:, None] + 0.02 * rng.standard_normal((len(costs), 3))
            found = confidences_of_least(noisy.tolist())
            stated.append(max(found))
            right.append(int(np.argmax(found)) == int(np.argmin(costs)))
        wrong = float(np.mean([s >= 0.95 and not r for s, r in zip(stated, right, strict=True)]))
        yield Figure(f"a level given 95 % that is not the cheapest: {label}", f"{wrong:.1%}", "at most 6 %")
        yield Figure(f"mean P(best) of the cheapest seen: {label}", f"{np.mean(stated):.2f}",
                     beside=f"it is the cheapest in {np.mean(right):.2f}")  # fmt: skip


def tables(sweeps: Sequence[Sweep]) -> str:
    """Write the tables of the page."""
    head = "| | sweeps | models | holds | opposite | not told | B-H | Holm | models, Holm | mean effect |"
    lines = []
    for name, title in TITLES.items():
        lines += [f"**{title.capitalize()}**", "", head, "|---" * 10 + "|"]
        for kind in (None, *KINDS.values()):
            tally = tallies(sweeps, kind)[name]
            mean = tally.mean
            effect = "" if mean is None else f"{mean.value:.2f}"
            if mean is not None and mean.low is not None and tally.clusters > 2:  # two models bound nothing
                effect += f" [{mean.low:.2f}, {mean.high:.2f}]"
            untold = tally.sweeps - tally.holds - tally.opposite
            counts = (tally.sweeps, tally.clusters, tally.holds, tally.opposite, untold)
            after = (tally.holds_by_share, tally.holds_surely, f"{tally.clusters_hold} of {tally.clusters}")
            lines.append(
                "| " + " | ".join(str(each) for each in (kind or "all", *counts, *after, effect)) + " |"
            )
        lines.append("")
    return "\n".join(lines)


def write_page(text: str) -> None:
    begin, end = "<!-- begin: benchmarks/economics_principles.py -->", "<!-- end -->"
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    PAGE.write_text(re.sub(pattern, f"{begin}\n\n{text}\n{end}", page, flags=re.DOTALL), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--page", action="store_true", help="write the tables into the page")
    arguments = parser.parse_args()
    print(heading("the principles of production as tests", "scipy"))
    if not DATA.exists():
        print(f"the public sweeps are not at {DATA}")
    else:
        sweeps = public_sweeps()
        print(tables(sweeps))
        if arguments.page:
            write_page(tables(sweeps))
        show(public_figures(sweeps))
    print()
    show([*false_finds(arguments.trials), *power(arguments.trials), *hsu(arguments.trials)])


if __name__ == "__main__":
    main()
