"""The columns that mappings use, by name: what `raw` tables hold, and other names for the same thing."""

from __future__ import annotations

from typing import Final

from finops_tui.queries.columns import ATTRIBUTES, MONEY, QUANTITIES

FOCUS_TIMES: Final = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")

FOCUS_BRIDGES: Final = (
    "x_InvoiceId", "x_PricingCurrency", "x_SkuMeterName", "x_SkuDetails", "x_Labels", "x_Tags",
    "x_ProjectLabels", "x_SystemLabels", "x_Project", "x_ProjectId", "x_ProjectName",
)  # fmt: skip
"""Vendor columns that stand in for a FOCUS column of a later version, or of no version."""

AS_WRITTEN: Final = "x_AsWritten"
"""Marks records of a mapped table until their amounts and dates are made plain, once."""

FOCUS_COLUMNS: Final = (
    *(*ATTRIBUTES, *FOCUS_TIMES, *QUANTITIES, *MONEY, "Tags", *FOCUS_BRIDGES), "remark", AS_WRITTEN
)  # fmt: skip
"""What a FOCUS file may say; `remark` is what was done to a record beyond reading it."""

FOCUS_OTHER_NAMES: Final = {
    "invoiceissuer": "InvoiceIssuerName",
    "provider": "ProviderName",
    "publisher": "PublisherName",
    "region": "RegionId",
    "usagequantity": "ConsumedQuantity",
    "usageunit": "ConsumedUnit",
    "xproject.id": "x_ProjectId",
    "xproject.name": "x_ProjectName",
}
"""Names of the same columns in FOCUS reports of OCI, in drafts of FOCUS 1.0 and in JSON, folded."""

CUR_TEXTS: Final = (
    "bill_bill_type", "bill_billing_entity", "bill_invoice_id", "bill_invoicing_entity",
    "bill_payer_account_id", "bill_payer_account_name", "line_item_availability_zone",
    "line_item_currency_code", "line_item_legal_entity", "line_item_line_item_description",
    "line_item_line_item_type", "line_item_operation", "line_item_product_code", "line_item_resource_id",
    "line_item_tax_type", "line_item_usage_account_id", "line_item_usage_account_name",
    "line_item_usage_type", "line_item_unblended_rate", "pricing_lease_contract_length",
    "pricing_offering_class", "pricing_public_on_demand_rate", "pricing_purchase_option",
    "pricing_rate_code", "pricing_term", "pricing_unit", "product_instance_type", "product_location",
    "product_location_type", "product_product_family", "product_product_name", "product_region",
    "product_region_code", "product_servicecode", "product_sku", "reservation_reservation_a_r_n",
    "savings_plan_offering_type", "savings_plan_payment_option", "savings_plan_purchase_term",
    "savings_plan_savings_plan_a_r_n", "line_item_usage_amount", "split_line_item_parent_resource_id",
    "split_line_item_actual_usage", "split_line_item_split_usage",
)  # fmt: skip

CUR_TIMES: Final = (
    "bill_billing_period_start_date", "bill_billing_period_end_date",
    "line_item_usage_start_date", "line_item_usage_end_date",
)  # fmt: skip

CUR_MONEY: Final = (
    "line_item_unblended_cost", "line_item_net_unblended_cost", "pricing_public_on_demand_cost",
    "reservation_effective_cost", "reservation_net_effective_cost",
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_net_unused_amortized_upfront_fee_for_billing_period", "reservation_unused_recurring_fee",
    "reservation_net_unused_recurring_fee", "savings_plan_savings_plan_effective_cost",
    "savings_plan_net_savings_plan_effective_cost", "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment", "savings_plan_recurring_commitment_for_billing_period",
    "savings_plan_net_recurring_commitment_for_billing_period",
    "savings_plan_amortized_upfront_commitment_for_billing_period",
    "savings_plan_net_amortized_upfront_commitment_for_billing_period", "savings_plan_net_unused",
    "split_line_item_split_cost", "split_line_item_net_split_cost", "split_line_item_unused_cost",
    "split_line_item_net_unused_cost", "split_line_item_public_on_demand_split_cost",
    "split_line_item_public_on_demand_unused_cost",
)  # fmt: skip

CUR_MAPS: Final = ("resource_tags", "cost_category", "product")
"""One column in CUR 2.0, a column per key in legacy files (`resourceTags/user:team`)."""

CUR_COLUMNS: Final = (*CUR_TEXTS, *CUR_TIMES, *CUR_MONEY, *CUR_MAPS)

CUR_PREFIXES: Final = (
    "identity_", "bill_", "line_item_", "product_", "pricing_", "reservation_", "savings_plan_",
    "split_line_item_", "discount", "resource_tags", "cost_category",
)  # fmt: skip
"""Columns of a CUR by name; those that no mapping uses are left out, all others go to `Extra`."""

PER_LINE: Final = frozenset((
    "id", "identity_line_item_id", "identity_time_interval", "x_exporttime", "x_discounts", "x_credits",
    "x_cost", "oci_referencenumber", "oci_backreferencenumber", "oci_attributedcost",
    "oci_attributedusage", "oci_costoverage", "oci_billedquantityoverage", "x_chargeid", "x_recordid",
    "_file", "_line", "_row", "_fivetran_id", "_fivetran_synced", "_airbyte_raw_id",
    "_airbyte_extracted_at", "_cq_id", "_cq_parent_id", "_cq_sync_time", "_dlt_id", "_dlt_load_id",
))  # fmt: skip
"""Columns that differ on every line, folded: ids of the line, when it was exported, its own discounts.

They stay out of `Extra`: one of them and no two lines are alike, and attributes are kept once per
distinct line. Amounts in other currencies (`x_…InUsd`) and unit counters are left out by their endings.
"""

PER_LINE_ENDINGS: Final = ("inusd", "exporttime", "ingestiontime", "referencenumber")


def focus_name(name: str) -> str:
    """A FOCUS column however a warehouse spells it, folded: `BilledCost`, `BILLED_COST`, `Billed Cost`."""
    return name.lower().replace("_", "").replace(" ", "").replace("-", "")


def differs_by_line(name: str) -> bool:
    """Whether a vendor column says something else on every line."""
    folded = name.lower()
    return folded in PER_LINE or folded.endswith(PER_LINE_ENDINGS)
