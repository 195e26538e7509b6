import numpy as np
import pytest

from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.statistics import assumed_draws, quantiles_of


def ranged(value: float, low: float, high: float, **more: str) -> Assumed:
    facts = {"unit": "1", "source": "test", "date": "", **more}
    return Assumed(value=value, low=low, high=high, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", [1.0, 2.5, 4.0])
def test_triangular_quantiles_are_those_of_scipy(mode: float) -> None:
    from scipy import stats

    shares = np.linspace(0, 1, 41)
    expected = stats.triang((mode - 1) / 3, loc=1, scale=3).ppf(shares)
    np.testing.assert_allclose(quantiles_of(ranged(mode, 1.0, 4.0), shares), expected)


def test_uniform_quantiles_are_even() -> None:
    found = quantiles_of(ranged(3.0, 1.0, 4.0, shape="uniform"), np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(found, [1.0, 2.5, 4.0])


def test_an_exact_number_is_drawn_as_it_is() -> None:
    exact = Assumed(value=2.0, unit="W", source="a table", date="2026-01-01", published=True)
    draws = assumed_draws("power", exact, seed=1, size=5)
    assert draws.samples.tolist() == [2.0] * 5
    assert (draws.kind, draws.method, draws.source) == ("published", "as given", "a table, 2026-01-01")


def test_the_same_assumption_has_the_same_draws_and_another_has_others() -> None:
    one, same = (assumed_draws("pue", ranged(1.5, 1.2, 1.8), seed=1).samples for _ in range(2))
    other = assumed_draws("load", ranged(1.5, 1.2, 1.8), seed=1).samples
    assert (one == same).all()
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05


def test_shares_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        quantiles_of(ranged(1.5, 1.0, 2.0), np.array([1.1]))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"value": 3.0, "low": 1.0, "high": 2.0}, "the value 3 lies outside its own range [1, 2]; "
         "give low <= value <= high"),
        ({"value": 1.5, "low": 2.0, "high": 1.0}, "the range [2, 1] has its ends the wrong way "
         "round; low first"),
        ({"value": 1.5, "low": 1.0}, "a range needs both ends: give low and high, or neither"),
        ({"value": float("inf")}, "an assumption must be finite, got inf in [inf, inf]"),
    ],
)  # fmt: skip
def test_a_range_that_is_none_is_refused(facts: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        Assumed(**facts, unit="1", source="test", date="")  # type: ignore[arg-type]
    assert str(caught.value) == sentence
