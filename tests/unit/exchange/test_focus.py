"""Charges as FOCUS columns: what is mandatory is there, numbers read back, formulas are neutralised."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from isocost.exchange import FocusCharge, focus_csv

MANDATORY = {  # of the specification, version 1.2
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd",
    "ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost",
    "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName",
}  # fmt: skip
START = datetime(2026, 12, 31, 22, tzinfo=UTC)
CHARGE = FocusCharge(
    start=START,
    end=START + timedelta(hours=1),
    billing_account="study",
    provider="by the hour",
    service="inference of model",
    resource="model",
    resource_type="Replica",
    description="2 replicas",
    pricing_category="Standard",
    cost_usd=0.1 + 0.2,
    quantity=2.0,
    unit="Hours",
    unit_price_usd=(0.1 + 0.2) / 2,
    consumed=2.0,
    consumed_unit="Hours",
    replicas=2,
    idle_usd=1e-7,
)


def rows(*charges):
    return list(csv.DictReader(io.StringIO(focus_csv(charges))))


def test_every_mandatory_column_is_there_and_extra_ones_are_marked_as_ours():
    (row,) = rows(CHARGE)
    assert set(row) >= MANDATORY
    assert all(name.startswith("x_") or name[0].isupper() for name in row)
    empty = {name for name in MANDATORY if not row[name]}
    assert empty == {"ChargeClass"}  # null unless the charge corrects another


def test_numbers_read_back_as_they_are_and_have_no_exponent():
    (row,) = rows(CHARGE)
    assert float(row["BilledCost"]) == 0.1 + 0.2
    assert row["x_IdleCost"] == "0.0000001"
    assert Decimal(row["PricingQuantity"]) * Decimal(row["ListUnitPrice"]) == Decimal(row["ListCost"])


def test_the_billing_period_is_the_month_also_in_december_and_instants_are_utc():
    (row,) = rows(CHARGE)
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == (
        "2026-12-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    )
    east = replace(CHARGE, start=START.astimezone(timezone(timedelta(hours=5))))
    assert rows(east)[0]["ChargePeriodStart"] == "2026-12-31T22:00:00Z"


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@sum", "\t=1", " =1", "\n=1"])
def test_a_name_that_a_spreadsheet_would_compute_gets_an_apostrophe(name):
    (row,) = rows(replace(CHARGE, resource=name, billing_account=name, service=name))
    for column in ("ResourceId", "ResourceName", "BillingAccountId", "ServiceName"):
        assert row[column].startswith("'")
    assert rows(replace(CHARGE, resource="a=b"))[0]["ResourceName"] == "a=b"


def test_quotes_and_commas_stay_one_cell():
    (row,) = rows(replace(CHARGE, resource='a,"b"'))
    assert row["ResourceName"] == 'a,"b"'
