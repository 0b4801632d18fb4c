"""Charges as FOCUS 1.2 Parquet."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import polars as pl

from tidewater.figures import END, month_of, next_month, number

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from tidewater.charges import Charge

MONEY: Final = "DECIMAL(18,10)"
QUANTITY: Final = "DECIMAL(20,6)"
PRICE: Final = "DECIMAL(18,10)"

_TEXT: Final = (
    *("AvailabilityZone", "BillingAccountId", "BillingAccountName", "BillingAccountType"),
    *("BillingCurrency", "CapacityReservationId", "CapacityReservationStatus", "ChargeCategory"),
    *("ChargeClass", "ChargeDescription", "ChargeFrequency", "CommitmentDiscountCategory"),
    *("CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountStatus"),
    *("CommitmentDiscountType", "CommitmentDiscountUnit", "ConsumedUnit", "InvoiceId"),
    *("InvoiceIssuerName", "PricingCategory", "PricingCurrency", "PricingUnit", "ProviderName"),
    *("PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType"),
    *("ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter"),
    *("SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType"),
    *("Tags",),
)
_VENDOR: Final = {
    "aws": ("x_Operation", "x_ServiceCode", "x_UsageType"),
    "azure": ("x_ResourceGroupName", "x_SkuMeterCategory", "x_SkuMeterId", "x_SkuMeterName"),
    "gcp": ("x_CostType", "x_Project", "x_ServiceId", "x_SkuDescription"),
}


def _price_in_usd(charge: Charge, price: Decimal | None) -> Decimal | None:
    """A unit price in the pricing currency, given only where that is not the billing currency."""
    return None if charge.payer.currency == "USD" or price is None else price / charge.payer.rate


def _effective_in_usd(charge: Charge) -> Decimal | None:
    """EffectiveCost in the pricing currency, given only where that is not the billing currency."""
    return None if charge.payer.currency == "USD" else charge.priced


_NUMBERS: Final[dict[str, tuple[str, Callable[[Charge], Decimal | None]]]] = {
    "BilledCost": (MONEY, lambda charge: charge.billed),
    "CommitmentDiscountQuantity": (QUANTITY, lambda charge: charge.commitment_quantity),
    "ConsumedQuantity": (QUANTITY, lambda charge: charge.consumed),
    "ContractedCost": (MONEY, lambda charge: charge.contracted),
    "ContractedUnitPrice": (PRICE, lambda charge: charge.contracted_price),
    "EffectiveCost": (MONEY, lambda charge: charge.effective),
    "ListCost": (MONEY, lambda charge: charge.listed),
    "ListUnitPrice": (PRICE, lambda charge: charge.list_price),
    "PricingCurrencyContractedUnitPrice": (
        PRICE,
        lambda charge: _price_in_usd(charge, charge.contracted_price),
    ),
    "PricingCurrencyEffectiveCost": (MONEY, _effective_in_usd),
    "PricingCurrencyListUnitPrice": (PRICE, lambda charge: _price_in_usd(charge, charge.list_price)),
    "PricingQuantity": (QUANTITY, lambda charge: charge.quantity),
}
_DAYS: Final[dict[str, Callable[[Charge], date]]] = {
    "BillingPeriodEnd": lambda charge: next_month(charge.month),
    "BillingPeriodStart": lambda charge: charge.month,
    "ChargePeriodEnd": lambda charge: charge.end,
    "ChargePeriodStart": lambda charge: charge.start,
}
_ORDER: Final = ("SubAccountId", "ServiceName", "SkuMeter", "ResourceId", "Tags", "ChargeDescription")


def invoice(charge: Charge) -> str | None:
    """The invoice a charge is on: none while its month is open."""
    if charge.month == month_of(END):
        return None
    return f"{number(charge.payer.id) % 9000 + 1000}-{charge.month:%Y%m}"


def _text(charge: Charge, column: str) -> str | None:
    payer = charge.payer
    own = {
        "BillingAccountId": payer.id,
        "BillingAccountName": payer.name,
        "BillingAccountType": payer.type,
        "BillingCurrency": payer.currency,
        "PricingCurrency": "USD",
    }
    if column == "InvoiceId":
        return invoice(charge)
    return own.get(column) or charge.get(column)


def _frame(charges: list[Charge], vendor: tuple[str, ...]) -> pl.DataFrame:
    """Rows in FOCUS column order, the vendor's columns last."""
    columns: dict[str, pl.Series] = {}
    for name in _TEXT:
        columns[name] = pl.Series(name, [_text(charge, name) for charge in charges], pl.String)
    for name, (kind, read) in _NUMBERS.items():
        scale = int(kind[kind.index(",") + 1 : -1])
        columns[name] = pl.Series(name, [read(charge) for charge in charges], pl.Decimal(38, scale))
    for name, at in _DAYS.items():
        midnights = [datetime(*at(charge).timetuple()[:3]) for charge in charges]  # noqa: DTZ001
        columns[name] = pl.Series(name, midnights, pl.Datetime("us"))
    for name in vendor:
        columns[name] = pl.Series(name, [charge.get(name) for charge in charges], pl.String)
    ordered = [*sorted(set(columns) - set(vendor)), *vendor]
    return pl.DataFrame({name: columns[name] for name in ordered})


def _key(charge: Charge) -> tuple[Any, ...]:
    """Lines together, days in order: what compresses best. Costs last, so that no tie is left."""
    words = [charge.get(name) or "" for name in _ORDER]
    status = charge.get("CommitmentDiscountStatus") or ""
    category = charge.get("ChargeCategory") or ""
    return (
        charge.payer.id,
        *words,
        category,
        status,
        charge.start,
        charge.month,
        charge.listed,
        charge.billed,
    )


def write(charges: list[Charge], file: str, target: Path) -> None:
    """Write one provider's rows, in one fixed order, with a fixed row group size.

    Tags are a map in the AWS file, as AWS delivers them, and JSON text in the others.
    """
    frame = _frame(sorted(charges, key=_key), _VENDOR[file])
    kinds = {name: kind for name, (kind, _) in _NUMBERS.items()}
    if file == "aws":
        kinds["Tags"] = "MAP(VARCHAR, VARCHAR)"
    wanted = ", ".join(
        f'CAST("{name}"{"::JSON" if name == "Tags" else ""} AS {kinds[name]}) AS "{name}"'
        if name in kinds
        else f'"{name}"'
        for name in frame.columns
    )
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.parquet"
        frame.write_parquet(plain)
        with duckdb.connect(config={"threads": 1}) as database:
            database.execute(
                f"COPY (SELECT {wanted} FROM read_parquet(?)) TO '{target}' "  # noqa: S608
                "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 122880)",
                [str(plain)],
            )
