"""What is not daily use: fees, support, marketplace, credits, refunds, taxes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tidewater.charges import Charge, flat
from tidewater.figures import CENT, END, MONTHS, ZERO, digest, month_of, next_month
from tidewater.lines import Attributes, charge_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidewater.estate import Account, Estate, Payer


def _attributes(estate: Estate, table: dict[str, Any], category: str) -> tuple[Payer, Attributes]:
    account: Account | None = estate.accounts.get(table["account"])
    payer = account.payer if account else next(iter(estate.accounts.values())).payer
    service = estate.services[table["service"]]
    found: Attributes = {
        **charge_attributes(estate, service, account, table.get("region")),
        "ChargeCategory": category,
        "ChargeFrequency": table.get("frequency", "One-Time"),
        "ChargeDescription": table["text"],
        "Tags": "{}",
    }
    if estate.file == "aws" and service.publisher:
        found["x_UsageType"] = f"MP:{service.code}"
    if estate.file == "gcp" and category == "Adjustment":
        found["x_CostType"] = "rounding_error"
    return payer, found


def _months(table: dict[str, Any]) -> list[date]:
    wanted = table.get("months")
    return [day for day in MONTHS if wanted is None or f"{day:%Y-%m}" in wanted]


def _billed(charges: list[Charge], payer: Payer) -> dict[date, Decimal]:
    """What a payer is billed per month."""
    totals: dict[date, Decimal] = defaultdict(Decimal)
    for charge in charges:
        if charge.payer is payer:
            totals[charge.month] += charge.billed
    return totals


def fees(estate: Estate, charges: list[Charge]) -> Iterator[Charge]:
    """Monthly and one-time fees; a percentage fee is of what its payer is billed that month."""
    for table in estate.fees:
        payer, attributes = _attributes(estate, table, table["category"])
        totals = _billed(charges, payer) if "percent" in table else {}
        sku = digest(table["text"], 16).upper()
        priced: Attributes = {
            "SkuId": sku,
            "SkuPriceId": f"{sku}.M",
            "PricingUnit": "Months",
            "PricingCategory": "Standard",
        }
        for month in _months(table):
            amount = Decimal(table.get("amount", "0"))
            if "percent" in table:
                amount = (totals[month] * Decimal(table["percent"]) / 100).quantize(CENT)
            once = table["frequency"] == "One-Time"
            period = (month, month + timedelta(1) if once else next_month(month))
            charge = flat(payer, attributes, period, amount)
            if table["category"] == "Adjustment":
                sign = 1 if month.month % 2 else -1
                yield flat(payer, attributes, period, sign * amount)
            else:
                yield replace(
                    charge,
                    attributes={**attributes, **priced},
                    quantity=Decimal(1),
                    consumed=Decimal(1) if table["category"] == "Usage" else None,
                    list_price=amount,
                    contracted_price=amount,
                    more={"ConsumedUnit": "Months"} if table["category"] == "Usage" else {},
                )


def credits_(estate: Estate, charges: list[Charge]) -> Iterator[Charge]:
    """Credits: so much a month, or a percentage of a service's daily bill in its account."""
    for table in estate.credits:
        payer, attributes = _attributes(estate, table, "Credit")
        if "amount" in table:
            for month in _months(table):
                yield flat(payer, attributes, (month, next_month(month)), Decimal(table["amount"]))
            continue
        days: dict[date, Decimal] = defaultdict(Decimal)
        for charge in charges:
            same = charge.get("ServiceName") == attributes["ServiceName"]
            if same and charge.get("SubAccountId") == attributes["SubAccountId"]:
                days[charge.start] += charge.billed
        for day, total in sorted(days.items()):
            amount = (total * Decimal(table["percent"]) / 100).quantize(Decimal("0.000001"))
            yield flat(payer, attributes, (day, day + timedelta(1)), amount)


def refunds(estate: Estate) -> Iterator[Charge]:
    """Corrections of a closed month in a later bill."""
    for table in estate.refunds:
        payer, attributes = _attributes(estate, table, "Usage")
        year, month = table["billed"].split("-")
        period = (table["first"], table["last"] + timedelta(1))
        yield flat(
            payer,
            attributes,
            period,
            Decimal(table["amount"]),
            month=date(int(year), int(month), 1),
            expected=ZERO,
            more={"ChargeClass": "Correction"},
        )


def taxes(estate: Estate, charges: list[Charge]) -> Iterator[Charge]:
    """Tax per closed month, of each account or of the payer as a whole."""
    totals: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    payers = {account.payer.id: account.payer for account in estate.accounts.values()}
    accounts = {account.id: account for account in estate.accounts.values()}
    for charge in charges:
        account = charge.get("SubAccountId")
        whole = not charge.payer.tax_per_account or account is None
        totals[charge.payer.id if whole or account is None else account, charge.month] += charge.billed
    for (owner, month), total in sorted(totals.items()):
        one = accounts.get(owner)
        payer = one.payer if one else payers[owner]
        amount = (total * payer.tax_percent / 100).quantize(CENT)
        if amount == 0 or month == month_of(END):
            continue
        attributes: Attributes = {
            **charge_attributes(estate, estate.services["tax"], one, None),
            "ChargeCategory": "Tax",
            "ChargeFrequency": "Recurring",
            "ChargeDescription": f"{payer.tax_name}, {payer.tax_percent}%",
            "Tags": "{}",
        }
        if estate.file == "gcp":
            attributes["x_CostType"] = "tax"
        yield flat(payer, attributes, (month, next_month(month)), amount)
