import numpy as np
import pytest

from isocost.core.estimate import Estimate
from isocost.frontier import Axis, Frontier, ProductionUnit, frontier_of, improvements

AXES = (Axis(name="cost", unit="USD", better="lower"), Axis(name="quality", unit="", better="higher"))


def compared(*rows: tuple[float, float]) -> Frontier:
    units = [
        ProductionUnit(
            name="abcdefghijklmnopqrstuvwxyz"[number],
            group="all",
            values=(
                Estimate(value=cost, unit="USD", kind="measured", method="by hand"),
                Estimate(value=quality, unit="", kind="measured", method="by hand"),
            ),
        )
        for number, (cost, quality) in enumerate(rows)
    ]
    return frontier_of(units, axes=AXES)


def test_the_best_of_those_at_least_as_good_is_named() -> None:
    # c costs 4 at quality 0.6; a reaches that quality for 2, b more quality for 3
    found = improvements(compared((2, 0.6), (3, 0.9), (4, 0.6)))
    assert found[:2] == ((), ())
    assert [(each.axis, each.possible, each.see) for each in found[2]] == [
        ("cost", 2.0, "a"),
        ("quality", 0.9, "b"),
    ]
    assert [each.share for each in found[2]] == pytest.approx([0.5, 0.5])


def test_a_copy_is_no_improvement() -> None:
    assert improvements(compared((2, 0.6), (2, 0.6))) == ((), ())


def test_a_share_of_nothing_is_not_told() -> None:
    (found,) = improvements(compared((1, 0.0), (1, 0.5)))[0]
    assert (found.possible, found.share, found.see) == (0.5, None, "b")


def test_many_units_against_all_pairs() -> None:
    rng = np.random.default_rng(3)
    rows = [(float(cost), float(quality)) for cost, quality in rng.integers(1, 6, (26, 2))]
    for (cost, quality), found in zip(rows, improvements(compared(*rows)), strict=True):
        least = min(c for c, q in rows if q >= quality)
        most = max(q for c, q in rows if c <= cost)
        told = {each.axis: each.possible for each in found}
        assert told == ({"cost": least} if least < cost else {}) | (
            {"quality": most} if most > quality else {}
        )
