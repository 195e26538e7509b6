"""Frontiers of known truth, measured with error: how often what isocost says of membership is true.

Six shapes of truth on two axes, in logarithms; 5, 10 and 30 units; three sizes of error. Probabilities as
isocost states them (believed true values, only where the leading units are clear of the noise) beside
shares of points perturbed by their own noise; verdicts by paired comparisons; prices shared by all units;
clusters.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from figures import Figure, show
from machine import heading

from isocost.frontier import Axis, measured_frontier, membership_shares
from isocost.frontier.comparisons import dominance_tests
from isocost.frontier.membership import FEWEST_UNITS, LEAST_CLEARANCE
from isocost.frontier.population import believed_values

if TYPE_CHECKING:
    from collections.abc import Callable

BINS = 10
NOISES, SIZES = (0.02, 0.05, 0.1), (5, 10, 30)
Shape = "Callable[[np.random.Generator, int, int], np.ndarray]"


def near(rng: np.random.Generator, tables: int, count: int, behind: float = 0.05) -> np.ndarray:
    cost = np.log(rng.uniform(1, 2, (tables, count)))
    return np.stack([-cost, 0.5 * cost - rng.exponential(behind, (tables, count))], axis=-1)


def arc(rng: np.random.Generator, tables: int, count: int) -> np.ndarray:
    angle = rng.uniform(0, np.pi / 2, (tables, count))
    return 0.5 * np.stack([np.sin(angle), np.cos(angle)], axis=-1)


def aligned(rng: np.random.Generator, tables: int, count: int) -> np.ndarray:
    one, two = rng.normal(0, 0.25, (2, tables, count))
    return np.stack([one, 0.7 * one + 0.714 * two], axis=-1)


def clustered(rng: np.random.Generator, tables: int, count: int, levels: int = 4) -> np.ndarray:
    """Deployments with a common distance from the frontier, four levels each along it."""
    groups = count // levels
    place = np.log(rng.uniform(1, 2, (tables, groups, levels)))
    behind = rng.exponential(0.2, (tables, groups, 1)) + 0.02 * rng.exponential(1, place.shape)
    return np.stack([-place, 0.5 * place - behind], axis=-1).reshape(tables, -1, 2)


SHAPES: dict[str, Callable[[np.random.Generator, int, int], np.ndarray]] = {
    "near a curve (exponential, 5 %)": near,
    "far behind a curve (30 %)": lambda rng, tables, count: near(rng, tables, count, 0.3),
    "a cloud": lambda rng, tables, count: rng.normal(0, 0.25, (tables, count, 2)),
    "better in one, better in both": aligned,
    "all on an arc": arc,
    "half on an arc, half 20 % behind": lambda rng, tables, count: (
        arc(rng, tables, count) - 0.2 * (rng.random((tables, count, 1)) < 0.5)
    ),
}


class Trial(NamedTuple):
    """Many tables of one condition, each of shape (tables, n)."""

    truth: np.ndarray
    stated: np.ndarray
    perturbed: np.ndarray
    shown: np.ndarray
    member: np.ndarray
    dominated: np.ndarray


def trial(gains: np.ndarray, noise: float, rng: np.random.Generator, *, price: float = 0.0) -> Trial:
    """Measure each table once; `price` is the error of a price that all units share."""
    tables, count, _ = gains.shape
    shared = price * rng.standard_normal((tables, 1, 1)) * np.array([1.0, 0.0])
    seen = gains + noise * rng.standard_normal(gains.shape) + shared
    found = believed_values(seen, np.tile(noise**2 * np.eye(2), (count, 1, 1)), rng=rng, burn=150, kept=150)
    errors = noise * rng.standard_normal((400, count, 2)) + price * rng.standard_normal((400, 1, 1)) * [
        1.0,
        0.0,
    ]
    tests = [dominance_tests(one, errors) for one in seen]
    clear = (found.clearance >= LEAST_CLEARANCE) & (count >= FEWEST_UNITS)
    return Trial(
        truth=np.array([membership_shares(one[None]) for one in gains]) == 1,
        stated=np.array([membership_shares(found.gains[:, i]) for i in range(tables)]),
        perturbed=np.array([membership_shares(one + errors[:200]) for one in seen]),
        shown=np.repeat(clear[:, None], count, axis=1),
        member=np.array([one.member for one in tests]),
        dominated=np.array([one.dominated for one in tests]),
    )


def joined(trials: list[Trial]) -> Trial:
    return Trial(*(np.concatenate([part.ravel() for part in parts]) for parts in zip(*trials, strict=True)))


def error(stated: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Return expected calibration error over ten bins, and Brier score."""
    bins, total = np.minimum((stated * BINS).astype(int), BINS - 1), 0.0
    for at in range(BINS):
        mine = bins == at
        if mine.any():
            total += mine.mean() * abs(stated[mine].mean() - truth[mine].mean())
    return total, float(((stated - truth) ** 2).mean())


