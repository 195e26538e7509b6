import math

import pytest

from isocost.core.errors import EstimationError, InputError
from isocost.runtime import drift

FIRST, LATER = "2022-07-10", "2022-09-30"


def test_prompt_sizes_are_the_units_of_the_interval():
    # p = 1: ratios 2 and 8, geometric mean 4; p = 512: ratio 1; blocks ln 4 and 0, their mean ln 2 = .6931,
    # error ln 4 / sqrt(2) / sqrt(2) = .6931, t(1) = 12.706
    seen = drift(
        [FIRST, FIRST, FIRST, LATER, LATER, LATER],
        [1, 1, 512, 1, 1, 512],
        [1, 2, 1, 1, 2, 1],
        [1.0, 1.0, 3.0, 2.0, 8.0, 3.0],
        name="api",
    )
    (step,) = seen.steps
    assert (seen.first, step.date, step.cells, step.ratio.n) == (FIRST, LATER, 3, 2)
    assert step.ratio.value == pytest.approx(2.0)
    assert math.log(step.ratio.high) == pytest.approx(math.log(2) * (1 + 12.7062), rel=1e-4)


def test_one_prompt_size_gives_no_interval():
    (step,) = drift([LATER, FIRST], [1, 1], [1, 1], [1.5, 1.0], name="api").steps
    assert (step.ratio.value, step.ratio.low) == (pytest.approx(1.5), None)


def test_rows_of_one_cell_are_averaged_and_cells_apart_left_out():
    seen = drift([FIRST, FIRST, LATER, LATER], [1, 1, 1, 9], [1, 1, 1, 1], [1.0, 3.0, 4.0, 9.0], name="api")
    assert seen.steps[0].ratio.value == pytest.approx(2.0)  # 4 / mean(1, 3)
    assert seen.steps[0].cells == 1


def test_dates_that_share_no_cell_cannot_be_compared():
    with pytest.raises(EstimationError, match="api: no later date shares a cell with 2022-07-10"):
        drift([FIRST, LATER], [1, 2], [1, 1], [1.0, 1.0], name="api")
    with pytest.raises(EstimationError, match="no later date"):
        drift([FIRST], [1], [1], [1.0], name="api")


@pytest.mark.parametrize(
    ("dates", "times", "sentence"),
    [
        (["10 July", LATER], [1.0, 1.0], "an ISO 8601 day such as 2022-07-10, got '10 July'"),
        ([FIRST, LATER], [1.0, -1.0], "above 0 seconds and finite, got -1.0"),
        ([FIRST], [1.0, 1.0], "columns of one length, at least 1, got lengths [1, 2, 2, 2]"),
    ],
)
def test_bad_rows_are_refused(dates, times, sentence):
    with pytest.raises(InputError) as caught:
        drift(dates, [1, 1], [1, 1], times, name="api")
    assert sentence in str(caught.value)
