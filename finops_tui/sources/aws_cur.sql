-- AWS CUR, legacy and 2.0: raw_cur, divided, -> staged_lines and staged_items.
--
-- Cash and amortised cost are told apart as AWS's own reports do. Usage that a Savings Plan covers comes
-- with its on-demand price, and negation lines take that price back; billed here is 0 on both, and what the
-- two leave over, if anything, stays on one negation line, so that billed adds up to the unblended cost.
-- A recurring fee of a commitment becomes two lines: the purchase, and what was paid for and not used.
-- Lines of split cost allocation repeat money of the instance's own line: aws_split.sql keeps them apart.

-- What of a line decides about its money.
CREATE OR REPLACE TEMP TABLE cur_line AS
SELECT
    *,
    coalesce(line_item_operation, '') IN ('EKSPod-EC2', 'ECSTask-EC2') AS split,
    savings_plan_savings_plan_a_r_n IS NOT NULL AS by_plan,
    reservation_reservation_a_r_n IS NOT NULL AS by_reservation,
    kind IN ('SavingsPlanCoveredUsage', 'DiscountedUsage') AS covered,
    kind IN ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage', 'FlatRateSubscription') AS used
FROM (
    SELECT
        r.* EXCLUDE (bill_payer_account_id, line_item_usage_account_id, line_item_currency_code),
        coalesce(bill_payer_account_id, '(none)') AS payer,
        coalesce(line_item_usage_account_id, '(none)') AS account,
        coalesce(upper(line_item_currency_code), 'XXX') AS currency,
        bill_billing_period_start_date AS period,
        coalesce(line_item_line_item_type, 'Usage') AS kind
    FROM raw_cur_lines r
);

INSERT INTO staged_items BY NAME
WITH keyed AS NOT MATERIALIZED (
    SELECT
        i.*,
        l.* EXCLUDE (line)
    FROM raw_cur_items i
    JOIN (
        SELECT line, payer, account, currency, period, kind, by_plan, by_reservation, covered, used,
            kind = 'Refund' AND line_item_product_code = 'ComputeSavingsPlans'
                AND starts_with(line_item_line_item_description, 'Refund for one-time fee for Savings Plan ID')
                AS plan_refund
        FROM cur_line WHERE NOT split
    ) l USING (line)
),

-- Private discounts: where a payer's period has net costs, they are what is paid, on every line of it.
discounted AS (
    SELECT payer, period
    FROM keyed
    GROUP BY payer, period
    HAVING count(line_item_net_unblended_cost) > 0
),

priced AS NOT MATERIALIZED (
    SELECT
        k.*,
        d.payer IS NOT NULL AS net,
        money(CASE WHEN d.payer IS NOT NULL
            THEN coalesce(line_item_net_unblended_cost, line_item_unblended_cost)
            ELSE line_item_unblended_cost END) AS cost
    FROM keyed k
    LEFT JOIN discounted d ON d.payer = k.payer AND d.period = k.period
),

-- What negation lines leave over: some exports have none, and then covered usage keeps its price.
negated AS (
    SELECT
        payer,
        account,
        period,
        currency,
        sum(cost) AS residual,
        min((file, record)) FILTER (kind = 'SavingsPlanNegation') AS keeper
    FROM priced
    WHERE kind IN ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
    GROUP BY payer, account, period, currency
    HAVING count(*) FILTER (kind = 'SavingsPlanNegation') > 0
),

