"""Laws of Pareto dominance, against brute force over all pairs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.frontier import pareto_mask

Table = tuple[Any, list[Any]]
WAYS = st.sampled_from(["lower", "higher"])


@st.composite
def tables(draw: Callable[..., Any]) -> Table:
    """Small integers, so that ties and copies are frequent."""
    width = draw(st.integers(1, 4))
    rows = draw(
        st.lists(st.lists(st.integers(-3, 3), min_size=width, max_size=width), min_size=1, max_size=25)
    )
    better = draw(st.lists(WAYS, min_size=width, max_size=width))
    return np.array(rows, dtype=float), better


def beats(a: Any, b: Any, better: list[str], dominance: str) -> bool:
    """Whether row `a` dominates row `b`, axis by axis."""
    pairs = [(x, y) if way == "higher" else (-x, -y) for x, y, way in zip(a, b, better, strict=True)]
    if dominance == "weak":
        return all(x > y for x, y in pairs)
    return all(x >= y for x, y in pairs) and any(x > y for x, y in pairs)


@pytest.mark.parametrize("dominance", ["strict", "weak"])
@given(table=tables())
def test_it_agrees_with_all_pairs(table: Table, dominance: Any) -> None:
    values, better = table
    brute = [not any(beats(other, row, better, dominance) for other in values) for row in values]
    assert pareto_mask(values, better, dominance).tolist() == brute


@pytest.mark.parametrize("dominance", ["strict", "weak"])
@given(table=tables(), data=st.data())
def test_a_dominated_row_more_changes_nothing(table: Table, data: Any, dominance: Any) -> None:
    values, better = table
    chosen = values[data.draw(st.integers(0, len(values) - 1))]
    worse = chosen + np.array([-1.0 if way == "higher" else 1.0 for way in better])
    after = pareto_mask(np.vstack([values, worse]), better, dominance)
    assert after[:-1].tolist() == pareto_mask(values, better, dominance).tolist()
    assert not after[-1]


@given(table=tables(), data=st.data())
def test_order_and_units_do_not_matter(table: Table, data: Any) -> None:
    values, better = table
    order = np.array(data.draw(st.permutations(range(len(values)))))
    columns = np.array(data.draw(st.permutations(range(len(better)))))
    scale = np.array(
        data.draw(st.lists(st.sampled_from([0.5, 2.0, 1024.0]), min_size=len(better), max_size=len(better)))
    )
    shift = 7.0
    changed = (values * scale + shift)[order][:, columns]
    mask = pareto_mask(changed, [better[i] for i in columns])
    assert mask.tolist() == pareto_mask(values, better)[order].tolist()


@given(table=tables())
def test_somebody_is_always_undominated_and_weak_keeps_at_least_the_strict(table: Table) -> None:
    values, better = table
    strict, weak = (pareto_mask(values, better, dominance) for dominance in ("strict", "weak"))
    assert strict.any()
    assert (weak | ~strict).all()


@pytest.mark.parametrize("axes", [2, 3])
def test_a_hundred_thousand_points_are_judged_by_sorting(axes: int) -> None:
    # all pairs would take hours
    points = np.random.default_rng(0).normal(size=(100_000, axes))
    mask = pareto_mask(points, ["lower"] * axes)
    front = points[mask]
    assert mask[points.argmin(axis=0)].all()  # an undominated row exists on each axis' best value
    for row in points[~mask][:200]:
        assert ((front <= row).all(axis=1) & (front < row).any(axis=1)).any()
