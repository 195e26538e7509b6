from itertools import combinations
from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier import (
    Attempts,
    cost_of_success,
    essentiality,
    frontier_cost,
    pass_at,
    split_frontier,
)


def made(attempts: Any, successes: Any, cost: Any) -> Attempts:
    shape = np.shape(attempts)
    return Attempts(
        problems=tuple(f"p{number}" for number in range(shape[0])),
        models=tuple(f"m{number}" for number in range(shape[1])),
        attempts=np.array(attempts),
        successes=np.array(successes),
        cost=np.array(cost, dtype=float),
    )


def test_cost_over_rate_by_hand() -> None:
    data = made([[4, 2], [5, 1]], [[1, 2], [0, 1]], [[0.1, 0.3], [0.1, 0.3]])
    assert cost_of_success(data) == pytest.approx(np.array([[0.4, 0.3], [np.inf, 0.3]]))
    assert cost_of_success(data, "corrected") == pytest.approx(np.array([[0.25, 0.3], [0.6, 0.3]]))


def test_the_mean_of_the_corrected_one_is_as_stated() -> None:
    # exactly, over the binomial distribution of k: (1 - (1 - R)^(n + 1)) / R
    for rate, n in ((0.2, 4), (0.7, 3)):
        chances = [
            len(list(combinations(range(n), k))) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)
        ]
        told = [cost_of_success(made([[n]], [[k]], [[1.0]]), "corrected").item() for k in range(n + 1)]
        assert np.dot(chances, told) == pytest.approx((1 - (1 - rate) ** (n + 1)) / rate)


def test_the_frontier_takes_the_cheapest_and_the_expert() -> None:
    costs = np.array([[1.0, 2.0], [np.inf, 5.0], [np.inf, np.inf]])
    assert frontier_cost(costs).tolist() == [1.0, 5.0, np.inf]
    assert frontier_cost(costs, np.array([3.0, 3.0, 3.0])).tolist() == [1.0, 3.0, 3.0]


def test_who_is_missed() -> None:
    costs = np.array([[1.0, 2.0], [4.0, np.inf]])
    assert essentiality(costs, [1]) == 0.0
    assert essentiality(costs, [0]) == 1.0  # the second problem would stay unsolved
    assert essentiality(costs, [0], np.array([10.0, 10.0])) == pytest.approx(1 - 5 / 12)
    assert essentiality(np.array([[1.0], [np.inf]]), [0]) is None


def test_the_chance_of_several_tries_against_all_subsets() -> None:
    won = [True, False, False, True, False]
    for tries in (1, 2, 3, 5):
        subsets = list(combinations(range(5), tries))
        share = sum(any(won[i] for i in subset) for subset in subsets) / len(subsets)
        assert pass_at(made([[5]], [[2]], [[1.0]]), tries).item() == pytest.approx(share)
    assert np.isnan(pass_at(made([[5]], [[2]], [[1.0]]), 6)).all()
    with pytest.raises(InputError, match="at least 1 try"):
        pass_at(made([[5]], [[2]], [[1.0]]), 0)


def test_the_split_frontier_is_not_lured_by_luck() -> None:
    # forty models alike: with four attempts the least is far too low, the split one is not
    rng = np.random.default_rng(1)
    data = made(np.full((300, 40), 4), rng.binomial(4, 0.4, (300, 40)), np.ones((300, 40)))
    split = split_frontier(data, rng=rng)
    assert split is not None
    assert frontier_cost(cost_of_success(data)).mean() < 1.2
    assert split.mean() == pytest.approx((1 - 0.6**3) / 0.4, rel=0.05)  # 1 / .4 but for the known factor


def test_the_split_frontier_needs_two_attempts_and_knows_the_expert() -> None:
    rng = np.random.default_rng(0)
    assert split_frontier(made([[1, 4]], [[1, 4]], [[1, 1]]), rng=rng) is None
    hopeless = made([[4]], [[0]], [[1.0]])
    found = split_frontier(hopeless, np.array([7.0]), rng=rng)
    assert found is not None
    assert found.tolist() == [7.0]
    alone = split_frontier(hopeless, rng=rng)
    assert alone is not None
    assert np.isinf(alone).all()


@pytest.mark.parametrize(
    ("attempts", "successes", "cost", "message"),
    [
        ([[0]], [[0]], [[1.0]], "at least one attempt at each problem"),
        ([[1]], [[2]], [[1.0]], "more successes than attempts"),
        ([[1]], [[1]], [[0.0]], "finite and above 0"),
        ([[1]], [[1]], [[np.inf]], "finite and above 0"),
        ([[1, 1]], [[1]], [[1.0]], "one cell a problem and model"),
    ],
)
def test_what_are_no_attempts_is_refused(attempts: Any, successes: Any, cost: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        made(attempts, successes, cost)
    assert message in str(caught.value)
