"""The smoothed bootstrap: bandwidths by hand, scales, clusters, and what is refused."""

import numpy as np
import pytest

from isocost.core.errors import EstimationError, InputError
from isocost.frontier import BootstrapOptions, bandwidth_of, bootstrap_scores


def units(count=25, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(1, 10, (count, 1))
    return x, x**0.5 * np.exp(-rng.exponential(0.3, (count, 1)))


def scored(x, y, *, clusters=None, seed=1, **options):
    names = [str(i) for i in range(len(x))]
    chosen = BootstrapOptions(resamples=options.pop("resamples", 300), **options)
    return bootstrap_scores(
        x, y, names=names, rng=np.random.default_rng(seed), options=chosen, clusters=clusters
    )


def test_bandwidths_by_hand():
    distances = np.array([1.0, 1.0, 1.5, 2.0])
    # mirrored -> 0, .5, 1.5, 2: s = sqrt(2.5/3) = .91287; quartiles .375 and 1.625; m = 2, n = 4
    spread, own = np.sqrt(2.5 / 3), np.std(distances, ddof=1)
    silverman = 0.9 * min(spread, 1.25 / 1.34) * 4**-0.2 * (4 / 4) ** 0.2 * own / spread
    assert bandwidth_of(distances) == pytest.approx(silverman)
    assert bandwidth_of(distances, rule="normal-reference") == pytest.approx(1.06 * 4**-0.2 * own)


@pytest.mark.parametrize("orientation", ["input", "output"])
@pytest.mark.parametrize("scale", ["farrell", "shephard"])
def test_scores_are_corrected_away_from_the_frontier(orientation, scale):
    found = scored(*units(), orientation=orientation, scale=scale)
    for unit in found.units:
        assert (unit.corrected.value < unit.score) == (orientation == "input")
        assert unit.corrected.low < unit.corrected.high
        # bias on the scale named: corrected = score - bias there
        at, corrected = unit.score, unit.corrected.value
        if scale == "shephard":
            at, corrected = 1 / at, 1 / corrected
        assert at - unit.bias == pytest.approx(corrected)


def test_resamples_keep_the_distribution_of_efficiency():
    """Mean and variance of the smoothed distances are those of the distances (Simar and Wilson, step 3)."""
    from isocost.frontier.bootstrap import _borrowed, _smoothed

    rng = np.random.default_rng(0)
    distances = 1 + rng.exponential(0.3, 400)
    drawn = np.array([_smoothed(_borrowed(distances, None, rng), distances, 0.1, rng) for _ in range(300)])
    assert (drawn >= 1).all()
    assert drawn.mean() == pytest.approx(distances.mean(), abs=0.02)  # reflection moves it up a little
    assert drawn.std() == pytest.approx(distances.std(), rel=0.05)


def test_clusters_borrow_together_and_know_less():
    """Five levels that are five times the same: intervals as wide as with one level, not narrower."""
    x, y = units(12)
    many_x, many_y = np.repeat(x, 5, axis=0), np.repeat(y, 5, axis=0)
    clusters = [str(i // 5) for i in range(60)]
    once, plain = scored(x, y), scored(many_x, many_y)
    clustered = scored(many_x, many_y, clusters=clusters)
    assert clustered.clusters == 12

    def width(found):
        return np.mean([unit.corrected.high - unit.corrected.low for unit in found.units])

    assert width(plain) < 0.75 * width(once)
    assert width(clustered) == pytest.approx(width(once), rel=0.35)


def test_what_cannot_be_used_is_refused():
    x, y = units()
    with pytest.raises(InputError, match=r"^a bootstrap of scores needs at least 5 units, got 4$"):
        scored(x[:4], y[:4])
    with pytest.raises(InputError, match=r"^free disposal hulls cannot be bootstrapped so; use order-m"):
        scored(x, y, technology="fdh")
    with pytest.raises(
        InputError, match=r"^a bootstrap needs at least 100 resamples and a level between 0 and 1"
    ):
        scored(x, y, resamples=20)
    with pytest.raises(InputError, match=r"^a bandwidth rule is silverman or normal-reference, got 'ucv'$"):
        scored(x, y, rule="ucv")
    with pytest.raises(EstimationError, match=r"^0 of 6 units are inefficient"):
        scored(np.arange(1.0, 7)[:, None], np.sqrt(np.arange(1.0, 7))[:, None])
