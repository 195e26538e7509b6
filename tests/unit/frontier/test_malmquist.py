import pytest

from doubles.production_tables import production
from isocost.core.errors import InputError
from isocost.frontier import malmquist, mean_change

BEFORE = production([[2], [2]], [[1], [2]], names="ab")


def test_catching_up_and_the_frontiers_move_by_hand():
    # best output per input: 1 before, 1.5 after; a goes from 1/2 of it to 2/3 of it, b from all to all
    after = production([[2], [2]], [[2], [3]], names="ab")
    a, b = malmquist(BEFORE, after)
    assert (a.efficiency, a.technical, a.total) == pytest.approx((4 / 3, 1.5, 2))
    assert (b.efficiency, b.technical, b.total) == pytest.approx((1, 1.5, 1.5))
    assert (a.before, a.before_by_later, a.after_by_earlier) == pytest.approx((1 / 2, 1 / 3, 1))
    assert (a.pure, a.scale) == pytest.approx((4 / 3, 1))
    mean = mean_change([a, b])
    assert mean.name == "geometric mean"
    assert mean.total == pytest.approx(3**0.5)


def test_units_are_matched_by_name():
    turned = production([[2], [2]], [[3], [2]], names="ba")
    assert [change.name for change in malmquist(BEFORE, turned)] == ["a", "b"]
    assert malmquist(BEFORE, turned)[0].total == pytest.approx(2)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            production([[2], [2]], [[1], [2]], names="ac"),
            "a Malmquist index needs the same units at both dates; 'b' is there at one only",
        ),
        (
            production([[2, 1], [2, 1]], [[1], [2]], names="ab"),
            "a Malmquist index needs the same inputs and outputs at both dates",
        ),
        (
            production([[2], [2]], [[1], [2]], [[1], [1]], names="ab"),
            "a Malmquist index knows no bad outputs; leave them out, or make them inputs",
        ),
    ],
)
def test_dates_that_do_not_match(other, message):
    with pytest.raises(InputError) as caught:
        malmquist(BEFORE, other)
    assert str(caught.value) == message


def test_ratios_new_outputs_and_no_changes():
    ratio = production([[2], [2]], [[1], [2]], names="ab", ratio="y0")
    with pytest.raises(InputError, match=r"^a Malmquist index would scale 'y0', which is a ratio"):
        malmquist(ratio, ratio)
    old = production([[1], [1]], [[1, 0], [1, 0]])
    new = production([[1], [1]], [[1, 0], [1, 1]])
    with pytest.raises(InputError) as caught:
        malmquist(old, new)
    assert str(caught.value) == "'y1' is made by no unit at one of the dates; leave that output out"
    with pytest.raises(InputError) as caught:
        mean_change([])
    assert str(caught.value) == "a mean needs at least one change, got none"
