"""Laws of partial frontiers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isocost.frontier import order_alpha_scores, order_m_scores

ORIENTATIONS = st.sampled_from(["input", "output"])


@st.composite
def tables(draw):
    """Small whole numbers, so that ties are frequent."""
    count, wide, high = draw(st.integers(1, 12)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    values = st.lists(
        st.lists(st.integers(1, 6), min_size=wide + high, max_size=wide + high),
        min_size=count,
        max_size=count,
    )
    table = np.array(draw(values), dtype=float)
    return table[:, :wide], table[:, wide:]


def free_disposal(x, y, orientation):
    """FDH scores, unit by unit."""
    found = []
    for mine, made in zip(x, y, strict=True):
        pairs = zip(x, y, strict=True)
        if orientation == "input":
            found.append(min(max(a / mine) for a, b in pairs if all(b >= made)))
        else:
            found.append(max(min(b / made) for a, b in pairs if all(a <= mine)))
    return np.array(found)


@given(tables(), ORIENTATIONS)
def test_they_tend_to_free_disposal(table, orientation):
    x, y = table
    hull = free_disposal(x, y, orientation)
    np.testing.assert_allclose(order_m_scores(x, y, m=100_000, orientation=orientation), hull, rtol=1e-9)
    np.testing.assert_allclose(order_alpha_scores(x, y, alpha=1.0, orientation=orientation), hull, rtol=1e-12)


@given(tables(), ORIENTATIONS, st.integers(1, 30))
def test_more_rivals_are_never_easier(table, orientation, m):
    x, y = table
    fewer, more = (order_m_scores(x, y, m=count, orientation=orientation) for count in (m, m + 1))
    assert ((more <= fewer + 1e-9) if orientation == "input" else (more >= fewer - 1e-9)).all()


@given(tables(), ORIENTATIONS, st.integers(1, 30), st.floats(0.1, 1.0))
def test_units_of_measure_and_order_do_not_matter(table, orientation, m, alpha):
    x, y = table
    turned = np.random.default_rng(0).permutation(len(x))
    for score in (
        lambda a, b: order_m_scores(a, b, m=m, orientation=orientation),
        lambda a, b: order_alpha_scores(a, b, alpha=alpha, orientation=orientation),
    ):
        np.testing.assert_allclose(score(x * 2.0**30, y * 2.0**-30), score(x, y), rtol=1e-9)
        np.testing.assert_allclose(score(x[turned], y[turned]), score(x, y)[turned], rtol=1e-9)