amortised AS NOT MATERIALIZED (
    SELECT
        p.*,
        n.residual,
        CASE
            WHEN kind = 'SavingsPlanNegation' THEN residual
            WHEN kind = 'SavingsPlanCoveredUsage' AND n.payer IS NOT NULL THEN money('0')
            ELSE cost
        END AS billed,
        CASE
            WHEN kind = 'SavingsPlanCoveredUsage' THEN coalesce(
                CASE WHEN net THEN savings_plan_net_savings_plan_effective_cost END,
                savings_plan_savings_plan_effective_cost, money('0'))
            WHEN kind = 'DiscountedUsage' THEN coalesce(
                CASE WHEN net THEN reservation_net_effective_cost END,
                reservation_effective_cost, cost)
            WHEN kind IN ('SavingsPlanNegation', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee', 'RIFee')
                THEN money('0')
            WHEN kind = 'Fee' AND by_reservation THEN money('0')
            WHEN plan_refund THEN money('0')
            ELSE cost
        END AS effective,
        CASE kind
            WHEN 'SavingsPlanRecurringFee' THEN coalesce(
                CASE WHEN net THEN savings_plan_net_unused END,
                savings_plan_total_commitment_to_date - coalesce(savings_plan_used_commitment, 0),
                money('0'))
            WHEN 'RIFee' THEN
                coalesce(
                    CASE WHEN net THEN reservation_net_unused_amortized_upfront_fee_for_billing_period END,
                    reservation_unused_amortized_upfront_fee_for_billing_period, money('0'))
                + coalesce(
                    CASE WHEN net THEN reservation_net_unused_recurring_fee END,
                    reservation_unused_recurring_fee, money('0'))
        END AS unused
    FROM priced p
    LEFT JOIN negated n
        ON n.payer = p.payer AND n.account = p.account AND n.period = p.period AND n.currency = p.currency
    WHERE kind <> 'SavingsPlanNegation' OR (residual <> 0 AND (file, record) = keeper)
),

charges AS NOT MATERIALIZED (
    SELECT a.*, unnest(CASE WHEN unused <> 0 THEN [false, true] ELSE [false] END) AS is_unused
    FROM amortised a
)

SELECT
    CASE WHEN is_unused THEN line + 1 ELSE line END AS line,
    line_item_usage_start_date AS ChargePeriodStart,
    coalesce(line_item_usage_end_date, line_item_usage_start_date) AS ChargePeriodEnd,
    CASE WHEN used AND NOT is_unused THEN line_item_usage_amount END AS ConsumedQuantity,
    CASE WHEN kind NOT IN ('Tax', 'Credit') AND NOT is_unused
        THEN line_item_usage_amount END AS PricingQuantity,
    CASE
        WHEN is_unused THEN CAST(unused AS DOUBLE)
        WHEN covered AND by_plan THEN CAST(effective AS DOUBLE)
        WHEN covered AND by_reservation THEN line_item_usage_amount
    END AS CommitmentDiscountQuantity,
    CASE WHEN is_unused THEN money('0') ELSE billed END AS BilledCost,
    CASE WHEN is_unused THEN unused ELSE effective END AS EffectiveCost,
    CASE
        WHEN is_unused THEN unused
        WHEN kind = 'SavingsPlanNegation' THEN money('0')
        WHEN used THEN coalesce(pricing_public_on_demand_cost, cost)
        ELSE billed
    END AS ListCost,
    CASE
        WHEN is_unused THEN unused
        WHEN kind = 'SavingsPlanNegation' THEN money('0')
        WHEN kind = 'DiscountedUsage' THEN coalesce(pricing_public_on_demand_cost, cost)
        ELSE cost
    END AS ContractedCost,
    file,
    record
FROM charges;

-- Lines; those of a recurring fee again, odd, for what of the commitment was not used.
INSERT INTO staged_lines BY NAME
SELECT
    CASE WHEN is_unused THEN lines.line + 1 ELSE lines.line END AS line,
    line_item_availability_zone AS AvailabilityZone,
    payer AS BillingAccountId,
    bill_payer_account_name AS BillingAccountName,
    currency AS BillingCurrency,
    CASE
        WHEN is_unused THEN 'Usage'
        WHEN kind = 'Tax' THEN 'Tax'
        WHEN kind = 'Credit' THEN 'Credit'
        WHEN kind = 'SavingsPlanNegation' THEN 'Adjustment'
        WHEN kind IN ('Fee', 'RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee') THEN 'Purchase'
        ELSE 'Usage'
    END AS ChargeCategory,
    CASE WHEN kind = 'Refund' OR bill_bill_type = 'Refund' THEN 'Correction' END AS ChargeClass,
    CASE WHEN is_unused THEN 'Unused commitment: ' || coalesce(line_item_line_item_description, kind)
        ELSE line_item_line_item_description END AS ChargeDescription,
    CASE
        WHEN is_unused THEN 'Usage-Based'
        WHEN kind IN ('RIFee', 'SavingsPlanRecurringFee') OR starts_with(line_item_product_code, 'AWSSupport')
            THEN 'Recurring'
        WHEN kind IN ('Fee', 'SavingsPlanUpfrontFee') THEN 'One-Time'
        ELSE 'Usage-Based'
    END AS ChargeFrequency,
    CASE WHEN by_plan THEN 'Spend' WHEN by_reservation THEN 'Usage' END AS CommitmentDiscountCategory,
    coalesce(savings_plan_savings_plan_a_r_n, reservation_reservation_a_r_n) AS CommitmentDiscountId,
    CASE WHEN is_unused THEN 'Unused' WHEN covered THEN 'Used' END AS CommitmentDiscountStatus,
    CASE WHEN by_plan THEN 'Savings Plan' WHEN by_reservation THEN 'Reserved Instance' END AS CommitmentDiscountType,
    CASE WHEN covered OR is_unused THEN
        CASE WHEN by_plan THEN currency WHEN by_reservation THEN coalesce(pricing_unit, 'Hours') END
    END AS CommitmentDiscountUnit,
    pricing_unit AS ConsumedUnit,
    CASE WHEN kind = 'Usage' THEN line_item_unblended_rate END AS ContractedUnitPrice,
    bill_invoice_id AS InvoiceId,
    coalesce(bill_invoicing_entity, line_item_legal_entity) AS InvoiceIssuerName,
    pricing_public_on_demand_rate AS ListUnitPrice,
    CASE
        WHEN kind = 'Tax' THEN NULL
        WHEN covered OR is_unused THEN 'Committed'
        WHEN contains(line_item_usage_type, 'Spot') THEN 'Dynamic'
        ELSE 'Standard'
    END AS PricingCategory,
    pricing_unit AS PricingUnit,
    'AWS' AS ProviderName,
    CASE WHEN bill_billing_entity = 'AWS Marketplace' THEN coalesce(line_item_legal_entity, 'AWS Marketplace')
        ELSE 'AWS' END AS PublisherName,
    coalesce(
        product_region_code, product_region,
        CASE WHEN json_valid(product) THEN nullif(json_extract_string(product, '$.region'), '') END,
        nullif(regexp_extract(line_item_availability_zone, '^([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]?$', 1), ''),
        g.region
    ) AS RegionId,
    CASE WHEN product_location_type = 'AWS Region' THEN product_location END AS RegionName,
    line_item_resource_id AS ResourceId,
    coalesce(t.normal['Name'], t.normal['name']) AS ResourceName,
    coalesce(c.category, 'Other') AS ServiceCategory,
    coalesce(
        product_product_name,
        CASE WHEN json_valid(product) THEN nullif(json_extract_string(product, '$.product_name'), '') END,
        product_servicecode, line_item_product_code
    ) AS ServiceName,
    product_sku AS SkuId,
    line_item_usage_type AS SkuMeter,
    nullif(product, '{}') AS SkuPriceDetails,
    pricing_rate_code AS SkuPriceId,
    account AS SubAccountId,
    line_item_usage_account_name AS SubAccountName,
    period AS BillingPeriodStart,
    period_end(period, bill_billing_period_end_date) AS BillingPeriodEnd,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    map_concat(
        coalesce(lines.Extra, no_tags()),
        map_from_entries(list_filter([
            {'k': 'x_ServiceCode', 'v': line_item_product_code},
            {'k': 'x_UsageType', 'v': line_item_usage_type},
            {'k': 'x_Operation', 'v': line_item_operation},
            {'k': 'x_LineItemType', 'v': kind},
            {'k': 'x_BillType', 'v': bill_bill_type},
            {'k': 'x_BillingEntity', 'v': bill_billing_entity},
            {'k': 'x_TaxType', 'v': line_item_tax_type},
            {'k': 'x_CostCategories', 'v': nullif(cost_category, '{}')},
            {'k': 'x_ProductFamily', 'v': product_product_family},
            {'k': 'x_InstanceType', 'v': product_instance_type},
            {'k': 'x_PricingTerm', 'v': pricing_term},
            {'k': 'x_OfferingClass', 'v': pricing_offering_class},
            {'k': 'x_PurchaseOption', 'v': coalesce(pricing_purchase_option, savings_plan_payment_option)},
            {'k': 'x_PurchaseTerm', 'v': coalesce(pricing_lease_contract_length, savings_plan_purchase_term)},
            {'k': 'x_SavingsPlanType', 'v': savings_plan_offering_type}
        ], lambda e: e.v IS NOT NULL))
    ) AS Extra
FROM (
    SELECT *, unnest(CASE WHEN kind IN ('SavingsPlanRecurringFee', 'RIFee') THEN [false, true] ELSE [false] END)
        AS is_unused
    FROM cur_line WHERE NOT split
) lines
LEFT JOIN tags t ON t.text = lines.resource_tags
LEFT JOIN aws_category c ON c.code = lines.line_item_product_code
LEFT JOIN aws_region g ON g.prefix = split_part(lines.line_item_usage_type, '-', 1);

-- Records without a line of their own, so that every record of a file is accounted for.
INSERT INTO dropped
SELECT file, record, payer, strftime(period, '%Y-%m')
FROM raw_cur_items
JOIN cur_line USING (line)
ANTI JOIN (
    SELECT file, record FROM staged_items JOIN cur_line USING (line) WHERE kind = 'SavingsPlanNegation'
) kept USING (file, record)
WHERE CASE
    WHEN split THEN coalesce(split_line_item_split_cost, split_line_item_unused_cost,
        split_line_item_net_split_cost, split_line_item_net_unused_cost) IS NULL
    ELSE kind = 'SavingsPlanNegation'
END;
