"""Stochastic frontiers: recovery, what cannot be told, and what is refused."""

import math

import numpy as np
import pytest

from isocost.core.errors import EstimationError, InputError
from isocost.frontier import Design, fit_stochastic_frontier, likelihood_ratio, stochastic_frontier, translog

TRUE = {"intercept": 0.7, "ln gpus": 0.4, "ln watts": 0.5}


def simulated(count, distribution, *, kind="production", seed=0, sigma_v=0.1, sigma_u=0.4):
    from scipy import stats

    rng = np.random.default_rng(seed)
    x = rng.uniform(1, 20, (count, 2))
    u = {
        "half-normal": lambda: abs(sigma_u * rng.standard_normal(count)),
        "exponential": lambda: rng.exponential(sigma_u, count),
        "truncated-normal": lambda: stats.truncnorm.rvs(
            -1.5, np.inf, loc=1.5 * sigma_u, scale=sigma_u, size=count, random_state=rng
        ),
    }[distribution]()
    turned = -u if kind == "production" else u
    y = np.exp(0.7 + np.log(x) @ [0.4, 0.5] + sigma_v * rng.standard_normal(count) + turned)
    return x, y, np.exp(-u)


def fitted(x, y, **options):
    names = [f"unit {i}" for i in range(len(y))]
    return stochastic_frontier(x, y, names=names, input_names=["gpus", "watts"], **options)


@pytest.mark.parametrize("distribution", ["half-normal", "exponential", "truncated-normal"])
@pytest.mark.parametrize("kind", ["production", "cost"])
def test_what_went_in_comes_out(distribution, kind):
    x, y, truth = simulated(3000, distribution, kind=kind)
    found = fitted(x, y, distribution=distribution, kind=kind)
    assert found.cannot_tell is None
    for parameter in found.coefficients[1:]:
        assert parameter.standard_error is not None
        assert abs(parameter.estimate.value - TRUE[parameter.name]) < 4 * parameter.standard_error
    shares = np.array([unit.battese_coelli.value for unit in found.units])
    assert np.corrcoef(shares, truth)[0, 1] > 0.9
    assert shares.mean() == pytest.approx(
        truth.mean(), abs=0.08 if distribution == "truncated-normal" else 0.02
    )
    assert found.inefficiency.p_value < 1e-6
    held = [unit.battese_coelli.low <= true <= unit.battese_coelli.high
            for unit, true in zip(found.units, truth, strict=True)]  # fmt: skip
    assert 0.92 < np.mean(held) < 0.98


def test_the_maximum_is_one_also_by_another_search():
    """Nelder and Mead on the density by numerical convolution of scipy's distributions: skewed normal."""
    from scipy import optimize, stats

    x, y, _ = simulated(80, "half-normal", seed=3)
    found = fitted(x, y)
    columns = np.column_stack([np.ones(80), np.log(x)])

    def loss(place):
        sigma, ratio = math.exp(place[3]), math.exp(place[4])
        # v - u with u half-normal is skew normal with shape -lambda (Azzalini 1985)
        return -stats.skewnorm.logpdf(np.log(y) - columns @ place[:3], -ratio, scale=sigma).sum()

    start = [one.estimate.value for one in found.coefficients]
    best = optimize.minimize(
        loss,
        [*start, -1.0, 1.0],
        method="Nelder-Mead",
        options={"maxiter": 20000, "xatol": 1e-7, "fatol": 1e-10},
    )
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-6)
    assert start == pytest.approx(best.x[:3], abs=2e-4)
    assert found.scales[0].estimate.value == pytest.approx(math.exp(2 * best.x[3]), rel=2e-3)
    assert found.ratio_of_scales == pytest.approx(math.exp(best.x[4]), rel=5e-3)


def test_standard_errors_are_the_spread_between_samples():
    values, errors = [], []
    for seed in range(60):
        x, y, _ = simulated(200, "exponential", seed=seed)
        slope = fitted(x, y, distribution="exponential").coefficients[1]
        values.append(slope.estimate.value)
        errors.append(slope.standard_error)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.3)  # of 60 samples: 9 % each


def test_clusters_widen_the_errors():
    """Each deployment is there ten times: one tenth of the evidence, sqrt(10) times the error."""
    x, y, _ = simulated(120, "half-normal", seed=1)
    many_x, many_y = np.repeat(x, 10, axis=0), np.repeat(y, 10)
    names = [f"d{i // 10}" for i in range(1200)]
    plain, clustered = fitted(many_x, many_y), fitted(many_x, many_y, clusters=names)
    assert clustered.n == 120
    for one, other in zip(plain.coefficients, clustered.coefficients, strict=True):
        assert one.estimate.value == pytest.approx(other.estimate.value)
        assert 2 < other.standard_error / one.standard_error < 5


def test_residuals_skewed_the_wrong_way_are_said():
    x, y, _ = simulated(300, "half-normal", kind="cost")
    found = fitted(x, y, kind="production")
    assert found.cannot_tell is not None
    assert found.cannot_tell.startswith(
        "inefficiency cannot be told: the residuals are skewed the wrong way (OLS skewness +"
    )
    assert found.units == ()
    assert found.scales == ()
    assert found.mean_efficiency is None
    assert found.ratio_of_scales is None
    assert (found.inefficiency.statistic, found.inefficiency.p_value) == (0.0, 1.0)
    assert [caution.code for caution in found.cautions] == ["inefficiency-not-told"]
    slopes = np.linalg.lstsq(np.column_stack([np.ones(300), np.log(x)]), np.log(y), rcond=None)[0]
    assert [one.estimate.value for one in found.coefficients] == pytest.approx(slopes)


