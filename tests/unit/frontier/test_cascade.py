from itertools import pairwise, permutations, product

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier import Cascade, CascadeData, learn_cascade, outcomes


def made(requests: int, seed: int, models: int = 2) -> CascadeData:
    """Requests of varying difficulty; a score is a noisy view of whether the answer is right."""
    rng = np.random.default_rng(seed)
    difficulty = rng.random(requests)
    ability = np.linspace(0.5, 0.95, models)
    right = (ability[None, :] > difficulty[:, None]).astype(float)
    return CascadeData(
        models=tuple("abcdefgh"[:models]),
        costs=np.tile(10.0 ** np.arange(models), (requests, 1)),
        scores=np.round(np.clip(right * 0.6 + 0.4 * rng.random((requests, models)), 0, 1), 1),
        qualities=right,
    )


def test_three_stages_by_hand() -> None:
    data = CascadeData(
        models=("a", "b", "c"),
        costs=np.array([[1.0, 3.0, 9.0]] * 3),
        scores=np.array([[0.9, 0.0, 0.0], [0.1, 0.8, 0.0], [0.1, 0.1, 0.0]]),
        qualities=np.array([[1.0, 0.5, 0.25]] * 3),
    )
    found = outcomes(Cascade(stages=(0, 1, 2), thresholds=(0.5, 0.5)), data)
    assert found.accepted.tolist() == [0, 1, 2]
    assert found.costs.tolist() == [1.0, 4.0, 13.0]
    assert found.qualities.tolist() == [1.0, 0.5, 0.25]


@pytest.mark.parametrize("models", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_against_all_orders_and_thresholds(models: int, seed: int) -> None:
    # scores are in tenths, so all that can differ lies among eleven thresholds
    data = made(60, seed, models)
    budget = 10.0 ** (models - 1) * 0.6
    best = -1.0
    for size in range(1, models + 1):
        for stages in permutations(range(models), size):
            if any(a > b for a, b in pairwise(stages)):
                continue
            for cut in product(np.arange(11) / 10, repeat=size - 1):
                reached = outcomes(Cascade(stages=stages, thresholds=cut), data)
                if reached.costs.mean() <= budget:
                    best = max(best, float(reached.qualities.mean()))
    found = learn_cascade(data, budget=budget)
    assert found is not None
    assert outcomes(found, data).qualities.mean() == pytest.approx(best)


def test_a_floor_is_reached_at_less_than_the_dear_model_costs() -> None:
    data = made(400, 7)
    floor = float(data.qualities[:, 1].mean()) - 0.02
    found = learn_cascade(data, quality=floor)
    assert found is not None
    reached = outcomes(found, data)
    assert reached.qualities.mean() >= floor
    assert reached.costs.mean() < data.costs[:, 1].mean()


def test_nothing_keeps_an_impossible_aim() -> None:
    assert learn_cascade(made(20, 1), budget=0.5) is None
    assert learn_cascade(made(20, 1), quality=1.1) is None


def test_many_models_are_thinned_to_those_that_pay() -> None:
    data = made(80, 3, models=7)
    assert learn_cascade(data, budget=50.0) is not None


def test_an_aim_is_needed_and_only_one() -> None:
    for aims in ({}, {"budget": 1.0, "quality": 0.5}):
        with pytest.raises(InputError, match="give one of the two"):
            learn_cascade(made(5, 0), **aims)
    with pytest.raises(InputError, match="there are none"):
        learn_cascade(made(5, 0).part(slice(0, 0)), budget=1.0)