def line(name: str, found: Trial) -> str:
    shown = found.shown
    told = "  none stated      "
    if shown.any():
        calibration, brier = error(found.stated[shown], found.truth[shown])
        told = f"{shown.mean():5.0%} {calibration:6.3f} {brier:6.3f}"
    plain = error(found.perturbed, found.truth)
    saying = found.member <= 0.05, found.dominated <= 0.05
    wrong = saying[0][~found.truth].mean() if (~found.truth).any() else 0.0
    missed = saying[1][found.truth].mean() if found.truth.any() else 0.0
    power = f"{saying[1][~found.truth].mean():5.0%}" if (~found.truth).any() else "    -"
    return (
        f"    {name:34s} {found.truth.mean():5.2f} | {told} | {plain[0]:6.3f} {plain[1]:6.3f} | "
        f"{wrong:6.1%} {missed:6.1%} {saying[0][found.truth].mean():5.0%} {power}"
    )


def table(title: str, stated: np.ndarray, truth: np.ndarray) -> float:
    """Print stated against true in bins, and return the largest gap in a bin of at least a hundred."""
    print(f"  {title}")
    bins, worst = np.minimum((stated * BINS).astype(int), BINS - 1), 0.0
    for at in range(BINS):
        mine = bins == at
        if mine.sum() >= 20:
            gap = abs(stated[mine].mean() - truth[mine].mean())
            worst = max(worst, gap if mine.sum() >= 100 else 0.0)
            means = stated[mine].mean(), truth[mine].mean()
            print(f"    stated {means[0]:4.2f}, true {means[1]:4.2f}   ({mine.sum()} units)")
    return worst


