"""Partial frontiers against drawing, by hand, and against FDH."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier import order_alpha_scores, order_m_scores, partial_scores


def units(count=30, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(1, 10, (count, 2))
    y = np.column_stack([x.prod(axis=1) ** 0.3, x.sum(axis=1)]) * np.exp(-rng.exponential(0.3, (count, 1)))
    return x, y


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_order_m_is_the_mean_over_drawn_rivals(orientation):
    x, y = units()
    found = order_m_scores(x, y, m=5, orientation=orientation)
    rng = np.random.default_rng(1)
    for i in range(0, 30, 6):
        able = (y >= y[i]).all(axis=1) if orientation == "input" else (x <= x[i]).all(axis=1)
        rivals = rng.choice(np.flatnonzero(able), size=(20_000, 5))
        if orientation == "input":
            best = (x[rivals] / x[i]).max(axis=2).min(axis=1)
        else:
            best = (y[rivals] / y[i]).min(axis=2).max(axis=1)
        assert found[i] == pytest.approx(best.mean(), abs=5 * best.std() / np.sqrt(20_000) + 1e-12)


def test_order_alpha_by_hand():
    x = np.array([[2.0], [4.0], [6.0], [8.0], [10.0]])
    # ratios of the first: 1 to 5; more than a share .2 are at or below the second, more than .4 the third
    assert order_alpha_scores(x, np.ones((5, 1)), alpha=0.8)[0] == 2.0
    assert order_alpha_scores(x, np.ones((5, 1)), alpha=0.6)[0] == 3.0
    assert order_alpha_scores(x, np.ones((5, 1)), alpha=1.0)[0] == 1.0
    # outputs 2 to 10 with one input: 4/5 of them lie at or above 4, so a share .8 is surpassed up to 8
    assert order_alpha_scores(np.ones((5, 1)), x, alpha=0.8, orientation="output")[0] == 4.0


def test_nobody_to_compare_with_is_no_number():
    found = order_m_scores(
        np.array([[1.0]]), np.array([[5.0]]), m=3, reference_inputs=np.array([[1.0]]),
        reference_outputs=np.array([[4.0]]),
    )  # fmt: skip
    assert np.isnan(found).all()


def test_intervals_hold_the_order_m_score_of_the_population():
    """Order-m of the population by a sample of 20,000; coverage over 60 samples of 80."""
    rng = np.random.default_rng(4)

    def sample(count):
        x = rng.uniform(1, 2, (count, 1))
        return x, x**0.5 * np.exp(-rng.exponential(0.3, (count, 1)))

    big_x, big_y = sample(20_000)
    held = 0
    for _ in range(60):
        x, y = sample(80)
        x[0], y[0] = 1.6, 0.8
        truth = order_m_scores(x[:1], y[:1], m=10, reference_inputs=big_x, reference_outputs=big_y)[0]
        score = partial_scores(x, y, names=[str(i) for i in range(80)], order=10, rng=rng, resamples=200)[
            0
        ].score
        held += score.low <= truth <= score.high
    assert held >= 51  # 95 % of 60 is 57; 51 or fewer has a chance below 1 %


def test_clusters_are_drawn_whole():
    x, y = units(20)
    doubled = [f"d{i}" for i in range(20)] * 2
    names = [str(i) for i in range(40)]
    twice = np.vstack([x, x]), np.vstack([y, y])
    once = partial_scores(x, y, names=names[:20], order=5, rng=np.random.default_rng(0))
    clustered = partial_scores(*twice, names=names, order=5, rng=np.random.default_rng(0), clusters=doubled)
    for one, other in zip(once, clustered, strict=False):
        assert other.score.value == pytest.approx(one.score.value)
        assert other.score.n == 20
        if one.score.has_interval:
            assert other.score.high - other.score.low == pytest.approx(
                one.score.high - one.score.low, rel=0.25
            )


def test_what_cannot_be_used_is_refused():
    x, y = units()
    for order in (0, 1.5, 0.0, -2):
        with pytest.raises(InputError, match=r"^order is a whole number m of at least 1 or a share alpha"):
            partial_scores(x, y, names=[str(i) for i in range(30)], order=order, rng=np.random.default_rng(0))
    with pytest.raises(InputError, match=r"^order-m draws a whole number of units, at least 1; got m = 0"):
        order_m_scores(x, y, m=0)
    with pytest.raises(InputError, match=r"^alpha is a share above 0 and at most 1, got 0"):
        order_alpha_scores(x, y, alpha=0)
    with pytest.raises(InputError, match=r"^partial scores by input need values above 0"):
        order_m_scores(-x, y, m=2)
    with pytest.raises(InputError, match=r"^orientation is 'input' or 'output', got 'directional'"):
        order_m_scores(x, y, m=2, orientation="directional")
    with pytest.raises(InputError, match=r"do not fit each other"):
        order_m_scores(x, y[:4], m=2)
    with pytest.raises(InputError, match=r"^a reference needs its inputs and its outputs"):
        order_m_scores(x, y, m=2, reference_inputs=x)
