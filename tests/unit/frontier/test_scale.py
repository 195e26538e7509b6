import pytest

from doubles.production_tables import production
from isocost.core.errors import InputError
from isocost.frontier import scale_efficiencies


def test_which_way_to_grow_by_hand():
    # output per input: 1/2, 1, 5/6 and 1; all four are efficient at their size
    found = scale_efficiencies(production([[2], [3], [6], [4]], [[1], [3], [5], [4]]))
    assert [unit.returns for unit in found] == ["irs", "crs", "drs", "crs"]
    assert [unit.scale for unit in found] == pytest.approx([0.5, 1, 5 / 6, 1])


def test_the_orientation_decides_for_an_inefficient_unit():
    # (5, 1): shrinking inputs leads to the small unit (2, 1), growing outputs between (3, 3) and (6, 5)
    problem = production([[2], [3], [6], [5]], [[1], [3], [5], [1]])
    assert scale_efficiencies(problem)[3].returns == "irs"
    assert scale_efficiencies(problem, orientation="output")[3].returns == "drs"


def test_a_ratio_has_no_scale():
    with pytest.raises(InputError) as caught:
        scale_efficiencies(production([[1]], [[0.5]], ratio="y0"))
    assert str(caught.value) == (
        "scale efficiency would scale 'y0', which is a ratio with an upper end: twice the inputs do not give "
        "twice the share; use vrs or fdh"
    )


def test_bad_outputs_have_no_place():
    with pytest.raises(InputError) as caught:
        scale_efficiencies(production([[1]], [[1]], [[1]]))
    assert str(caught.value) == ("scale efficiency knows no bad outputs; leave them out, or make them inputs")
