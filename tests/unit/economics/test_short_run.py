"""Short-run costs by hand, and congestion against a numerical derivative of residence over rate."""

from typing import Any

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.economics import (
    TechnologyFit,
    congestion_s,
    cost_flow,
    fit_forms,
    private_marginal_cost,
    short_run,
    short_run_average_cost,
    social_marginal_cost,
)
from isocost.statistics.draws import Draws

LEVELS = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
TOKENS = 200.0
ENERGY = 1e-8


def technology(noise: float = 0.0) -> TechnologyFit:
    rng = np.random.default_rng(0)
    steps = [[(0.02 + 0.005 * b) * float(np.exp(noise * rng.normal()))] for b in LEVELS]
    return fit_forms(LEVELS, steps, rng=rng, draws=500)


def flow(size: int = 500) -> Draws:
    return Draws(value=0.001, samples=np.full(size, 0.001), unit="USD/s", kind="assumed", method="given")


def test_flows_by_hand() -> None:
    # 3.60 USD/h = 0.001 USD/s; 5,000 tokens/s at 1e-8 USD each are 5e-5 USD/s
    assert cost_flow(0.001, ENERGY, 5000.0) == pytest.approx(1.05e-3)
    assert short_run_average_cost(0.001, ENERGY, 5000.0) == pytest.approx(2.1e-7)
    assert private_marginal_cost(ENERGY, 999.0, capacity_tokens_per_second=1000.0) == ENERGY
    assert private_marginal_cost(ENERGY, 1000.0, capacity_tokens_per_second=1000.0) == float("inf")


def test_congestion_is_the_derivative_of_residence_over_the_rate() -> None:
    # R(b) = o t(b) and L(b) = b / (o t(b)), both as functions of b; dR/dL by central differences
    a, k, g, b, h = 0.02, 0.002, 0.8, 12.0, 1e-4

    def residence(at: float) -> float:
        return TOKENS * (a + k * at**g)

    rate = [at / residence(at) for at in (b - h, b, b + h)]
    slope = (residence(b + h) - residence(b - h)) / (rate[2] - rate[0])
    eps = 1 - k * g * b**g / (a + k * b**g)
    assert congestion_s(residence(b), eps) == pytest.approx(rate[1] * slope, rel=1e-6)


def test_no_returns_no_bound_of_congestion() -> None:
    np.testing.assert_array_equal(congestion_s(2.0, np.array([1.0, 0.5, 0.0, -0.1])), [0, 2, np.inf, np.inf])


def test_a_level_by_hand() -> None:
    # b = 4: t = 40 ms, X = 100 tokens/s, R = 200 * 0.04 = 8 s, L = 4 / 8 = 0.5/s, eps = 0.5, L R' = 8 s;
    # average 0.001 / 100 + 1e-8 = 1.001e-5; social 200 * 1e-8 + 1e-4 * (8 + 8) = 1.602e-3
    (level,) = short_run(
        technology(),
        fixed_usd_per_second=flow(),
        output_tokens=TOKENS,
        usd_per_token=ENERGY,
        waiting_usd_per_second=1e-4,
        concurrencies=[4.0],
    )
    assert level.requests_per_second.value == pytest.approx(0.5)
    assert level.average_cost.value == pytest.approx(1.001e-5)
    assert level.private_marginal_cost == ENERGY
    assert level.residence_s.value == pytest.approx(8.0)
    assert level.congestion_s.value == pytest.approx(8.0)
    assert level.congestion_cost is not None
    assert level.congestion_cost.value == pytest.approx(8e-4)
    assert level.social_marginal_cost is not None
    assert level.social_marginal_cost.value == pytest.approx(1.602e-3)
    told = social_marginal_cost(
        ENERGY, TOKENS, waiting_usd_per_second=1e-4, residence_s=8.0, congestion_seconds=8.0
    )
    assert told == pytest.approx(1.602e-3)


def test_without_a_price_of_waiting_congestion_is_told_in_seconds() -> None:
    levels = short_run(technology(0.03), fixed_usd_per_second=flow(), output_tokens=TOKENS)
    assert [level.concurrency for level in levels] == LEVELS
    assert (
        {level.social_marginal_cost for level in levels}
        == {level.congestion_cost for level in levels}
        == {None}
    )
    seconds = [level.congestion_s for level in levels]
    assert all(s.low is not None and s.high is not None and s.low <= s.value <= s.high for s in seconds[:4])
    assert [s.value for s in seconds] == sorted(s.value for s in seconds)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"output_tokens": 0.0}, "output_tokens must be above 0, got 0.0"),
        ({"usd_per_token": -1.0}, "usd_per_token must be at least 0, got -1.0"),
        ({"waiting_usd_per_second": float("nan")}, "waiting_usd_per_second must be at least 0, got nan"),
        (
            {"fixed_usd_per_second": flow(3)},
            "the price brings 3 draws and the technology 500; make both with as many",
        ),
    ],
)
def test_what_has_no_cost_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        short_run(technology(), **({"fixed_usd_per_second": flow(), "output_tokens": TOKENS} | changes))
    assert str(caught.value) == message
