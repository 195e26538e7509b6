import datetime as dt
import re

import pytest

from isocost.catalog import accelerator_profile, machine_names, machine_profile
from isocost.core.errors import CatalogError


@pytest.mark.parametrize("name", machine_names())
def test_every_machine_has_a_dated_sourced_price_inside_its_range(name: str) -> None:
    profile = machine_profile(name)
    assert profile.low <= profile.usd_per_hour <= profile.high
    assert (profile.accelerator is None) != (profile.cores is None)
    assert profile.accelerator is None or accelerator_profile(profile.accelerator).name == profile.accelerator
    assert dt.date.fromisoformat(profile.date) <= dt.date(2026, 12, 31)
    assert re.match(r"https://", profile.url)
    assert profile.source
    assert profile.region
    assert profile.note
    price = profile.price
    assert (price.usd_per_hour, price.low, price.high) == (profile.usd_per_hour, profile.low, profile.high)
    assert (price.source, price.date) == (profile.source, profile.date)


def test_the_two_core_machine_costs_nine_cents() -> None:
    # c7i.large is 5 % above c6i.large at 0.085 USD/h: 0.085 * 1.05 = 0.08925
    assert machine_profile("cloud-2core").usd_per_hour == pytest.approx(0.085 * 1.05)


def test_an_unknown_machine_names_the_nearest() -> None:
    with pytest.raises(CatalogError) as caught:
        machine_profile("cloud-2cores")
    assert str(caught.value) == (
        "no machine named 'cloud-2cores'; the catalogue has cloud-2core. "
        "For any other machine give --price-per-hour, or a file of your own: --machine FILE.yaml"
    )


def test_a_name_like_no_other_lists_what_there_is() -> None:
    with pytest.raises(CatalogError, match="the catalogue has a100-rented, a800-rented"):
        machine_profile("zzz")
