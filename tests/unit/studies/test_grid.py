"""Grids as people write them."""

import pytest

from isocost.core.errors import InputError
from isocost.studies.grid import find_grid


@pytest.mark.parametrize(
    ("text", "value", "ends"),
    [
        ("350g/kWh", 350.0, (350.0, 350.0)),
        ("350", 350.0, (350.0, 350.0)),
        (" 350 gCO2e/kWh ", 350.0, (350.0, 350.0)),
        ("0.35kg/kWh", 350.0, (350.0, 350.0)),
        ("300..400g/kWh", 350.0, (300.0, 400.0)),
        ("300..320..400g/kWh", 320.0, (300.0, 400.0)),
        ("0", 0.0, (0.0, 0.0)),
    ],
)
def test_intensities(text, value, ends):
    found = find_grid(text)
    assert found.intensity.value == pytest.approx(value)
    assert found.intensity.ends == pytest.approx(ends)
    assert found.intensity.source == "given by you"


def test_a_country():
    pytest.importorskip("ecologits", reason="the extra [carbon] is not installed")
    found = find_grid("fra")
    assert found.name == "FRA"
    assert 10 < found.intensity.value < 100  # nuclear and water


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-5g/kWh", "--grid -5g/kWh: a grid has between 0 and 2000 gCO2e per kWh"),
        (
            "350kg/kWh",
            "--grid 350kg/kWh: a grid has between 0 and 2000 gCO2e per kWh; with kg write 0.35kg/kWh",
        ),
        (
            "dirty1",
            "--grid dirty1: give gCO2e per kWh such as 350g/kWh, a range such as 300..400g/kWh, or a country "
            "such as FRA",
        ),
        (
            "400..300",
            "--grid 400..300: the range [400, 300] has its ends the wrong way round; low first",
        ),
        (
            "1..2..3..4",
            "--grid 1..2..3..4: give gCO2e per kWh such as 350g/kWh, a range such as 300..400g/kWh, or a "
            "country such as FRA",
        ),
    ],
)
def test_what_is_no_grid(text, message):
    with pytest.raises(InputError) as raised:
        find_grid(text)
    assert str(raised.value) == message
