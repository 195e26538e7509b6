from collections.abc import Sequence

import pytest

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.frontier import Axis, ProductionUnit, frontier_of

AXES = (Axis(name="cost", unit="USD", better="lower"), Axis(name="speed", unit="tokens/s", better="higher"))


def unit(name: str, cost: float, speed: float, cost_unit: str = "USD") -> ProductionUnit:
    values = (
        Estimate(value=cost, unit=cost_unit, kind="measured", method="by hand"),
        Estimate(value=speed, unit="tokens/s", kind="measured", method="by hand"),
    )
    return ProductionUnit(name=name, group=name[0], values=values)


def test_a_frontier_names_all_who_dominate() -> None:
    units = [unit("a", 1, 20), unit("b", 2, 20), unit("c", 3, 10), unit("d", 4, 50)]
    frontier = frontier_of(units, axes=AXES)
    assert [u.on_frontier for u in frontier.units] == [True, False, False, True]
    assert [u.dominated_by for u in frontier.units] == [(), ("a",), ("a", "b"), ()]
    assert [u.name for u in frontier.units] == ["a", "b", "c", "d"]
    assert frontier.dominance == "strict"


def test_few_of_the_frontier_can_be_named() -> None:
    # d loses to a, b and c; b and c lose to a, so the frontier holds a alone
    units = [unit("d", 4, 5), unit("c", 3, 10), unit("b", 2, 20), unit("a", 1, 20)]
    named = frontier_of(units, axes=AXES, most_named=2)
    assert [u.dominated_by for u in named.units] == [("a",), ("a",), ("a",), ()]
    # e loses to x, y and z, all on the frontier; the first two are named
    units = [unit("x", 1, 10), unit("y", 2, 20), unit("z", 3, 30), unit("e", 4, 5)]
    named = frontier_of(units, axes=AXES, most_named=2)
    assert named.units[-1].dominated_by == ("x", "y")


def test_a_frontier_by_weak_dominance() -> None:
    frontier = frontier_of([unit("a", 1, 20), unit("b", 2, 20)], axes=AXES, dominance="weak")
    assert all(u.on_frontier for u in frontier.units)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ([], "a frontier needs units and axes, got 0 units and 2 axes"),
        ([unit("a", 1, 2), unit("a", 2, 3)], "2 units are named 'a'; a frontier needs a name for each"),
        (
            [unit("a", 1, 2, "EUR")],
            "unit 'a' has values in ('EUR', 'tokens/s'), the axes are in ('USD', 'tokens/s')",
        ),
    ],
)
def test_units_that_do_not_fit_are_refused(units: Sequence[ProductionUnit], message: str) -> None:
    with pytest.raises(InputError) as caught:
        frontier_of(units, axes=AXES)
    assert str(caught.value) == message
