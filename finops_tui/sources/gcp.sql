-- Google Cloud billing export: raw_gcp -> staged.
--
-- What is paid for a line is its cost and its credits. Credits that lower a price (commitments, sustained
-- use, free tier, contracts, and what offsets the fee of a commitment in the newer model) stay on the line;
-- promotional and all other credits are money given by itself and become a line of their own, a Credit.
-- Every total is therefore cost + credits, whichever model of committed use the line is billed by.

INSERT INTO staged BY NAME
WITH told AS NOT MATERIALIZED (
    SELECT
        r.*,
        coalesce(cost_type, 'regular') AS kind,
        coalesce(consumption_model_description, 'Default') NOT IN ('Default', '') AS modelled,
        contains(coalesce(credit_types, ''), 'COMMITTED_USAGE_DISCOUNT') AS credited,
        contains(coalesce(credit_types, ''), 'FEE_UTILIZATION_OFFSET') AS offsetting,
        coalesce(money(cost), money('0')) AS gross,
        coalesce(money(credits), money('0')) AS discounts,
        coalesce(money(promotions), money('0')) AS given
    FROM raw_gcp r
    ANTI JOIN gcp_overlap o ON o.file = r.file AND o.record = r.record
),

-- The fee of a commitment: by its SKU, by what offsets it, or by a subscription that no usage draws on.
judged AS NOT MATERIALIZED (
    SELECT
        t.*,
        kind = 'regular' AND (
            starts_with(lower(sku_description), 'commitment') OR offsetting
            OR (subscription_instance_id IS NOT NULL AND NOT modelled AND NOT credited)
        ) AS fee,
        unnest(CASE WHEN given <> 0 THEN [false, true] ELSE [false] END) AS is_credit
    FROM told t
),

lines AS NOT MATERIALIZED (
    SELECT
        j.*,
        kind = 'regular' AND NOT fee AND NOT is_credit AS used,
        kind = 'regular' AND NOT fee AND NOT is_credit AND (modelled OR credited) AS covered,
        CASE WHEN is_credit THEN given ELSE gross + discounts END AS net
    FROM judged j
)

