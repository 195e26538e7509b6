"""How often a gate at 5 % fails, and how often its interval holds the truth, in simulated pairs of profiles.

``python benchmarks/runtime_compare.py [PAIRS]``: seven sizes, 8 repeats; noise is relative, of each request.
Then the same with sessions that differ by 5 %, one of each stack and three of each.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from figures import Figure, show

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from doubles.profiles import TrueRuntime, profile
from isocost.runtime import RuntimeModel, compare_runtimes, fit_runtime
from isocost.statistics import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

MARGIN = 0.05
SESSIONS_DIFFER = 0.05


def fitted(scale: float, noise: float, seed: int) -> RuntimeModel:
    """Fit a profile of a stack that takes `scale` times as long."""
    truth = TrueRuntime(fixed_s=0.004 * scale, per_prompt_s=2e-4 * scale, decode_s=0.005 * scale)
    return fit_runtime(profile(truth, repeats=8, noise=noise, seed=seed), deployment="stack", seed=0)


def trial(
    scale: float, noise: float, pairs: int, *, sessions: int = 1, differ: float = 0.0
) -> tuple[float, float]:
    """Return the share of pairs whose gate failed, and of those whose interval held the truth."""
    rng = np.random.default_rng(0)
    failed = held = 0
    for pair in range(pairs):
        sides = [
            [
                fitted(
                    factor * np.exp(differ * rng.standard_normal()),
                    noise,
                    seed=1000 * pair + 10 * side + number,
                )
                for number in range(sessions)
            ]
            for side, factor in enumerate((1.0, scale))
        ]
        ratio = compare_runtimes(sides[0], sides[1], name="m").runtime
        failed += judge(ratio, margin=MARGIN).failed
        low, high = ratio.estimate.low, ratio.estimate.high
        held += low is not None and high is not None and low <= scale <= high
    return failed / pairs, held / pairs


def figures(pairs: int) -> Iterator[Figure]:
    """Try every case."""
    for noise in (0.05, 0.15):
        for scale, target in ((1.0, "at most 5 %"), (1.05, "at most 5 %"), (1.10, ""), (1.15, "")):
            failed, held = trial(scale, noise, pairs)
            name = f"gate fails, true change {scale - 1:+.0%}, noise {noise:.0%}"
            wanted = "above 50 %" if noise == 0.05 and scale == 1.10 else target
            yield Figure(name, f"{100 * failed:.0f} %", wanted, f"interval holds the truth in {held:.0%}")
    for sessions in (1, 3):
        failed, held = trial(1.0, 0.02, pairs, sessions=sessions, differ=SESSIONS_DIFFER)
        yield Figure(
            f"gate fails, no change, sessions differ by {SESSIONS_DIFFER:.0%}, {sessions} of each",
            f"{100 * failed:.0f} %",
            "at most 5 %" if sessions > 1 else "",
            f"interval holds the truth in {held:.0%}",
        )


def main() -> None:
    """Print all of them."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"gate at {MARGIN:.0%}, {pairs} pairs of profiles each")
    show(figures(pairs))


if __name__ == "__main__":
    main()
