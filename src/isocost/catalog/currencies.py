"""Currencies that isocost knows a dated rate of."""

from __future__ import annotations

from isocost.catalog.tables import shipped_table
from isocost.core.errors import CatalogError
from isocost.core.money import Currency

__all__ = ["currency_codes", "currency_of"]

_TABLE = "currencies.toml"


def currency_of(code: str) -> Currency:
    """Look up a currency by its ISO 4217 code, capitals or not.

    Raises
    ------
    CatalogError
        If the catalogue has no rate of it; says how to give one.

    Examples
    --------
    >>> currency_of("cny").per_usd
    7.09
    """
    rows = shipped_table(_TABLE)
    if code.upper() not in rows:
        raise CatalogError(
            f"the catalogue has no rate of {code!r}, only of {', '.join(rows)}; "
            f"give one per US dollar: --rate {code.upper()}=NUMBER"
        )
    return Currency(code=code.upper(), **rows[code.upper()])


def currency_codes() -> tuple[str, ...]:
    """Return the codes of all currencies with a rate, in the catalogue's order.

    Examples
    --------
    >>> currency_codes()[:2]
    ('USD', 'CNY')
    """
    return tuple(shipped_table(_TABLE))