def coverage(tables: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return how often intervals of score and rank hold the truth, through `measured_frontier`."""
    axes = (Axis(name="cost", unit="USD", better="lower"), Axis(name="speed", unit="1/s", better="higher"))
    signs, held, ranked = np.array([-1.0, 1.0]), [], []
    for name in ("far behind a curve (30 %)", "a cloud", "better in one, better in both"):
        for gains in SHAPES[name](rng, tables, 10):
            true = np.exp(gains * signs)
            seen = true * np.exp(0.02 * rng.standard_normal(true.shape))
            draws = seen * np.exp(0.02 * rng.standard_normal((1000, *true.shape)))
            names = [str(i) for i in range(10)]
            found = measured_frontier(seen, draws, axes=axes, names=names, rng=rng)
            exact = measured_frontier(
                true, np.repeat(true[None], 100, axis=0), axes=axes, names=names, rng=rng
            )
            if found.no_probability is not None:
                continue
            truths = np.array([unit.score.value for unit in exact.units if unit.score is not None])
            ranks = 1 + (truths[None] > truths[:, None]).sum(axis=1)
            for unit, truth, rank in zip(found.units, truths, ranks, strict=True):
                assert unit.score is not None
                assert unit.rank is not None
                held.append(unit.score.low - 1e-9 <= truth <= unit.score.high + 1e-9)
                ranked.append(unit.rank.low <= rank <= unit.rank.high)
    return float(np.mean(held)), float(np.mean(ranked))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=int, default=120)
    tables = parser.parse_args().tables
    began, rng = time.monotonic(), np.random.default_rng(20)
    print(heading(f"Membership of a frontier, stated and true, {tables} tables a line", "scipy"))
    print(
        f"    {'shape':34s}  true |  stated by isocost  |   perturbed   | verdicts at 5 %:\n"
        f"    {'':34s} share | shown    ECE  Brier |    ECE  Brier | wrong on, off; found"
    )
    everything: list[Trial] = []
    for count in SIZES:
        for noise in NOISES:
            print(f"  {count} units, errors of {noise:.0%}")
            for name, shape in SHAPES.items():
                found = trial(shape(rng, tables, count), noise, rng)
                everything.append(joined([found]))
                print(line(name, everything[-1]))
    extra = {
        "a cloud, one price known to 20 %": trial(SHAPES["a cloud"](rng, tables, 10), 0.05, rng, price=0.2),
        "8 deployments of 4 levels": trial(clustered(rng, tables, 32), 0.02, rng),
        "the same, errors of 5 %": trial(clustered(rng, tables, 32), 0.05, rng),
    }
    print("  shared and clustered")
    for name, found in extra.items():
        print(line(name, joined([found])))
    whole = joined(everything)
    shown = whole.shown
    worst = table("stated, all conditions", whole.stated[shown], whole.truth[shown])
    table(
        "perturbed by their noise (not shown by isocost), the same tables",
        whole.perturbed[shown],
        whole.truth[shown],
    )
    table("stated, had nothing been held back", whole.stated, whole.truth)
    scores, ranks = coverage(max(tables // 8, 5), rng)
    calibration, brier = error(whole.stated[shown], whole.truth[shown])
    held_back = error(whole.stated, whole.truth)
    plain = error(whole.perturbed[shown], whole.truth[shown])
    perturbed = error(whole.perturbed, whole.truth)
    clusters = joined([extra["8 deployments of 4 levels"]])
    price = joined([extra["a cloud, one price known to 20 %"]])
    of_clusters = error(clusters.stated[clusters.shown], clusters.truth[clusters.shown])
    of_price = error(price.stated[price.shown], price.truth[price.shown])
    beside = f"perturbed {plain[0]:.3f}"
    wrong = max((one.member <= 0.05)[~one.truth].mean() for one in everything if (~one.truth).any())
    missed = max((one.dominated <= 0.05)[one.truth].mean() for one in everything if one.truth.any())
    show([
        Figure("membership: calibration error", f"{calibration:.3f}", "at most 0.05", beside),
        Figure("membership: largest gap in a bin of 100", f"{worst:.2f}", "at most 0.15"),
        Figure("membership: Brier score where stated", f"{brier:.3f}", "", f"perturbed {plain[1]:.3f}"),
        Figure("membership: share of units with a probability", f"{shown.mean():.0%}"),
        Figure("membership: nothing held back", f"{held_back[0]:.3f}", "", f"perturbed {perturbed[0]:.3f}"),
        Figure("membership: calibration, clusters", f"{of_clusters[0]:.3f}", "at most 0.05"),
        Figure("membership: calibration, a shared price", f"{of_price[0]:.3f}", "at most 0.05"),
        Figure("verdict on the frontier: most often wrong", f"{wrong:.1%}", "at most 5 %"),
        Figure("verdict dominated: most often wrong", f"{missed:.1%}", "at most 5 %"),
        Figure("score intervals: coverage of 95 %", f"{scores:.1%}", "92 to 98 %"),
        Figure("rank intervals: coverage of 95 %", f"{ranks:.1%}", "at least 92 %"),
    ])  # fmt: skip
    print(f"  {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
