"""Densities against numerical convolution, gradients against differences, efficiencies against quadrature."""

import numpy as np
import pytest

from isocost.frontier.composed_error import ComposedError, efficiencies, log_density, mean_inefficiency

SCALES = {
    "half-normal": ComposedError(0.4, 0.2),
    "truncated-normal": ComposedError(0.4, 0.2, 0.3),
    "exponential": ComposedError(0.4, 0.2),
}
DISTRIBUTIONS = tuple(SCALES)


def inefficiency(distribution):
    """The distribution of u, of another make."""
    from scipy import stats

    scales = SCALES[distribution]
    if distribution == "exponential":
        return stats.expon(scale=scales.sigma_u)
    return stats.truncnorm(-scales.mu / scales.sigma_u, np.inf, loc=scales.mu, scale=scales.sigma_u)


def given(distribution, e, weight):
    """Integral over u of weight(u) f(u) g(e + u)."""
    from scipy import integrate, stats

    u = inefficiency(distribution)
    noise = stats.norm(scale=SCALES[distribution].sigma_v)
    return integrate.quad(lambda at: weight(at) * u.pdf(at) * noise.pdf(e + at), 0, 12, points=[0.1, 0.5, 2])[
        0
    ]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize("e", [-1.5, -0.3, 0.0, 0.4])
def test_the_density_is_the_convolution(distribution, e):
    found, _ = log_density(np.array([e]), SCALES[distribution], distribution)
    assert np.exp(found[0]) == pytest.approx(given(distribution, e, lambda _: 1.0), rel=1e-7)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_gradient_is_the_slope(distribution):
    errors, scales = np.linspace(-2, 1, 9), SCALES[distribution]
    place = np.array([0.0, np.log(scales.sigma_u), np.log(scales.sigma_v), scales.mu])

    def density(at):
        moved = ComposedError(np.exp(at[1]), np.exp(at[2]), at[3])
        return log_density(errors + at[0], moved, distribution)

    for k in range(4 if distribution == "truncated-normal" else 3):
        step = np.eye(4)[k] * 1e-6
        slope = (density(place + step)[0] - density(place - step)[0]) / 2e-6
        assert density(place)[1][:, k] == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_efficiencies_are_conditional_expectations(distribution):
    errors = np.array([-1.0, -0.2, 0.3])
    found = efficiencies(errors, SCALES[distribution], distribution, level=0.9)
    for i, e in enumerate(errors):
        whole = given(distribution, e, lambda _: 1.0)
        expected = given(distribution, e, lambda u: u) / whole
        assert found.battese_coelli[i] == pytest.approx(given(distribution, e, lambda u: np.exp(-u)) / whole)
        assert found.jlms[i] == pytest.approx(np.exp(-expected))
        for end, share in ((found.low[i], 0.05), (found.high[i], 0.95)):
            beyond = given(distribution, e, lambda u, end=end: float(np.exp(-u) <= end)) / whole
            assert beyond == pytest.approx(share, abs=2e-3)  # quadrature of a step
    assert (found.jlms <= found.battese_coelli).all()  # Jensen
    assert mean_inefficiency(SCALES[distribution], distribution) == pytest.approx(
        inefficiency(distribution).mean()
    )


def test_far_out_nothing_overflows():
    for distribution, scales in SCALES.items():
        density, gradient = log_density(np.array([-40.0, 40.0]), scales, distribution)
        found = efficiencies(np.array([-40.0, 40.0]), scales, distribution)
        assert np.isfinite(density).all()
        assert np.isfinite(gradient).all()
        assert all(np.isfinite(part).all() and (part >= 0).all() and (part <= 1).all() for part in found)
