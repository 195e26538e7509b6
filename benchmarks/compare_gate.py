"""How often a gate at 5 % fails, and how often its interval holds the truth, in simulated pairs of profiles.

``python benchmarks/compare_gate.py [PAIRS]``: seven sizes, 8 repeats; the noise is relative, of each request.
Then the same with sessions that differ by 5 %, one of each stack and three of each.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from doubles.profiles import TrueRuntime, profile
from isocost.runtime import RuntimeModel, compare_runtimes, fit_runtime
from isocost.statistics import judge

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


def main() -> None:
    """Print both tables."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"gate at {MARGIN:.0%}, {pairs} pairs of profiles each")
    print("noise  true change  failed  interval holds the truth")
    for noise in (0.05, 0.15):
        for scale in (1.0, 1.05, 1.10, 1.15):
            failed, held = trial(scale, noise, pairs)
            print(f"{noise:5.0%}  {scale - 1:+11.0%}  {failed:6.0%}  {held:.0%}")
    print(f"\nsessions that differ by {SESSIONS_DIFFER:.0%}, no true change, noise 2 %")
    print("sessions of each  failed  interval holds the truth")
    for sessions in (1, 3):
        failed, held = trial(1.0, 0.02, pairs, sessions=sessions, differ=SESSIONS_DIFFER)
        print(f"{sessions:16d}  {failed:6.0%}  {held:.0%}")


if __name__ == "__main__":
    main()
