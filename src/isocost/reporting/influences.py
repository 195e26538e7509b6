"""What a figure hangs on, as a table: one assumption at a time, and shares of the variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.markup import clean
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isocost.core.assumed import Assumed
    from isocost.economics import Influence

__all__ = ["influence_table", "parameter_range", "range_text", "variance_share"]

_SHAPES = {"triangular": "", "uniform": " uniform", "log-normal": " 95 %"}


def influence_table(
    influences: Sequence[Influence], *, title: str, unit: str, amount: Callable[[float], str]
) -> Table:
    """Tabulate influences: name, range, the figure at both ends, and both Sobol indices.

    Parameters
    ----------
    influences : sequence of Influence
    title : str
    unit : str
        Of the figure, as `amount` writes it.
    amount : callable
        Writes the figure.
    """
    columns = (
        Column(title="Assumption", numeric=False),
        Column(title="Range", numeric=False),
        Column(title="At low", unit=unit),
        Column(title="At high", unit=unit),
        Column(title="Variance", unit="alone"),
        Column(title="Variance", unit="with others"),
    )
    rows = tuple(
        (
            clean(each.name),
            range_text(each.assumed),
            amount(each.at_low),
            amount(each.at_high),
            variance_share(each.first_order),
            variance_share(each.total_order),
        )
        for each in influences
    )
    return Table(title=title, columns=columns, groups=(("", rows),))


def variance_share(share: float) -> str:
    """Write a Sobol index as a share of the variance; estimates a little below 0 are 0.

    Examples
    --------
    >>> variance_share(0.7731), variance_share(-1e-4)
    ('77.3 %', '0.0 %')
    """
    return f"{max(100 * share, 0.0):.1f} %"


def parameter_range(assumed: Assumed) -> str:
    """Write the value of a parameter with unit and range."""
    unit = "" if assumed.unit == "1" else f" {assumed.unit}".replace(" 1/", "/")
    return f"{assumed.value:,g}{unit}" + ("" if assumed.is_exact else f" {range_text(assumed)}")


def range_text(assumed: Assumed) -> str:
    """Write the range of a parameter, and how likely values within it are."""
    low, high = assumed.ends
    if assumed.shape == "log-normal":
        return f"[{low:,.4g}, {high:,.4g}] 95 %"
    return f"[{low:,g}, {high:,g}]" + _SHAPES[assumed.shape]
