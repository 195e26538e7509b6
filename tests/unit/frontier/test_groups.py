"""Groups: gaps as they were made, tests that keep their size, and what cannot be told."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier import GroupingOptions, group_frontiers, stochastic_metafrontier


def units(count, gap=1.0, seed=0):
    """Half of the units in a group that makes `gap` as much."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(1, 10, (count, 1))
    y = x * np.exp(-rng.exponential(0.15, (count, 1)))
    y[count // 2 :] *= gap
    return x, y, ["a"] * (count // 2) + ["b"] * (count - count // 2)


def compared(x, y, groups, *, clusters=None, seed=1, **options):
    names = [str(i) for i in range(len(x))]
    chosen = GroupingOptions(permutations=99, **options)
    return group_frontiers(
        x, y, names=names, groups=groups, rng=np.random.default_rng(seed), clusters=clusters, options=chosen
    )


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_a_gap_is_found_as_large_as_it_is(orientation):
    x, y, groups = units(120, 0.7)
    found = compared(x, y, groups, orientation=orientation, technology="crs")
    # constant returns: a group that makes .7 as much is behind by .7 either way
    ratios = {summary.group: summary.mean_gap_ratio for summary in found.groups}
    assert ratios["a"] == pytest.approx(1.0)
    assert ratios["b"] == pytest.approx(0.7, abs=0.06)
    assert found.p_value == 0.01
    assert compared(x[:, 0], y[:, 0], groups, orientation=orientation, technology="crs") == found
    for unit in found.units:
        assert unit.group_score * unit.gap_ratio == pytest.approx(unit.meta_score)
        assert 0 < unit.gap_ratio <= 1 + 1e-9


def test_groups_that_are_one_are_told_apart_as_rarely_as_promised():
    found = [compared(*units(24, seed=seed), seed=seed).p_value <= 0.05 for seed in range(20)]
    assert sum(found) <= 4  # 1 expected; 5 or more has a chance of .003


def test_levels_of_a_deployment_are_permuted_together():
    """Twelve deployments of five equal levels: taken as sixty units, chance differences look certain."""
    found = {True: 0, False: 0}
    for seed in range(12):
        x, y, groups = units(12, seed=seed)
        many = np.repeat(x, 5, axis=0), np.repeat(y, 5, axis=0), list(np.repeat(groups, 5))
        clusters = [str(i // 5) for i in range(60)]
        for together in found:
            p_value = compared(*many, clusters=clusters if together else None).p_value
            found[together] += p_value <= 0.05
    assert found[True] <= 3  # .6 expected; 4 or more has a chance of .002
    assert found[False] > found[True]


def test_too_few_deployments_are_said():
    x, y, groups = units(6)
    found = compared(x, y, groups, clusters=["a", "a", "b", "c", "d", "d"])
    assert found.p_value is None
    # 4 deployments, two in each: 6 ways
    assert found.cannot_tell == (
        "whether groups share a frontier cannot be told: 4 units or deployments can be labelled in 6 ways "
        "only, and 5 % needs 20"
    )
    assert [caution.code for caution in found.cautions] == ["groups-not-told"]


def test_groups_are_made_of_whole_deployments():
    x, y, groups = units(6)
    with pytest.raises(InputError, match=r"^deployment 'a' lies in more than one group"):
        compared(x, y, groups, clusters=["a", "b", "c", "a", "d", "e"])
    with pytest.raises(InputError, match=r"^groups are compared from two on"):
        compared(x, y, ["a"] * 6)


def simulated(count, shift, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(1, 10, (count, 1))
    error = 0.1 * rng.standard_normal(count) - abs(0.3 * rng.standard_normal(count))
    groups = ["a" if i < count // 2 else "b" for i in range(count)]
    y = np.exp(1 + 0.5 * np.log(x[:, 0]) + error + np.where(np.arange(count) < count // 2, 0, shift))
    return x, y, groups


def test_stochastic_frontiers_of_groups():
    x, y, groups = simulated(600, -0.3, 0)
    found = stochastic_metafrontier(x, y, names=[str(i) for i in range(600)], groups=groups)
    assert found.common.degrees == 4  # intercept, slope and two scales
    assert found.common.p_value < 1e-6
    gaps = np.array([unit.gap_ratio for unit in found.units])
    assert gaps[300:].mean() == pytest.approx(np.exp(-0.3), abs=0.05)
    assert gaps[:300].mean() == pytest.approx(1.0, abs=0.03)
    assert (gaps <= 1).all()
    for unit in found.units:
        assert unit.meta_efficiency == pytest.approx(unit.efficiency * unit.gap_ratio)


def test_the_common_frontier_keeps_its_size():
    p_values = []
    for seed in range(15):
        x, y, groups = simulated(120, 0.0, seed)
        names = [str(i) for i in range(120)]
        p_values.append(stochastic_metafrontier(x, y, names=names, groups=groups).common.p_value)
    assert sum(p <= 0.05 for p in p_values) <= 4  # .75 expected; the chi-square is rough at a boundary
    assert np.mean(p_values) > 0.3


def test_a_group_without_inefficiency_is_said():
    x, y, groups = simulated(80, 0.0, 3)
    rng = np.random.default_rng(0)
    y[40:] = np.exp(1 + 0.5 * np.log(x[40:, 0]) + abs(0.3 * rng.standard_normal(40)))
    found = stochastic_metafrontier(x, y, names=[str(i) for i in range(80)], groups=groups)
    assert [caution.text[:8] for caution in found.cautions] == ["group b:"]
    assert all(unit.meta_efficiency is None for unit in found.units if unit.group == "b")
    with pytest.raises(
        InputError, match=r"^a metafrontier needs a group for each unit and two groups, got 1$"
    ):
        stochastic_metafrontier(x, y, names=[str(i) for i in range(80)], groups=["a"] * 80)