SELECT
    location_zone AS AvailabilityZone,
    coalesce(billing_account_id, '(none)') AS BillingAccountId,
    'Billing Account' AS BillingAccountType,
    coalesce(upper(currency), 'XXX') AS BillingCurrency,
    CASE
        WHEN is_credit THEN 'Credit'
        WHEN kind = 'tax' THEN 'Tax'
        WHEN kind <> 'regular' THEN 'Adjustment'
        WHEN fee THEN 'Purchase'
        ELSE 'Usage'
    END AS ChargeCategory,
    CASE WHEN coalesce(adjustment_info_id, adjustment_info_type, adjustment_info_mode) IS NOT NULL
        THEN 'Correction' END AS ChargeClass,
    CASE
        WHEN is_credit THEN coalesce(promotion_names, 'Credit')
        ELSE coalesce(adjustment_info_description, sku_description)
    END AS ChargeDescription,
    CASE WHEN fee AND NOT is_credit THEN 'Recurring' WHEN is_credit THEN 'One-Time' ELSE 'Usage-Based' END
        AS ChargeFrequency,
    CASE
        WHEN subscription_instance_id IS NULL THEN NULL
        WHEN modelled OR offsetting OR contains(lower(sku_description), 'dollar based') THEN 'Spend'
        WHEN contains(coalesce(credit_types, ''), 'DOLLAR_BASE') THEN 'Spend'
        WHEN starts_with(lower(sku_description), 'commitment') OR credited THEN 'Usage'
        ELSE 'Spend'
    END AS CommitmentDiscountCategory,
    subscription_instance_id AS CommitmentDiscountId,
    CASE WHEN modelled AND subscription_instance_id IS NOT NULL THEN consumption_model_description END
        AS CommitmentDiscountName,
    CASE WHEN covered AND subscription_instance_id IS NOT NULL THEN 'Used' END AS CommitmentDiscountStatus,
    CASE WHEN subscription_instance_id IS NOT NULL THEN 'Committed Use Discount' END AS CommitmentDiscountType,
    CASE WHEN used THEN usage_unit END AS ConsumedUnit,
    CASE WHEN NOT is_credit THEN coalesce(price_effective_price_default, price_effective_price) END
        AS ContractedUnitPrice,
    'Google Cloud' AS InvoiceIssuerName,
    CASE WHEN NOT is_credit THEN price_list_price END AS ListUnitPrice,
    CASE
        WHEN kind <> 'regular' OR is_credit THEN NULL
        WHEN covered OR fee THEN 'Committed'
        WHEN contains(lower(sku_description), 'preemptible') OR contains(lower(sku_description), 'spot ') THEN 'Dynamic'
        ELSE 'Standard'
    END AS PricingCategory,
    CASE WHEN NOT is_credit THEN usage_pricing_unit END AS PricingUnit,
    'Google Cloud' AS ProviderName,
    CASE WHEN coalesce(transaction_type, 'GOOGLE') NOT IN ('GOOGLE', '1') THEN coalesce(seller_name, 'Google Cloud')
        ELSE 'Google Cloud' END AS PublisherName,
    coalesce(location_region, location_location) AS RegionId,
    coalesce(location_region, location_location) AS RegionName,
    coalesce(resource_global_name, resource_name) AS ResourceId,
    resource_name AS ResourceName,
    CASE WHEN regexp_full_match(resource_global_name, '//[^./]+\.googleapis\.com/.*[^/]+/[^/]+')
        THEN regexp_replace(resource_global_name, '^//([^./]+)\.googleapis\.com/(?:.*/)?([^/]+)/[^/]+$', '\1/\2')
        END AS ResourceType,
    gcp_category(service_description) AS ServiceCategory,
    coalesce(service_description, service_id, '(none)') AS ServiceName,
    sku_id AS SkuId,
    sku_description AS SkuMeter,
    CASE WHEN price_tier_start_amount IS NULL THEN sku_id ELSE sku_id || '/' || price_tier_start_amount END AS SkuPriceId,
    project_id AS SubAccountId,
    project_name AS SubAccountName,
    CASE WHEN project_id IS NOT NULL THEN 'Project' END AS SubAccountType,
    period_start(invoice_month, usage_start_time) AS BillingPeriodStart,
    period_end(period_start(invoice_month, usage_start_time), NULL) AS BillingPeriodEnd,
    CAST(usage_start_time AS TIMESTAMP) AS ChargePeriodStart,
    CAST(coalesce(usage_end_time, usage_start_time) AS TIMESTAMP) AS ChargePeriodEnd,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    map_concat(
        coalesce(lines.Extra, no_tags()),
        map_from_entries(list_filter([
            {'k': 'x_ServiceId', 'v': service_id},
            {'k': 'x_CostType', 'v': kind},
            {'k': 'x_CreditTypes', 'v': CASE WHEN NOT is_credit THEN credit_types END},
            {'k': 'x_ConsumptionModel', 'v': consumption_model_description},
            {'k': 'x_ConsumptionModelId', 'v': consumption_model_id},
            {'k': 'x_ProjectNumber', 'v': project_number},
            {'k': 'x_ProjectAncestry', 'v': project_ancestry_numbers},
            {'k': 'x_Country', 'v': location_country},
            {'k': 'x_TransactionType', 'v': transaction_type},
            {'k': 'x_CurrencyConversionRate', 'v': currency_conversion_rate},
            {'k': 'x_InvoicePublisherType', 'v': invoice_publisher_type},
            {'k': 'x_AdjustmentId', 'v': adjustment_info_id},
            {'k': 'x_AdjustmentMode', 'v': adjustment_info_mode},
            {'k': 'x_AdjustmentType', 'v': adjustment_info_type}
        ], lambda e: e.v IS NOT NULL))
    ) AS Extra,
    CASE WHEN used THEN TRY_CAST(usage_amount AS DOUBLE) END AS ConsumedQuantity,
    CASE WHEN NOT is_credit THEN TRY_CAST(usage_amount_in_pricing_units AS DOUBLE) END AS PricingQuantity,
    net AS BilledCost,
    net AS EffectiveCost,
    CASE
        WHEN is_credit THEN given
        WHEN used THEN coalesce(money(cost_at_list), money(cost_at_effective_price_default), gross)
        ELSE coalesce(money(cost_at_list), gross)
    END AS ListCost,
    CASE WHEN is_credit THEN given ELSE coalesce(money(cost_at_effective_price_default), gross) END AS ContractedCost,
    file,
    record
FROM lines
LEFT JOIN tags t ON t.text = lines.all_tags;

-- Records that another extract has too.
INSERT INTO dropped
SELECT
    file,
    record,
    coalesce(billing_account_id, '(none)'),
    strftime(period_start(invoice_month, usage_start_time), '%Y-%m')
FROM raw_gcp
SEMI JOIN gcp_overlap USING (file, record);
