-- OpenAI costs: raw_openai -> staged. A row without an amount and a quantity says that a day had no spend.
INSERT INTO dropped
SELECT file, record, coalesce(organization_id, '(none)'), strftime(CAST(start_time AS TIMESTAMP), '%Y-%m')
FROM raw_openai WHERE amount_value IS NULL AND coalesce(TRY_CAST(quantity AS DOUBLE), 0) = 0;

INSERT INTO staged BY NAME
SELECT
    coalesce(organization_id, '(none)') AS BillingAccountId,
    organization_name AS BillingAccountName,
    upper(coalesce(amount_currency, 'XXX')) AS BillingCurrency,
    'Usage' AS ChargeCategory,
    'Usage-Based' AS ChargeFrequency,
    line_item AS ChargeDescription,
    CASE
        WHEN quantity IS NULL THEN NULL
        WHEN lower(quantity_unit) = 'tokens' OR (quantity_unit IS NULL AND direction IS NOT NULL) THEN 'Tokens'
        ELSE quantity_unit
    END AS ConsumedUnit,
    'OpenAI' AS InvoiceIssuerName,
    'Standard' AS PricingCategory,
    'OpenAI' AS ProviderName,
    'OpenAI' AS PublisherName,
    api_key_id AS ResourceId,
    CASE WHEN api_key_id IS NOT NULL THEN 'API key' END AS ResourceType,
    'AI and Machine Learning' AS ServiceCategory,
    'OpenAI API' AS ServiceName,
    'Generative AI' AS ServiceSubcategory,
    line_item AS SkuMeter,
    project_id AS SubAccountId,
    project_name AS SubAccountName,
    CASE WHEN project_id IS NOT NULL THEN 'Project' END AS SubAccountType,
    period_start(NULL, start_time) AS BillingPeriodStart,
    period_end(period_start(NULL, start_time), NULL) AS BillingPeriodEnd,
    CAST(start_time AS TIMESTAMP) AS ChargePeriodStart,
    day_end(start_time, end_time) AS ChargePeriodEnd,
    no_tags() AS Tags,
    no_tags() AS RawTags,
    with_extra(Extra, [
        {'k': 'x_Model', 'v': model},
        {'k': 'x_TokenDirection', 'v': direction},
        {'k': 'x_UserId', 'v': user_id},
        {'k': 'x_UserEmail', 'v': user_email},
        {'k': 'x_ApiSource', 'v': api_source}
    ]) AS Extra,
    TRY_CAST(quantity AS DOUBLE) AS ConsumedQuantity,
    money(amount_value) AS BilledCost,
    money(amount_value) AS EffectiveCost,
    money(amount_value) AS ListCost,
    money(amount_value) AS ContractedCost,
    file,
    record
FROM (
    SELECT
        *,
        nullif(trim(regexp_extract(line_item, '^(.+),[^,]*$', 1)), '') AS model,
        token_direction(regexp_extract(line_item, '^.+,([^,]*)$', 1)) AS direction
    FROM raw_openai
    WHERE NOT (amount_value IS NULL AND coalesce(TRY_CAST(quantity AS DOUBLE), 0) = 0)
);
