"""Membership in spite of errors: verdicts, probabilities where they are reliable, and what is refused."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier import Axis, measured_frontier, membership_shares
from isocost.frontier.comparisons import dominance_tests
from isocost.frontier.population import believed_values

AXES = (Axis(name="cost", unit="USD", better="lower"), Axis(name="speed", unit="1/s", better="higher"))


def cloud(count, seed, spread=0.25):
    return np.exp(spread * np.random.default_rng(seed).standard_normal((count, 2)))


def judged(values, noise, *, seed=0, shared=None, groups=None, count=600):
    rng = np.random.default_rng(seed)
    draws = values * np.exp(noise * rng.standard_normal((count, *values.shape)))
    if shared is not None:
        draws[..., 0] *= np.exp(0.2 * rng.standard_normal((count, int(max(shared)) + 1)))[:, shared]
    names = [f"u{i}" for i in range(len(values))]
    return measured_frontier(values, draws, axes=AXES, names=names, rng=rng, groups=groups)


def test_clear_units_get_clear_verdicts():
    found = judged(np.array([[1.0, 10.0], [2.0, 20.0], [1.5, 8.0], [1.01, 10.05]]), 0.02)
    assert [unit.verdict for unit in found.units] == [
        "cannot be told", "on the frontier", "dominated", "cannot be told",
    ]  # fmt: skip
    assert found.units[2].dominated_by in {"u0", "u3"}
    assert found.units[1].dominated_by is None
    assert found.no_probability == "4 units are fewer than the 6 from which probabilities can be learned"
    assert all(unit.probability is None and unit.rank is None for unit in found.units)
    assert [unit.score.value for unit in found.units][2] == pytest.approx(1.0 / 1.5)  # u0's cost over its own
    assert not found.units[2].score.has_interval
    assert [caution.code for caution in found.cautions] == ["membership-not-told"]


def test_probabilities_of_units_far_apart_are_zero_and_one():
    values = np.array(
        [[1.0, 1.0], [2.0, 2.1], [4.0, 4.5], [2.5, 1.2], [5.0, 2.0], [3.0, 1.5], [6.0, 3.0], [8, 6.0]]
    )
    found = judged(values, 0.002)
    assert found.no_probability is None
    # by hand: each of the first three and the last is faster than all cheaper ones
    expected = [1, 1, 1, 0, 0, 0, 0, 1]
    assert [unit.probability for unit in found.units] == pytest.approx(expected, abs=0.01)
    assert [unit.on_frontier for unit in found.units] == [bool(one) for one in expected]
    score = found.units[6].score
    assert score.low <= 4 / 6 <= score.high  # 4.5 from the third for a cost of 4
    assert [found.units[i].rank.value for i in (0, 1, 2, 7)] == [1, 1, 1, 1]


def test_units_near_a_common_curve_get_none():
    angle = np.linspace(0.1, 1.4, 12)
    values = np.exp(0.5 * np.column_stack([-np.sin(angle), np.cos(angle)]))
    noisy = values * np.exp(0.05 * np.random.default_rng(1).standard_normal(values.shape))
    found = judged(noisy, 0.05)
    assert found.clearance < 2
    assert found.no_probability.startswith(
        f"the leading units scatter about their curve by {found.clearance:.1f}"
    )
    assert all(unit.probability is None for unit in found.units)


def test_a_price_that_all_share_cancels_and_one_that_some_share_is_refused():
    values = cloud(10, 3)
    alone, all_, some = (judged(values, 0.01, shared=s) for s in (None, [0] * 10, [0] * 5 + [1] * 5))
    for one, other in zip(alone.units, all_.units, strict=True):
        assert one.verdict == other.verdict
        assert one.probability == pytest.approx(other.probability, abs=0.05)
    assert some.no_probability.startswith("errors are shared by some units and not by others")
    assert sum(unit.verdict == "cannot be told" for unit in some.units) >= sum(
        unit.verdict == "cannot be told" for unit in alone.units
    )


def test_deployments_are_counted_not_levels():
    found = judged(cloud(20, 4), 0.01, groups=[f"d{i % 5}" for i in range(20)])
    assert (
        found.no_probability == "5 deployments are fewer than the 6 from which probabilities can be learned"
    )


def test_verdicts_are_rarely_wrong_where_it_is_hardest():
    """Pairs that tie: the second unit is dominated by nothing to speak of, and yet is."""
    rng, wrong_on, wrong_off = np.random.default_rng(5), 0, 0
    for _ in range(400):
        noise = 0.1 * rng.standard_normal((2, 2))
        errors = 0.1 * rng.standard_normal((300, 2, 2))
        # dominated by a hair on both axes
        wrong_on += dominance_tests(np.array([[0.0, 0.0], [-1e-9, -1e-9]]) + noise, errors).member[1] <= 0.05
        # better by a hair on one axis, and far worse on the other
        wrong_off += dominance_tests(np.array([[0.0, 5.0], [1e-9, 0.0]]) + noise, errors).dominated[1] <= 0.05
    # 400 trials at 5 %: 20, and 34 with a chance of .001
    assert wrong_on <= 34
    assert 5 <= wrong_off <= 34


def test_believed_values_are_nearer_to_the_truth():
    rng = np.random.default_rng(6)
    truth = np.log(cloud(40, 7))
    seen = truth + 0.2 * rng.standard_normal(truth.shape)
    noise = np.tile(0.04 * np.eye(2), (40, 1, 1))
    found = believed_values(np.repeat(seen[None], 8, axis=0), noise, rng=rng).gains.mean(axis=(0, 1))
    # the best linear shrinkage leaves .04 * .0625/(.04 + .0625) = .0244 of .04
    assert ((found - truth) ** 2).mean() < 0.8 * ((seen - truth) ** 2).mean()


def test_reliability_in_small():
    """The check of benchmarks/frontier_reliability.py on 60 clouds: 600 stated probabilities."""
    rng = np.random.default_rng(8)
    truth = rng.normal(0, 0.25, (60, 10, 2))
    seen = truth + 0.05 * rng.standard_normal(truth.shape)
    found = believed_values(seen, np.tile(0.0025 * np.eye(2), (10, 1, 1)), rng=rng, burn=120, kept=120)
    stated = np.array([membership_shares(found.gains[:, i]) for i in range(60)])
    member = np.array([membership_shares(one[None]) for one in truth])
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
        mine = (stated >= low) & (stated < high)
        error = 3.5 * np.sqrt(0.25 / mine.sum()) if 0.1 <= low < 0.9 else 0.08
        assert abs(stated[mine].mean() - member[mine].mean()) < error


def test_three_axes_and_values_below_zero():
    rng = np.random.default_rng(9)
    values = rng.normal(0, 1, (12, 3))
    draws = values + 0.02 * rng.standard_normal((500, 12, 3))
    axes = [Axis(name=name, unit="1", better="higher") for name in "abc"]
    found = measured_frontier(values, draws, axes=axes, names=[str(i) for i in range(12)], rng=rng)
    assert found.no_probability is None
    for unit in found.units:
        assert unit.score is None  # no ratio of what may be below zero
        assert unit.rank is None
        assert abs(unit.probability - unit.on_frontier) < 0.5 or unit.verdict == "cannot be told"


def test_what_cannot_be_used_is_refused():
    values = cloud(8, 0)
    draws, names, rng = (
        np.repeat(values[None], 200, axis=0),
        [str(i) for i in range(8)],
        np.random.default_rng(0),
    )
    with pytest.raises(InputError, match=r"^draws need the shape \(at least 100, 8, 2\), got \(50, 8, 2\)$"):
        measured_frontier(values, draws[:50], axes=AXES, names=names, rng=rng)
    with pytest.raises(
        InputError, match=r"^a frontier with errors needs one row a unit and two or more axes"
    ):
        measured_frontier(values[:, :1], draws[..., :1], axes=AXES[:1], names=names, rng=rng)
    with pytest.raises(InputError, match=r"^a frontier cannot judge a missing value"):
        measured_frontier(values, np.where(draws > 1.2, np.nan, draws), axes=AXES, names=names, rng=rng)
    with pytest.raises(InputError, match=r"^a frontier needs a different name for each unit$"):
        measured_frontier(values, draws, axes=AXES, names=["a"] * 8, rng=rng)
    same = np.column_stack([values[:, 0], np.ones(8)])
    found = measured_frontier(same, np.repeat(same[None], 100, axis=0), axes=AXES, names=names, rng=rng)
    assert (
        found.no_probability == "all units are equal on an axis: probabilities need axes on which they differ"
    )
    assert [unit.verdict for unit in found.units].count("on the frontier") == 1  # the cheapest, for sure


def test_an_axis_without_error_keeps_no_probability_back():
    values = cloud(12, 4, spread=0.6)
    draws = np.repeat(values[None], 600, axis=0)
    rng = np.random.default_rng(1)
    draws[..., 1] *= np.exp(0.005 * rng.standard_normal((600, 12)))
    names = [f"u{i}" for i in range(12)]
    found = measured_frontier(values, draws, axes=AXES, names=names, rng=rng)
    assert found.no_probability is None
    cheapest = int(values[:, 0].argmin())  # nobody is cheaper, and costs are exact
    assert found.units[cheapest].probability == 1.0
