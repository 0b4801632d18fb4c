"""What counts as the same thing in two periods, and which part a charge's kind belongs to."""

from typing import Final

from finops_tui.queries.dimensions import DIMENSIONS

KEY: Final[dict[str, str]] = {
    **{
        name: DIMENSIONS[name]
        for name in ("provider", "payer", "account", "service", "region", "sku", "usage", "resource")
    },
    "PricingUnit": '"PricingUnit"',
    "ConsumedUnit": '"ConsumedUnit"',
}
"""Dimensions a thing is known by. Its units are among them: hours and gigabytes are never added. What a
commitment covers is not: that a thing was covered and no longer is, is a change of the same thing."""

KIND: Final = """CASE WHEN "ChargeClass" = 'Correction' THEN 'refunds'
    WHEN "ChargeCategory" = 'Tax' THEN 'tax' WHEN "ChargeCategory" = 'Credit' THEN 'credits'
    WHEN "ChargeCategory" IS DISTINCT FROM 'Usage' THEN 'fees'
    WHEN "CommitmentDiscountStatus" = 'Unused' THEN 'commitment'
    WHEN "ChargeFrequency" IN ('One-Time', 'Recurring') THEN 'fees' ELSE 'usage' END"""
"""The part that a charge belongs to whole; only usage is taken apart further. What recurs whatever is used
is a fee: more days do not make it dearer, and its quantity says nothing."""

QUANTITY: Final = "TRY_CAST(CAST({} AS VARCHAR) AS DECIMAL(33, 15))"
"""A quantity as it is written, to 15 decimals: sums of DOUBLE depend on their order, these do not. What is
not a number, or has more than 18 digits before the point, is no quantity."""
