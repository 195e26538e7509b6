import math

import pytest

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.economics import Judgement, Principle, tally_principle


def principle(p_value: float | None, effect: float = 0.7, name: str = "incremental-cost") -> Principle:
    judgement: Judgement = "cannot be told"
    if p_value is not None:
        judgement = "holds" if p_value <= 0.05 else "does not hold" if p_value >= 0.95 else "cannot be told"
    return Principle(
        name=name,  # type: ignore[arg-type]
        judgement=judgement,
        effect=None if p_value is None else Estimate(value=effect, unit="1", kind="fitted", method="made up"),
        p_value=p_value,
        power=None,
        found_at=0.8,
    )


def test_counts_by_hand() -> None:
    # .001, .02, .04, .96 of four tests. Holm: .004, .06; Benjamini-Hochberg: .004, .04, .0533
    # models: a has .001 and .02, its worst .02 times 2; b has .96; so a holds, Holm over two
    # (.04, .96); c was not tested
    p_values = [0.001, 0.02, 0.96, None]
    tally = tally_principle([principle(p) for p in p_values], ["a", "a", "b", "c"])
    assert (tally.sweeps, tally.tested, tally.holds, tally.opposite) == (4, 3, 2, 1)
    assert (tally.holds_by_share, tally.holds_surely) == (2, 2)  # .02 * 3 / 2 = .03; .02 * 2 = .04
    assert (tally.clusters, tally.clusters_hold) == (2, 1)


def test_sweeps_of_one_model_count_once_in_the_mean() -> None:
    # a: .5 and .7, b: .8; means .6 and .8; t with one degree of freedom 12.706 times .1
    tally = tally_principle([principle(0.01, e) for e in (0.5, 0.7, 0.8)], ["a", "a", "b"])
    assert tally.mean is not None
    assert tally.mean.value == pytest.approx(0.7)
    assert tally.mean.high == pytest.approx(0.7 + 1.27062, abs=1e-4)


def test_falls_are_averaged_as_ratios() -> None:
    tally = tally_principle([principle(0.01, e, "average-cost") for e in (2.0, 8.0)], ["a", "b"])
    assert tally.mean is not None
    assert tally.mean.value == pytest.approx(math.sqrt(2.0 * 8.0))


def test_one_model_has_no_interval_and_no_test_no_mean() -> None:
    alone = tally_principle([principle(0.01)], ["a"]).mean
    assert alone is not None
    assert not alone.has_interval
    assert tally_principle([principle(None)], ["a"]).mean is None


@pytest.mark.parametrize(
    ("names", "clusters"), [(["average-cost", "optimal-zone"], ["a", "b"]), ([], []), (["average-cost"], [])]
)
def test_what_is_no_tally_is_refused(names: list[str], clusters: list[str]) -> None:
    with pytest.raises(
        InputError, match=r"^a tally is of one principle with one cluster a sweep; give lists"
    ):
        tally_principle([principle(0.5, name=name) for name in names], clusters)
