"""The columns of the fact table: FOCUS 1.2, plus what FOCUS 1.3 and 1.4 added.

Source: FOCUS specification 1.0 to 1.4, Cost and Usage dataset. Text columns are kept once per
distinct line (`ATTRIBUTES`), quantities and money beside them (`QUANTITIES`, `COSTS`).
"""

from typing import Final

ATTRIBUTES: Final[tuple[str, ...]] = (
    "AllocatedMethodDetails",
    "AllocatedMethodId",
    "AllocatedResourceId",
    "AllocatedResourceName",
    "AllocatedTags",
    "AvailabilityZone",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "CommitmentProgramEligibilityDetails",
    "ConsumedUnit",
    "ContractApplied",
    "ContractedUnitPrice",
    "HostProviderName",
    "InvoiceDetailId",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyListUnitPrice",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
)
"""Text columns of `lines`: whatever a line says of itself, prices included."""

PERIODS: Final[tuple[str, ...]] = ("BillingPeriodStart", "BillingPeriodEnd")
"""Timestamps of `lines` (UTC, the end exclusive)."""

MAPS: Final[tuple[str, ...]] = ("Tags", "RawTags", "Extra")
"""Maps of `lines`: tags with normalised keys, tags as delivered, vendor columns by name."""

QUANTITIES: Final[tuple[str, ...]] = ("ConsumedQuantity", "PricingQuantity", "CommitmentDiscountQuantity")
"""DOUBLE columns beside the costs; never added into money."""

COSTS: Final[tuple[str, ...]] = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
"""DECIMAL columns, in units of BillingCurrency."""

MONEY: Final[tuple[str, ...]] = (*COSTS, "PricingCurrencyEffectiveCost")
"""Every DECIMAL column; the last one is in units of PricingCurrency and never a cost basis."""

CHARGE_CATEGORIES: Final[tuple[str, ...]] = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
"""Allowed values of ChargeCategory (FOCUS 1.2)."""
