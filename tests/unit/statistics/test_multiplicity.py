import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.statistics import benjamini_hochberg, holm


def test_holm_by_hand() -> None:
    # sorted .001, .01, .02, .04 times 4, 3, 2, 1: .004, .03, .04, .04; never falling
    assert holm([0.02, 0.001, 0.04, 0.01]) == pytest.approx([0.04, 0.004, 0.04, 0.03])


def test_benjamini_hochberg_against_scipy() -> None:
    from scipy.stats import false_discovery_control

    p_values = np.random.default_rng(0).random(40) ** 3
    assert benjamini_hochberg(p_values.tolist()) == pytest.approx(false_discovery_control(p_values))


def test_the_share_of_false_finds_is_held_and_holm_finds_fewer() -> None:
    # 100 studies of 40 tests, half of them true effects of 3 standard errors
    from scipy.special import ndtr

    rng = np.random.default_rng(1)
    shares, any_false = [], 0
    for _ in range(100):
        p_values = ndtr(-(rng.standard_normal(40) + 3.0 * (np.arange(40) < 20))).tolist()
        found, surely = benjamini_hochberg(p_values) <= 0.05, holm(p_values) <= 0.05
        assert not (surely & ~found).any()
        shares.append(found[20:].sum() / max(found.sum(), 1))
        any_false += bool(surely[20:].any())
    assert np.mean(shares) < 0.05  # 20 of 40 are true: expected 2.5 %
    assert any_false <= 10  # at most 5 %, within three standard errors


def test_none_at_all() -> None:
    assert holm([]).size == benjamini_hochberg([]).size == 0


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_value_is_refused(bad: float) -> None:
    with pytest.raises(InputError, match=r"^p-values must be between 0 and 1, got \[0\.5, "):
        holm([0.5, bad])
