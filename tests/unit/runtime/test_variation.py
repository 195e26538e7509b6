import numpy as np
import pytest

from isocost.core.errors import EstimationError, InputError
from isocost.runtime import (
    CellVariation,
    RuntimeSamples,
    cell_variations,
    requests_needed,
    typical_variation,
)


def samples(*rows):
    inputs, outputs, times = zip(*rows, strict=True)
    return RuntimeSamples(
        input_tokens=np.array(inputs),
        output_tokens=np.array(outputs),
        runtime_s=np.array(times, dtype=float),
        block=np.zeros(len(rows), dtype=np.int64),
    )


def test_cells_by_hand():
    # (1, 2): 1 and 3, mean 2, deviation 1; (8, 1): 2 2 5, mean 3, variance (1 + 1 + 4) / 3 = 2
    found = cell_variations(samples((8, 1, 2), (1, 2, 1), (8, 1, 2), (1, 2, 3), (8, 1, 5), (9, 9, 1)))
    assert [(c.input_tokens, c.output_tokens, c.n, c.mean_s) for c in found] == [
        (1, 2, 2, 2.0),
        (8, 1, 3, 3.0),
    ]
    assert [c.coefficient for c in found] == [0.5, pytest.approx(2**0.5 / 3)]


def test_single_requests_say_nothing():
    with pytest.raises(EstimationError, match="none of the 2 cells has two requests"):
        cell_variations(samples((1, 1, 1), (2, 1, 1)))


def test_the_median_has_an_interval_from_six_cells_on():
    cells = cell_variations(samples(*((p, 1, t) for p in range(1, 7) for t in (1, 1 + p))))
    # coefficient of (1, 1 + p): (p / 2) / (1 + p / 2) = p / (p + 2): 1/3 1/2 3/5 2/3 5/7 3/4
    seen = typical_variation(cells)
    assert seen.value == pytest.approx((3 / 5 + 2 / 3) / 2)
    assert (seen.low, seen.high) == (pytest.approx(1 / 3), pytest.approx(3 / 4))
    assert typical_variation(cells[:1]).low is None


def test_no_cells_have_no_median():
    with pytest.raises(InputError, match="at least one cell, got none"):
        typical_variation([])


def test_requests_needed_make_the_interval_so_narrow():
    # n = 8, coefficient .3: deviation .3 sqrt(8 / 7) = .3207. t(13) = 2.160: 2.160 * .3207 / sqrt(14) = .185;
    # t(12) = 2.179: 2.179 * .3207 / sqrt(13) = .194
    cell = CellVariation(input_tokens=1, output_tokens=1, mean_s=1.0, coefficient=0.3, n=8)
    assert requests_needed(cell, 0.19) == 14
    exact = CellVariation(input_tokens=1, output_tokens=1, mean_s=1.0, coefficient=0.0, n=8)
    assert requests_needed(exact, 0.01) == 2
    with pytest.raises(InputError, match=r"^half_width_share must be above 0 and below 1, got 1\.5$"):
        requests_needed(cell, 1.5)
