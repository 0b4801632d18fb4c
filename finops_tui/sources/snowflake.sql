-- Snowflake usage in currency: raw_snowflake -> staged.
-- BALANCE_SOURCE says what paid for the usage. Capacity and rollover were bought with a contract: the usage
-- has an effective cost and is not billed again. Free usage and rebates cost nothing. All else (overage, or
-- nothing said) is billed as it is used. What it is worth by the price list of the contract is kept throughout.
INSERT INTO dropped
SELECT file, record, coalesce(organization_name, '(none)'), strftime(CAST(usage_date AS TIMESTAMP), '%Y-%m')
FROM raw_snowflake WHERE usage_in_currency IS NULL;

INSERT INTO staged BY NAME
SELECT
    coalesce(organization_name, '(none)') AS BillingAccountId,
    organization_name AS BillingAccountName,
    upper(currency) AS BillingCurrency,
    CASE
        WHEN lower(is_adjustment) IN ('true', 't', 'yes', 'y', '1') THEN 'Adjustment'
        WHEN kind IN ('support_credit', 'rebate') THEN 'Credit'
        WHEN kind IN ('priority support', 'vps_deployment_fee') THEN 'Purchase'
        ELSE 'Usage'
    END AS ChargeCategory,
    CASE WHEN kind IN ('priority support', 'vps_deployment_fee') THEN 'Recurring' ELSE 'Usage-Based' END
        AS ChargeFrequency,
    concat_ws(', ', meter, service_type, billing_type) AS ChargeDescription,
    CASE WHEN "usage" IS NOT NULL AND (rating = 'compute' OR meter IN ('compute', 'cloud services')) THEN 'Credits' END
        AS ConsumedUnit,
    'Snowflake' AS InvoiceIssuerName,
    CASE WHEN paid_by IN ('capacity', 'rollover') THEN 'Committed' ELSE 'Standard' END AS PricingCategory,
    'Snowflake' AS ProviderName,
    'Snowflake' AS PublisherName,
    region AS RegionId,
    'Databases' AS ServiceCategory,
    'Snowflake' AS ServiceName,
    'Data Warehouses' AS ServiceSubcategory,
    meter AS SkuMeter,
    coalesce(account_locator, account_name) AS SubAccountId,
    account_name AS SubAccountName,
    CASE WHEN coalesce(account_locator, account_name) IS NOT NULL THEN 'Account' END AS SubAccountType,
    period_start(NULL, usage_date) AS BillingPeriodStart,
    period_end(period_start(NULL, usage_date), NULL) AS BillingPeriodEnd,
    CAST(usage_date AS TIMESTAMP) AS ChargePeriodStart,
    day_end(usage_date, NULL) AS ChargePeriodEnd,
    no_tags() AS Tags,
    no_tags() AS RawTags,
    with_extra(Extra, [
        {'k': 'x_BalanceSource', 'v': paid_by},
        {'k': 'x_BillingType', 'v': billing_type},
        {'k': 'x_RatingType', 'v': rating_type},
        {'k': 'x_ServiceType', 'v': service_type},
        {'k': 'x_ServiceLevel', 'v': service_level},
        {'k': 'x_ContractNumber', 'v': contract_number}
    ]) AS Extra,
    TRY_CAST("usage" AS DOUBLE) AS ConsumedQuantity,
    CASE WHEN paid_by IN ('capacity', 'rollover', 'free usage', 'rebate') THEN money('0') ELSE money(usage_in_currency) END
        AS BilledCost,
    CASE WHEN paid_by IN ('free usage', 'rebate') THEN money('0') ELSE money(usage_in_currency) END AS EffectiveCost,
    money(usage_in_currency) AS ListCost,
    money(usage_in_currency) AS ContractedCost,
    file,
    record
FROM (
    SELECT
        *,
        -- The same usage after the contract ran out has a type of its own: overage-compute is compute.
        trim(regexp_replace(usage_type, '^overage[-_ ]', '', 'i')) AS meter,
        coalesce(lower(balance_source), CASE WHEN lower(usage_type) LIKE 'overage%' THEN 'overage' END) AS paid_by,
        lower(billing_type) AS kind,
        lower(rating_type) AS rating
    FROM raw_snowflake
    WHERE usage_in_currency IS NOT NULL
);
