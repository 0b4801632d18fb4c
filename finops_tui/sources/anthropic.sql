-- Anthropic costs: raw_anthropic -> staged. A row without an amount is no charge; one of 0.00 is.
INSERT INTO dropped
SELECT file, record, '(none)', strftime(CAST("start" AS TIMESTAMP), '%Y-%m')
FROM raw_anthropic WHERE cost IS NULL;

INSERT INTO staged BY NAME
SELECT
    '(none)' AS BillingAccountId,
    upper(coalesce(currency, 'USD')) AS BillingCurrency,
    'Usage' AS ChargeCategory,
    'Usage-Based' AS ChargeFrequency,
    coalesce(description, nullif(concat_ws(', ', model, coalesce(token_type, cost_type)), '')) AS ChargeDescription,
    'Anthropic' AS InvoiceIssuerName,
    'Standard' AS PricingCategory,
    'Anthropic' AS ProviderName,
    'Anthropic' AS PublisherName,
    coalesce(api_key_id, api_key) AS ResourceId,
    api_key AS ResourceName,
    CASE WHEN coalesce(api_key_id, api_key) IS NOT NULL THEN 'API key' END AS ResourceType,
    'AI and Machine Learning' AS ServiceCategory,
    'Claude API' AS ServiceName,
    'Generative AI' AS ServiceSubcategory,
    nullif(concat_ws(', ', model, coalesce(token_type, cost_type)), '') AS SkuMeter,
    coalesce(workspace_id, workspace) AS SubAccountId,
    workspace AS SubAccountName,
    CASE WHEN coalesce(workspace_id, workspace) IS NOT NULL THEN 'Workspace' END AS SubAccountType,
    period_start(NULL, "start") AS BillingPeriodStart,
    period_end(period_start(NULL, "start"), NULL) AS BillingPeriodEnd,
    CAST("start" AS TIMESTAMP) AS ChargePeriodStart,
    day_end("start", "end") AS ChargePeriodEnd,
    no_tags() AS Tags,
    no_tags() AS RawTags,
    with_extra(Extra, [
        {'k': 'x_Model', 'v': model},
        {'k': 'x_TokenDirection', 'v': token_direction(token_type)},
        {'k': 'x_TokenType', 'v': token_type},
        {'k': 'x_CostType', 'v': cost_type},
        {'k': 'x_ContextWindow', 'v': context_window},
        {'k': 'x_ServiceTier', 'v': coalesce(service_tier, usage_type)},
        {'k': 'x_InferenceGeo', 'v': inference_geo},
        {'k': 'x_Speed', 'v': speed},
        {'k': 'x_ApiKeyStatus', 'v': api_key_status}
    ]) AS Extra,
    money(cost) AS BilledCost,
    money(cost) AS EffectiveCost,
    coalesce(money(list_cost), money(cost)) AS ListCost,
    money(cost) AS ContractedCost,
    file,
    record
FROM raw_anthropic
WHERE cost IS NOT NULL;
