"""What Azure calls the columns of its exports, in every agreement and year, and what they are called here."""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final = {
    "Cost": "costinbillingcurrency cost pretaxcost extendedcost",
    "PaygCost": "paygcostinbillingcurrency",
    "PricingCost": "costinpricingcurrency",
    "PeriodStart": "billingperiodstartdate billingperiodstart",
    "PeriodLast": "billingperiodenddate billingperiodend",
    "Date": "date usagedatetime usagedate usagestart",
    "ServiceStart": "serviceperiodstartdate serviceperiodstart",
    "ServiceLast": "serviceperiodenddate serviceperiodend",
    "Quantity": "quantity usagequantity consumedquantity",
    "UnitPrice": "unitprice resourcerate",
    "PayGPrice": "paygprice",
    "ExchangeRate": "exchangeratepricingtobilling exchangerate",
    "BillingCurrency": "billingcurrencycode billingcurrency currency currencycode",
    "PricingCurrency": "pricingcurrency pricingcurrencycode",
    "BillingAccountId": "billingaccountid",
    "BillingAccountName": "billingaccountname",
    "BillingProfileId": "billingprofileid",
    "BillingProfileName": "billingprofilename",
    "InvoiceId": "invoiceid",
    "InvoiceSectionId": "invoicesectionid",
    "InvoiceSectionName": "invoicesectionname invoicesection",
    "CustomerId": "customertenantid",
    "CustomerName": "customername",
    "PartnerName": "partnername",
    "ResellerId": "resellermpnid resellerid",
    "ResellerName": "resellername",
    "DepartmentName": "departmentname",
    "AccountName": "accountname",
    "AccountOwnerId": "accountownerid",
    "CostCenter": "costcenter",
    "SubscriptionId": "subscriptionguid subscriptionid",
    "SubscriptionName": "subscriptionname",
    "ResourceGroup": "resourcegroup resourcegroupname",
    "ResourceId": "resourceid instanceid instancename",
    "ResourceName": "resourcename",
    "ResourceType": "resourcetype",
    "ResourceLocation": "resourcelocationnormalized resourcelocation location",
    "AvailabilityZone": "availabilityzone",
    "ConsumedService": "consumedservice",
    "ServiceFamily": "servicefamily",
    "ServiceName": "servicename",
    "ServiceTier": "servicetier",
    "MeterCategory": "metercategory",
    "MeterSubCategory": "metersubcategory",
    "MeterId": "meterid",
    "MeterName": "metername",
    "MeterRegion": "meterregion",
    "UnitOfMeasure": "unitofmeasure",
    "Product": "productname product",
    "ProductId": "productid",
    "PartNumber": "partnumber",
    "OfferId": "offerid",
    "PlanName": "planname",
    "OrderId": "productorderid",
    "OrderName": "productordername",
    "Term": "term",
    "PublisherType": "publishertype",
    "PublisherId": "publisherid",
    "PublisherName": "publishername",
    "ChargeType": "chargetype",
    "Frequency": "frequency",
    "PricingModel": "pricingmodel",
    "BenefitId": "benefitid",
    "BenefitName": "benefitname",
    "ReservationId": "reservationid",
    "ReservationName": "reservationname",
    "IsAzureCreditEligible": "isazurecrediteligible",
    "CostAllocationRuleName": "costallocationrulename",
    "ServiceInfo1": "serviceinfo1",
    "ServiceInfo2": "serviceinfo2",
    "AdditionalInfo": "additionalinfo",
    "Tags": "tags",
}
"""Columns of the raw table by the names they have in exports, folded; the first with a value counts."""

COST_NAMES: Final = frozenset(_NAMES["Cost"].split())

ALIASES: Final = {other: name for name, others in _NAMES.items() for other in others.split()}
"""Folded name in an export -> column of the raw table."""

DERIVED: Final = ("ListCost", "ContractedCost", "ListPrice", "ContractedPrice")
"""Computed for the whole load from prices, quantities and rates; prices in the billing currency."""

COLUMNS: Final = (*_NAMES, "PeriodAfter", "Agreement", *DERIVED)
"""Columns of the raw table. `PeriodAfter` is never filled: where other exports give the day after the
billing period, these give its last day."""

MONEY: Final = ("Cost", "PaygCost", "PricingCost", "ListCost", "ContractedCost")

TIMES: Final = ("PeriodStart", "PeriodAfter", "Date", "PeriodLast", "ServiceStart", "ServiceLast")

NUMBERS: Final = ("Cost", "PaygCost", "PricingCost", "Quantity", "UnitPrice", "PayGPrice", "ExchangeRate")
"""Columns of the file that hold numbers."""

UNUSED: Final = frozenset((
    "effectiveprice", "previousinvoiceid", "provider", "exchangeratedate", "month", "day", "year",
    "subscriptionid", "serviceadministratorid", "storeserviceidentifier",
))  # fmt: skip
"""Columns that say nothing more, or something else on every line, folded."""

_TRANSLATED: Final = re.compile(r"\(([A-Za-z0-9_ -]+)\)\s*$")
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def fold(name: str) -> str:
    """A header of any agreement and language as `ALIASES` has it.

    A translated header has the English name in brackets: `Ressourcengruppe (ResourceGroup)`.
    """
    english = _TRANSLATED.search(name)
    return _OTHER.sub("", (english[1] if english else name).lower())
