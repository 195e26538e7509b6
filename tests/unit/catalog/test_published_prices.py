import pytest

from isocost.catalog import accelerator_names, published_price, published_prices
from isocost.core.errors import CatalogError


def test_the_papers_three_prices_are_dated_sourced_and_of_known_accelerators():
    found = {each.name: (each.usd_per_hour, each.date) for each in published_prices()}
    assert found == {
        "paper-a100-2022": (3.67, "2022-10"),
        "paper-a100-2023": (4.096, "2023-05"),
        "paper-v100-2023": (3.06, "2023-05"),
    }
    for each in published_prices():
        assert each.accelerator in accelerator_names()
        assert "2305.02440" in each.source


def test_a_deployment_costs_as_many_times_as_much_and_says_so():
    price = published_price("paper-a100-2023").of(8)
    assert price.usd_per_hour == pytest.approx(32.768)
    assert price.source.startswith("8 x 4.096 USD (paper-a100-2023), arXiv 2305.02440")
    assert price.date == "2023-05"


def test_an_unknown_price_names_those_there_are():
    with pytest.raises(CatalogError) as error:
        published_price("paper-h100")
    assert str(error.value) == (
        "no price named 'paper-h100'; the catalogue has paper-a100-2022, paper-a100-2023, paper-v100-2023. "
        "For any other give --price-per-hour"
    )