def test_no_noise_is_said_to_be_an_edge():
    rng = np.random.default_rng(0)
    x = rng.uniform(1, 10, (40, 1))
    y = x[:, 0] ** 0.5 * np.exp(-rng.exponential(0.5, 40))
    found = stochastic_frontier(x, y, names=[str(i) for i in range(40)], distribution="exponential")
    assert [caution.code for caution in found.cautions] == ["frontier-edge"]
    assert all(one.standard_error is None and not one.estimate.has_interval for one in found.coefficients)


def test_an_intercept_is_never_forgotten():
    x, y, _ = simulated(100, "half-normal")
    names = [str(i) for i in range(100)]
    bare = Design(names=("ln gpus", "ln watts"), columns=np.log(x))
    added = fit_stochastic_frontier(np.log(y), bare, names=names, has_intercept=False)
    assert [one.name for one in added.coefficients] == ["intercept", "ln gpus", "ln watts"]
    assert added.log_likelihood == pytest.approx(fitted(x, y).log_likelihood)
    with pytest.raises(
        InputError, match=r"^no regressor is constant: say has_intercept=False, and one is added$"
    ):
        fit_stochastic_frontier(np.log(y), bare, names=names)
    full = Design(names=("one", *bare.names), columns=np.column_stack([np.ones(100), np.log(x)]))
    with pytest.raises(InputError, match=r"^a regressor is constant already"):
        fit_stochastic_frontier(np.log(y), full, names=names, has_intercept=False)


def test_units_of_measure_do_not_matter():
    x, y, _ = simulated(150, "half-normal")
    one, other = fitted(x, y), fitted(x * [1e9, 1e-9], y * 1e6)
    for left, right in zip(one.units, other.units, strict=True):
        assert left.battese_coelli.value == pytest.approx(right.battese_coelli.value, rel=1e-5)
    assert one.inefficiency.statistic == pytest.approx(other.inefficiency.statistic, abs=1e-6)


def test_the_centred_translog_holds_the_cobb_douglas():
    x, y, _ = simulated(400, "half-normal")
    names = [str(i) for i in range(400)]
    wide = stochastic_frontier(x, y, names=names, form="translog")
    assert [one.name for one in wide.coefficients][3:] == ["(ln x1)^2/2", "ln x1 ln x2", "(ln x2)^2/2"]
    assert wide.log_likelihood >= fitted(x, y).log_likelihood
    raw = fit_stochastic_frontier(np.log(y), translog(x, centred=False), names=names)
    assert raw.log_likelihood == pytest.approx(wide.log_likelihood, abs=1e-6)


@pytest.mark.parametrize(
    ("degrees", "critical"), [(1, 2.706), (2, 5.138), (3, 7.045), (4, 8.761), (5, 10.371)]
)
def test_kodde_and_palms_table(degrees, critical):
    assert likelihood_ratio(critical / 2, degrees=degrees, at_boundary=1).p_value == pytest.approx(
        0.05, abs=5e-5
    )


def test_what_cannot_be_used_is_refused_in_a_sentence():
    x, y, _ = simulated(50, "half-normal")
    with pytest.raises(
        InputError, match=r"^a function in logarithms needs inputs above 0, got .*-1.0.* in row 4; "
    ):
        fitted(np.where(np.arange(50)[:, None] == 4, -1.0, x), y)
    with pytest.raises(
        InputError, match=r"^a function in logarithms needs outputs above 0, got nan in row 4; "
    ):
        fitted(x, np.where(np.arange(50) == 4, np.nan, y))
    with pytest.raises(
        InputError, match=r"^a frontier with 3 coefficients and two scales needs at least 5 units"
    ):
        fitted(x[:4], y[:4])
    with pytest.raises(InputError, match=r"^the 3 regressors say the same of the 50 units"):
        fitted(np.column_stack([x[:, 0], x[:, 0] ** 2]), y)
    with pytest.raises(
        InputError, match=r"^inefficiency is half-normal, truncated-normal, exponential, got 'gamma'$"
    ):
        fitted(x, y, distribution="gamma")
    with pytest.raises(InputError, match=r"^a frontier is production or cost, got 'profit'$"):
        fitted(x, y, kind="profit")
    with pytest.raises(InputError, match=r"^a functional form is cobb-douglas or translog, got 'linear'$"):
        fitted(x, y, form="linear")
    with pytest.raises(EstimationError, match=r"^the function goes through every unit"):
        fitted(x, np.exp(np.log(x) @ [0.4, 0.5]))
    with pytest.raises(InputError, match=r"^2 units are named 'a'"):
        stochastic_frontier(x, y, names=["a", "a", *map(str, range(48))])
    with pytest.raises(InputError, match=r"^clusters need one name a unit and at least two"):
        fitted(x, y, clusters=["a"] * 50)
