"""A step and a trend are told, with instant and size; correlated values raise few false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.statistics.drift import BATCHES, CRITICAL, find_change, self_normalised_change


def remembering(rng: np.random.Generator, count: int, memory: float) -> np.ndarray:
    values = np.empty(count)
    values[0] = rng.standard_normal()
    for i, shock in enumerate(rng.standard_normal(count - 1) * np.sqrt(1 - memory**2), start=1):
        values[i] = memory * values[i - 1] + shock
    return values


def by_definition(values: np.ndarray) -> float:
    """The statistic of Shao and Zhang as sums of sums, equation 4."""
    n, best = len(values), 0.0
    total = values.sum()
    for k in range(1, n):
        t = (values[:k].sum() - k / n * total) / np.sqrt(n)
        before = sum((values[:j].sum() - j / k * values[:k].sum()) ** 2 for j in range(1, k + 1))
        after = sum((values[j:].sum() - (n - j) / (n - k) * values[k:].sum()) ** 2 for j in range(k, n))
        best = max(best, t**2 / ((before + after) / n**2))
    return best


@pytest.mark.parametrize("seed", range(5))
def test_the_statistic_is_that_of_its_definition(seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal(24)
    assert self_normalised_change(values)[0] == pytest.approx(by_definition(values))


def test_the_critical_value_is_exceeded_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    found = np.array([self_normalised_change(rng.standard_normal(BATCHES))[0] for _ in range(800)])
    for level, bound in CRITICAL.items():
        assert np.mean(found > bound) == pytest.approx(level, abs=3.5 * np.sqrt(level / 800))


def test_a_step_is_told_with_its_place_and_size() -> None:
    rng = np.random.default_rng(1)
    values = 1 + 0.1 * remembering(rng, 600, 0.5)
    values[200:] *= 1.3
    change = find_change(values)
    assert change is not None
    assert change.at == pytest.approx(1 / 3, abs=1 / 12)
    assert change.ratio == pytest.approx(1.3, abs=0.05)
    assert not change.gradual


def test_a_trend_is_told_from_its_beginning_to_its_end() -> None:
    rng = np.random.default_rng(2)
    found = [
        find_change((1 + 0.3 * np.linspace(0, 1, 300)) * (1 + 0.05 * rng.standard_normal(300)))
        for _ in range(20)
    ]
    told = [each for each in found if each is not None]
    assert len(told) == 20
    assert all(1.1 < each.ratio < 1.35 for each in told)


@pytest.mark.parametrize(("memory", "most"), [(0.0, 0.08), (0.5, 0.09), (0.8, 0.11)])
def test_few_false_alarms_in_a_series_that_remembers(memory: float, most: float) -> None:
    rng = np.random.default_rng(3)
    alarms = [find_change(1 + 0.1 * remembering(rng, 300, memory)) is not None for _ in range(300)]
    assert np.mean(alarms) <= most  # 5 % nominal


def test_what_cannot_be_tested_is_refused() -> None:
    with pytest.raises(InputError) as raised:
        find_change(np.ones(47))
    assert str(raised.value) == "a change needs at least 48 values to be told, got 47"
    with pytest.raises(InputError) as raised:
        find_change(np.ones(48), alpha=0.01)
    assert str(raised.value) == "alpha must be 0.05 or 0.025, got 0.01"
    assert find_change(np.ones(48)) is None
