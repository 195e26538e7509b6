"""How far estimates of the least cost of a success are off by the number of attempts, on made-up problems."""

from __future__ import annotations

import numpy as np
from figures import Figure, show

from isocost.frontier import Attempts, cost_of_success, frontier_cost, split_frontier

PROBLEMS, MODELS, REPEATS, EXPERT = 60, 5, 200, 8.0


def main() -> None:
    rng = np.random.default_rng(0)
    figures = []
    for tries in (2, 4, 8, 16, 64):
        worlds = np.array([_world(tries, rng) for _ in range(REPEATS)])
        published, split, paid = worlds.mean(axis=0) - 1
        figures.append(
            Figure(
                f"{tries} attempts: split estimate over the true least cost",
                f"{100 * split:+.1f} %",
                "",
                f"published {100 * published:+.1f} %; who chooses by all pays {100 * paid:+.1f} %",
            )
        )
    show(figures)


def _world(tries: int, rng: np.random.Generator) -> tuple[float, float, float]:
    rate = rng.beta(0.8, 0.8, (PROBLEMS, MODELS))
    cost = np.exp(rng.normal(0, 1, (PROBLEMS, MODELS)))
    human = np.full(PROBLEMS, EXPERT)
    true = np.minimum((cost / rate).min(axis=1), human)
    data = Attempts(
        problems=tuple(map(str, range(PROBLEMS))),
        models=tuple(map(str, range(MODELS))),
        attempts=np.full((PROBLEMS, MODELS), tries),
        successes=rng.binomial(tries, rate),
        cost=cost,
    )
    seen = cost_of_success(data)
    chosen = (cost / rate)[np.arange(PROBLEMS), seen.argmin(axis=1)]
    paid = np.where(seen.min(axis=1) < human, np.minimum(chosen, 10 * EXPERT), human)
    split = split_frontier(data, human, rng=rng)
    if split is None:
        raise AssertionError("two attempts are enough to split")
    return tuple(x.mean() / true.mean() for x in (frontier_cost(seen, human), split, paid))


if __name__ == "__main__":
    main()
