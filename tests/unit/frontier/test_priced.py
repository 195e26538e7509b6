import numpy as np
import pytest

from doubles.production_tables import production
from isocost.core.errors import InputError
from isocost.frontier import cost_efficiencies, revenue_efficiencies

X = np.array([[2.0, 5.0], [2.0, 4.0], [6.0, 6.0], [3.0, 2.0], [6.0, 2.0]])
Y = np.array([[1.0], [2.0], [3.0], [1.0], [2.0]])
FIRMS = production(X, Y)


def least_cost(prices, outputs):
    """The program over inputs themselves, vrs, through scipy."""
    from scipy.optimize import linprog

    goal = np.r_[prices, np.zeros(5)]
    above = np.vstack([np.c_[-np.eye(2), X.T], np.c_[np.zeros((1, 2)), -Y.T]])
    sums = np.r_[0.0, 0.0, np.ones(5)][None]
    return linprog(goal, A_ub=above, b_ub=np.r_[0.0, 0.0, -outputs], A_eq=sums, b_eq=[1.0]).fun


def test_least_cost_at_prices_of_ones_own():
    prices = np.array([[1.0, 3.0], [2.0, 1.0], [1.0, 1.0], [5.0, 1.0], [1.0, 9.0]])
    for unit, price, takes, makes in zip(cost_efficiencies(FIRMS, prices), prices, X, Y, strict=True):
        assert unit.money == pytest.approx(takes @ price)
        assert unit.best_money == pytest.approx(least_cost(price, makes))
        assert unit.overall == pytest.approx(unit.best_money / unit.money)
        assert unit.overall == pytest.approx(unit.technical * unit.allocative)


def test_the_best_mix_costs_the_least():
    unit = cost_efficiencies(FIRMS, np.array([1.0, 3.0]), technology="crs")[0]
    # firm 5 makes 2 with (6, 2), which costs 12: half of it makes 1 and costs 6, where firm 1 pays 17
    assert unit.best_mix == pytest.approx((3, 1))
    assert (unit.money, unit.best_money) == pytest.approx((17, 6))


def test_largest_revenue_by_hand():
    # each takes 1; at prices 2 and 1 they earn 8, 7 and 3
    found = revenue_efficiencies(production([[1]] * 3, [[4, 0], [2, 3], [1, 1]]), np.array([2.0, 1.0]))
    assert [unit.overall for unit in found] == pytest.approx([1, 7 / 8, 3 / 8])
    # the line through (4, 0) and (2, 3) is 3 a + 2 b = 12, on which (1, 1) grows to (2.4, 2.4)
    assert found[2].technical == pytest.approx(1 / 2.4)
    assert found[2].allocative == pytest.approx(3 / 8 * 2.4)
    assert found[2].best_mix == pytest.approx((4, 0))
    assert found[2].best_money == pytest.approx(8)


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ([1.0], "prices need shape (2,) or (5, 2), one for each input; got (1,)"),
        ([1.0, -1.0], "a price must be finite and at least 0, got -1"),
        ([np.inf, 1.0], "a price must be finite and at least 0, got inf"),
        ([0.0, 0.0], "at these prices the inputs of '0' are worth nothing; give prices above 0"),
    ],
)
def test_prices_that_do_not_fit(prices, message):
    with pytest.raises(InputError) as caught:
        cost_efficiencies(FIRMS, np.array(prices))
    assert str(caught.value) == message


def test_ratios_and_bad_outputs():
    with pytest.raises(InputError, match=r"^crs envelopment would scale 'y0', which is a ratio"):
        revenue_efficiencies(production([[1]], [[1]], ratio="y0"), np.ones(1), technology="crs")
    with pytest.raises(InputError) as caught:
        cost_efficiencies(production([[1]], [[1]], [[1]]), np.ones(1))
    assert str(caught.value) == (
        "cost and revenue efficiency know no bad outputs; leave them out, or make them inputs"
    )
