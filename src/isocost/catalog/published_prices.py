"""What the paper of idealized runtimes takes an hour of an accelerator to cost."""

from __future__ import annotations

from dataclasses import dataclass

from isocost.catalog.tables import shipped_table
from isocost.core.errors import CatalogError
from isocost.core.money import HourlyPrice

__all__ = ["PublishedPrice", "published_price", "published_prices"]

_TABLE = "published.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPrice:
    """What the paper takes an hour of one accelerator to cost.

    Parameters
    ----------
    name : str
        As written on the command line.
    accelerator : str
        Its name in the catalogue of accelerators.
    usd_per_hour : float
        US dollars for one of them, above 0.
    date : str
        ISO month in which it held.
    source : str
        Who says so.
    note : str
        What to know of it; empty where nothing.
    """

    name: str
    accelerator: str
    usd_per_hour: float
    date: str
    source: str
    note: str = ""

    def of(self, accelerators: int) -> HourlyPrice:
        """Return the price of a deployment of so many of them."""
        return HourlyPrice(
            usd_per_hour=self.usd_per_hour * accelerators,
            source=f"{accelerators} x {self.usd_per_hour:g} USD ({self.name}), {self.source}",
            date=self.date,
        )


def published_prices(accelerator: str | None = None) -> tuple[PublishedPrice, ...]:
    """Return the prices of the paper, of one accelerator if it is named, by rising date.

    Examples
    --------
    >>> [price.usd_per_hour for price in published_prices("a100-80gb")]
    [3.67, 4.096]
    """
    rows = shipped_table(_TABLE)["prices"].items()
    found = [PublishedPrice(name=name, **row) for name, row in rows]
    wanted = [each for each in found if accelerator is None or each.accelerator == accelerator]
    return tuple(sorted(wanted, key=lambda each: each.date))


def published_price(name: str) -> PublishedPrice:
    """Look up a price of the paper by name.

    Raises
    ------
    CatalogError
        If there is no such price; those that there are, are named.

    Examples
    --------
    >>> published_price("paper-v100-2023").of(16).usd_per_hour
    48.96
    """
    found = {each.name: each for each in published_prices()}
    if name not in found:
        raise CatalogError(
            f"no price named {name!r}; the catalogue has {', '.join(found)}. "
            "For any other give --price-per-hour"
        )
    return found[name]
