"""Charges in the columns of FOCUS, the FinOps Open Cost and Usage Specification, as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FOCUS_VERSION", "FocusCharge", "focus_csv"]

FOCUS_VERSION = "1.2"
"""Whose columns are written: all that are mandatory, and of the conditional ones those that apply."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would compute what begins so


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusCharge:
    """One charge: what was provisioned of one kind in one period.

    Parameters
    ----------
    start, end : datetime
        The charge period, UTC, the end not included.
    billing_account : str
        Whose bill it is.
    provider, service : str
        Who provides what.
    resource, resource_type : str
        What it is charged for.
    description : str
    pricing_category : str
        ``"Standard"`` (a rate agreed beforehand) or ``"Other"`` (own machines).
    cost_usd : float
    quantity : float
        In units of the price.
    unit : str
        Such as ``"Hours"`` or ``"1000000 Tokens"``.
    unit_price_usd : float
    consumed : float
        In `consumed_unit`.
    consumed_unit : str
    replicas : int or None
        How many are provisioned; ``None`` of what has none.
    idle_usd : float
        How much of the cost was for what nobody used.
    """

    start: datetime
    end: datetime
    billing_account: str
    provider: str
    service: str
    resource: str
    resource_type: str
    description: str
    pricing_category: str
    cost_usd: float
    quantity: float
    unit: str
    unit_price_usd: float
    consumed: float
    consumed_unit: str
    replicas: int | None = None
    idle_usd: float = 0.0


def focus_csv(charges: Sequence[FocusCharge]) -> str:
    r"""Write charges as a FOCUS 1.2 table.

    Numbers are written so that they read back as they are. Text that a spreadsheet would take for a formula
    gets an apostrophe in front. Columns that begin with ``x_`` are ours, as the specification wants it.

    Parameters
    ----------
    charges : sequence of FocusCharge

    Returns
    -------
    str
        A header and one line a charge.

    Examples
    --------
    >>> day = datetime(2026, 11, 21, tzinfo=UTC)
    >>> charge = FocusCharge(
    ...     start=day, end=day.replace(hour=1), billing_account="plan", provider="cloud", service="inference",
    ...     resource="=model", resource_type="Replica", description="2 replicas", pricing_category="Standard",
    ...     cost_usd=5.0, quantity=2.0, unit="Hours", unit_price_usd=2.5, consumed=2.0, consumed_unit="Hours")
    >>> row = next(csv.DictReader(io.StringIO(focus_csv([charge]))))
    >>> row["BilledCost"], row["ChargePeriodEnd"], row["ResourceName"]
    ('5.0', '2026-11-21T01:00:00Z', "'=model")
    """
    rows = [_row(charge) for charge in charges]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(charge: FocusCharge) -> dict[str, str]:
    cost, price = _number(charge.cost_usd), _number(charge.unit_price_usd)
    month = charge.start.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return {
        "BilledCost": cost,
        "BillingAccountId": _text(charge.billing_account),
        "BillingAccountName": _text(charge.billing_account),
        "BillingCurrency": "USD",
        "BillingPeriodEnd": _instant(following),
        "BillingPeriodStart": _instant(month),
        "ChargeCategory": "Usage",
        "ChargeClass": "",
        "ChargeDescription": _text(charge.description),
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": _instant(charge.end),
        "ChargePeriodStart": _instant(charge.start),
        "ConsumedQuantity": _number(charge.consumed),
        "ConsumedUnit": charge.consumed_unit,
        "ContractedCost": cost,
        "ContractedUnitPrice": price,
        "EffectiveCost": cost,
        "InvoiceIssuerName": _text(charge.provider),
        "ListCost": cost,
        "ListUnitPrice": price,
        "PricingCategory": charge.pricing_category,
        "PricingQuantity": _number(charge.quantity),
        "PricingUnit": charge.unit,
        "ProviderName": _text(charge.provider),
        "PublisherName": _text(charge.provider),
        "ResourceId": _text(charge.resource),
        "ResourceName": _text(charge.resource),
        "ResourceType": charge.resource_type,
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": _text(charge.service),
        "ServiceSubcategory": "Generative AI",
        "x_IdleCost": _number(charge.idle_usd),
        "x_Replicas": "" if charge.replicas is None else str(charge.replicas),
    }


def _text(value: str) -> str:
    """Neutralise what a spreadsheet would take for a formula."""
    plain = "".join(letter if letter.isprintable() else " " for letter in value)
    return f"'{plain}" if value.startswith(_FORMULA) or plain.lstrip().startswith(_FORMULA) else plain


def _number(value: float) -> str:
    """Write a number without exponent, so that it reads back as it is.

    Examples
    --------
    >>> _number(0.1), _number(1e-07)
    ('0.1', '0.0000001')
    """
    return format(Decimal(repr(value)), "f")


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
