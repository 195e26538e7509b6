"""Three tests of the principles that look right and are not: why isocost has none of them."""

import numpy as np

from isocost.economics import fit_step_time, judge_principles, returns_to_concurrency
from isocost.economics.technology import StepTime

LEVELS = 2.0 ** np.arange(8)


def test_cost_against_an_offered_rate_falls_whatever_the_server_is() -> None:
    # below capacity the tokens that come out are the tokens that were asked for: cost is price over rate, and
    # a server that gains nothing from concurrency "shows" the same fall as one that does
    offered = np.array([1.0, 2.0, 4.0, 8.0])  # requests per second of 100 tokens
    for capacity in (1_000.0, 50_000.0):  # of two servers
        yielded = np.minimum(offered * 100, capacity)
        cost = 3.6 / 3600 / yielded
        assert np.allclose(cost[0] / cost, offered)


def test_the_returns_of_the_fitted_form_fall_even_where_there_are_none_to_fall() -> None:
    # throughput b^0.5: returns are 0.5 at every level. Of the fitted form a + k b^g they fall in nearly every
    # sweep in which anything is fitted but a pure power, and never rise
    rng = np.random.default_rng(0)
    fell = rose = judged = 0
    for _ in range(200):
        steps = LEVELS**0.5 * np.exp(0.03 * rng.standard_normal(len(LEVELS)))
        fitted = StepTime(*fit_step_time(LEVELS, steps))
        ends = returns_to_concurrency(LEVELS[[0, -1]], fitted)
        fell += bool(ends[0] - ends[1] > 1e-3)
        rose += bool(ends[1] - ends[0] > 1e-3)
        sweep = {b: [b / t] for b, t in zip(LEVELS, steps, strict=True)}
        judged += judge_principles(sweep)[2].judgement == "holds"
    assert rose == 0
    assert fell >= 80  # the rest are pure powers, a = 0
    assert judged <= 19  # the translog's curvature: 5 % of 200 is 10, three standard errors 9


def lind_mehlum(places: np.ndarray, cost: np.ndarray) -> float:
    """Return the p-value of a U shape: a parabola that falls at the first level and rises at the last."""
    from scipy.special import stdtr

    design = np.vander(places, 3)
    coefficients, *_ = np.linalg.lstsq(design, cost, rcond=None)
    rest = cost - design @ coefficients
    free = len(places) - 3
    covariance = np.linalg.inv(design.T @ design) * (rest @ rest) / free
    tails = []
    for place, sign in ((places[0], -1.0), (places[-1], 1.0)):
        slope = np.array([2 * place, 1.0, 0.0])
        tails.append(stdtr(free, -sign * (slope @ coefficients) / np.sqrt(slope @ covariance @ slope)))
    return float(max(tails))


def test_a_u_test_finds_optima_on_curves_that_only_fall() -> None:
    # cost p (a / b + k) falls at every level; Lind and Mehlum (2010) over the logarithm of concurrency find
    # a U in nearly all sweeps of eight levels, the comparison of levels in (at most) one in twenty
    rng = np.random.default_rng(1)
    u_shapes = optima = 0
    for trial in range(100):
        cost = 0.02 / LEVELS + 0.004
        noisy = cost * np.exp(0.02 * rng.standard_normal((3, len(LEVELS))))
        u_shapes += lind_mehlum(np.tile(np.log(LEVELS), 3), noisy.ravel()) < 0.05
        if trial < 40:
            sweep = {b: list(1 / noisy[:, i]) for i, b in enumerate(LEVELS)}
            optima += judge_principles(sweep)[3].judgement == "holds"
    assert u_shapes >= 95
    assert optima <= 6  # 5 % of 40 is 2, three standard errors 4
