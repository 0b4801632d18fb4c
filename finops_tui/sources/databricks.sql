-- Databricks usage, valued: raw_databricks -> staged. Retractions are negative quantities and add up. A
-- price list holds no charges; the money of its records is on the lines of usage.
CREATE OR REPLACE TEMP MACRO json_field(t, path) AS CASE WHEN json_valid(t) THEN json_extract_string(t, path) END;

INSERT INTO dropped SELECT file, record, NULL, NULL FROM raw_databricks_prices;
INSERT INTO dropped
SELECT file, record, coalesce(account_id, '(none)'), strftime(CAST(usage_start_time AS TIMESTAMP), '%Y-%m')
FROM raw_databricks WHERE cost IS NULL;

INSERT INTO staged BY NAME
SELECT
    coalesce(account_id, '(none)') AS BillingAccountId,
    price_currency AS BillingCurrency,
    'Usage' AS ChargeCategory,
    'Usage-Based' AS ChargeFrequency,
    concat_ws(', ', sku_name, lower(billing_origin_product)) AS ChargeDescription,
    usage_unit AS ConsumedUnit,
    'Databricks' AS InvoiceIssuerName,
    price AS ListUnitPrice,
    'Standard' AS PricingCategory,
    usage_unit AS PricingUnit,
    'Databricks' AS ProviderName,
    'Databricks' AS PublisherName,
    coalesce(warehouse, job, pipeline, endpoint, cluster) AS ResourceId,
    coalesce(
        json_field(usage_metadata, '$.job_name'), json_field(usage_metadata, '$.endpoint_name'),
        json_field(usage_metadata, '$.app_name')) AS ResourceName,
    CASE
        WHEN warehouse IS NOT NULL THEN 'SQL warehouse'
        WHEN job IS NOT NULL THEN 'Job'
        WHEN pipeline IS NOT NULL THEN 'Pipeline'
        WHEN endpoint IS NOT NULL THEN 'Endpoint'
        WHEN cluster IS NOT NULL THEN 'Cluster'
    END AS ResourceType,
    'Analytics' AS ServiceCategory,
    'Databricks' AS ServiceName,
    'Analytics Platforms' AS ServiceSubcategory,
    sku_name AS SkuId,
    sku_name AS SkuMeter,
    workspace_id AS SubAccountId,
    CASE WHEN workspace_id IS NOT NULL THEN 'Workspace' END AS SubAccountType,
    period_start(NULL, usage_start_time) AS BillingPeriodStart,
    period_end(period_start(NULL, usage_start_time), NULL) AS BillingPeriodEnd,
    CAST(usage_start_time AS TIMESTAMP) AS ChargePeriodStart,
    day_end(usage_start_time, usage_end_time) AS ChargePeriodEnd,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    with_extra(Extra, [
        {'k': 'x_Cloud', 'v': cloud},
        {'k': 'x_BillingOriginProduct', 'v': billing_origin_product},
        {'k': 'x_RecordType', 'v': record_type},
        {'k': 'x_UsageType', 'v': usage_type},
        {'k': 'x_RunAs', 'v': json_field(identity_metadata, '$.run_as')}
    ]) AS Extra,
    TRY_CAST(usage_quantity AS DOUBLE) AS ConsumedQuantity,
    TRY_CAST(usage_quantity AS DOUBLE) AS PricingQuantity,
    money(cost) AS BilledCost,
    money(cost) AS EffectiveCost,
    money(cost) AS ListCost,
    money(cost) AS ContractedCost,
    file,
    record
FROM (
    SELECT
        *,
        json_field(usage_metadata, '$.warehouse_id') AS warehouse,
        json_field(usage_metadata, '$.job_id') AS job,
        json_field(usage_metadata, '$.dlt_pipeline_id') AS pipeline,
        json_field(usage_metadata, '$.endpoint_id') AS endpoint,
        json_field(usage_metadata, '$.cluster_id') AS cluster
    FROM raw_databricks
    WHERE cost IS NOT NULL
) r
LEFT JOIN tags t ON t.text = r.custom_tags;
