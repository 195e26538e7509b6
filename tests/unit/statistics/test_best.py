import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.statistics import all_above, confidences_of_least, confidences_of_least_family


def test_two_groups_are_a_t_test() -> None:
    from scipy.stats import ttest_ind

    first, second = [1.0, 1.2, 1.1], [1.3, 1.25, 1.5]
    found = confidences_of_least([first, second])
    expected = 1 - ttest_ind(first, second, alternative="less").pvalue
    assert found == pytest.approx([expected, 1 - expected], abs=1e-5)


def test_several_groups_against_dunnett() -> None:
    from scipy.stats import dunnett

    # the confidence of the first is 1 minus Dunnett's p-value of its nearest rival
    rng = np.random.default_rng(3)
    groups = [list(rng.normal(mean, 0.1, 4)) for mean in (1.0, 1.1, 1.2, 1.3)]
    oracle = dunnett(*groups[1:], control=groups[0], alternative="greater", rng=np.random.default_rng(0))
    assert confidences_of_least(groups)[0] == pytest.approx(1 - oracle.pvalue.max(), abs=2e-3)


def test_unequal_sizes_against_simulation() -> None:
    rng = np.random.default_rng(4)
    own, others, degrees = 2, np.array([3, 5, 2]), 6
    slopes = np.array([0.5, -0.3, 0.8])
    mean = rng.standard_normal(400_000) / np.sqrt(own)
    rest = 0.7 + rng.standard_normal((400_000, 3)) / np.sqrt(others)
    spread = np.sqrt(rng.chisquare(degrees, 400_000) / degrees)
    simulated = ((rest - mean[:, None]) > slopes * spread[:, None]).all(axis=1).mean()
    found = all_above(slopes, 0.7, own=own, others=others, degrees=degrees)
    assert found == pytest.approx(simulated, abs=0.004)  # five standard errors of the simulation


def test_one_group_and_equal_groups() -> None:
    assert confidences_of_least([[1.0, 2.0]]) == [1.0]
    assert confidences_of_least([[1.0, 1.0]] * 4) == pytest.approx([0.25] * 4, abs=1e-6)


@pytest.mark.parametrize("means", [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.02, 0.05], [0.0, 0.004, 0.3, 0.4]])
def test_a_wrong_group_seldom_gets_high_confidence(means: list[float]) -> None:
    # the guarantee: at most 5 % of samples give 95 % to one that is not strictly the least; 300 samples
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(300):
        found = confidences_of_least([list(rng.normal(mean, 0.02, 3)) for mean in means])
        assert sum(found) <= 1 + 1e-9
        top = int(np.argmax(found))
        ties = means.count(min(means)) > 1
        wrong += found[top] >= 0.95 and (ties or means[top] > min(means))
    assert wrong <= 26  # 15 expected at most; three standard errors of 3.8 above


@pytest.mark.parametrize("groups", [[], [[1.0, 2.0], [1.0]]])
def test_without_repeats_it_cannot_be_told(groups: list[list[float]]) -> None:
    message = "comparisons with the best need at least two repeats of each level; measure again"
    with pytest.raises(InputError, match=f"^{message}$"):
        confidences_of_least(groups)


def test_families_of_one_group_each_are_groups() -> None:
    rng = np.random.default_rng(6)
    groups = [list(rng.normal(mean, 0.1, 4)) for mean in (1.0, 1.1, 1.2)]
    found = confidences_of_least_family([[group] for group in groups])
    assert found == pytest.approx(confidences_of_least(groups), abs=1e-9)


def test_the_best_of_several_against_dunnett() -> None:
    from scipy.stats import dunnett

    # one group shared, each of three compared with it: the chance that none looks so much better
    rng = np.random.default_rng(7)
    family = [list(rng.normal(1.0, 0.1, 4)) for _ in range(3)]
    other = list(rng.normal(1.12, 0.1, 4))
    oracle = dunnett(*family, control=other, alternative="less", rng=np.random.default_rng(0))
    found = confidences_of_least_family([family, [other]])
    assert found[0] == pytest.approx(1 - oracle.pvalue.min(), abs=2e-3)


@pytest.mark.parametrize("sizes", [(1, 1), (4, 1), (4, 4), (7, 1)])
def test_a_wrong_family_seldom_gets_high_confidence(sizes: tuple[int, int]) -> None:
    # as good as each other: the first is given 95 % in at most 5 % of samples; 400 of them, 3.3 errors more
    rng = np.random.default_rng(8)
    wrong = 0
    for _ in range(400):
        families = [[list(rng.normal(0.0, 0.02, 3)) for _ in range(size)] for size in sizes]
        wrong += confidences_of_least_family(families)[0] >= 0.95
    assert wrong / 400 <= 0.05 + 3.3 * (0.05 * 0.95 / 400) ** 0.5


def test_families_need_repeats() -> None:
    with pytest.raises(InputError, match="at least two repeats of each level"):
        confidences_of_least_family([[[1.0, 2.0], [1.0]]])
    with pytest.raises(InputError, match="at least two repeats of each level"):
        confidences_of_least_family([])
    assert confidences_of_least_family([[[1.0, 2.0]]]) == [1.0]
