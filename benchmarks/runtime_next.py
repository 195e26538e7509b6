"""Which (p, o) to measure next, on the profiles of arXiv 2305.02440: what is reached in how many seconds.

Each of 13 models begins with (1, 1). The next point is chosen by what was measured so far and a prior from
the other models alone; what was measured is then fitted as ``isocost runtime`` fits it. Seconds are shares of
those of six fixed points, (1,1) (1,64) (1920,1) (1024,1) (512,1) (256,1). The profile's milliseconds are part
of the noise. The shortest answer and the least gain were chosen on these profiles.
Data: ``../shared/data/narayanan2023``.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
from figures import Figure, show
from machine import heading
from runtime_few_points import SIX, few, off, profiles, samples, whole_fit

from isocost.core.load import RequestShape
from isocost.runtime import candidate_cells, next_points, runtime_belief, runtime_prior

if TYPE_CHECKING:
    from runtime_few_points import Cells

    from isocost.runtime import RuntimePrior

SHARES = (0.2, 0.3, 0.4, 0.5, 0.6)
START = (1, 1)


def chosen(cells: Cells, prior: RuntimePrior, budget_s: float) -> list[tuple[int, int]]:
    """Choose one point after the other until the next would cost more than the budget, or buys too little."""
    targets = [RequestShape(p, o) for p, o in cells]
    prompts = np.unique([p for p, _ in cells])
    candidates = np.array(
        [size for size in candidate_cells(prompts.tolist(), 64).tolist() if tuple(size) in cells]
    )
    measured = [START]
    while True:
        belief = runtime_belief(samples({size: cells[size] for size in measured}), prior, prompts)
        found = next_points(belief, candidates, targets, count=1, repeats=1, warmups=0)
        if not found.points:
            return measured
        size = (found.points[0].input_tokens, found.points[0].output_tokens)
        if size in measured or sum(cells[each] for each in [*measured, size]) > budget_s:
            return measured
        measured.append(size)


def reached(cells: Cells, prior: RuntimePrior, points: list[tuple[int, int]]) -> float:
    """The mean relative error over all cells, per cent."""
    return off(few(cells, tuple(points), prior, None), cells)[0]


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(heading("T(p, o): which point to measure next"))
    a100 = profiles("profile_a100.csv")
    fits = {model: whole_fit(cells) for model, cells in a100.items()}
    errors: dict[str, list[float]] = {}
    for model, cells in a100.items():
        prior = runtime_prior({name: fit for name, fit in fits.items() if name != model})
        seconds = sum(cells[size] for size in SIX)
        path = chosen(cells, prior, SHARES[-1] * seconds)
        spent = np.cumsum([cells[size] for size in path]) / seconds
        at = [path[: int((spent <= share).sum())] for share in SHARES]
        errors[model] = [reached(cells, prior, list(SIX)), *(_or_nan(cells, prior, part) for part in at)]
        told = " ".join(f"{p}x{o}" for p, o in path)
        print(f"  {model:16s} six {errors[model][0]:.2f} %, ours {errors[model][-1]:.2f} %: {told}")
    six, *ours = np.mean(list(errors.values()), axis=0)
    within = next((share for share, error in zip(SHARES, ours, strict=True) if error <= six + 0.1), None)
    figures = [
        Figure(f"mean error after {100 * share:.0f} % of the seconds of six", f"{error:.3f} %")
        for share, error in zip(SHARES[:-1], ours[:-1], strict=True)
    ]
    worst, worst_of_six = (max(each[place] for each in errors.values()) for place in (-1, 0))
    show(
        [
            *figures,
            Figure(
                "mean error after 60 % of the seconds of six",
                f"{ours[-1]:.3f} %",
                f"at most {six + 0.1:.3f} %",
                f"six {six:.3f} %; worst model: ours {worst:.2f} %, six {worst_of_six:.2f} %",
            ),
            Figure(
                "seconds to six's error + 0.1 point",
                "never" if within is None else f"{100 * within:.0f} %",
                "at most 60 %",
                "100 %",
            ),
        ]
    )


def _or_nan(cells: Cells, prior: RuntimePrior, points: list[tuple[int, int]]) -> float:
    """NaN where the points do not yet tell prefill from decode."""
    if len({p for p, _ in points}) < 2 or len({o for _, o in points}) < 2:
        return float("nan")
    return reached(cells, prior, points)


if __name__ == "__main__":
    main()
