-- Azure Cost Management, every agreement: azure_charge -> staged.
--
-- Of a billing period with both, all of the amortized cost counts, and of the actual cost what was paid for
-- commitments and what the amortized cost does not reach. Then usage that a commitment covers is not billed, as its purchase was, and the purchase has no
-- effective cost, as the usage carries it. Where only the actual cost is there, nothing is amortized.

CREATE OR REPLACE TEMP VIEW azure_line AS
SELECT
    *,
    money(Cost) AS amount,
    dataset = 'amortized' AND shape IN ('covered', 'unused') AS paid_before,
    amortized AND shape = 'bought' AS spread,
    because IS NULL AND NOT repeated AS counts
FROM azure_place;

INSERT INTO staged BY NAME
WITH lines AS NOT MATERIALIZED (
    SELECT
        *,
        shape <> 'other' AS committed,
        charge = 'usage' AS used,
        regexp_replace(lower(ResourceId), '(/reservations|/savingsplans)?/$', '') AS resource,
        lower(split_part(coalesce(ConsumedService, ''), '/', 1)) AS provider,
        lower(coalesce(BenefitId, ReservationId)) AS benefit,
        model = 'savingsplan' OR charge = 'unusedsavingsplan' AS by_plan,
        CASE WHEN Agreement = 'MCA' THEN PricingCurrency END AS priced_in
    FROM azure_line
    WHERE counts
)

SELECT
    AvailabilityZone,
    account AS BillingAccountId,
    CASE WHEN Agreement = 'MCA' THEN coalesce(BillingProfileName, BillingAccountName, CustomerName)
        ELSE coalesce(BillingAccountName, BillingProfileName) END AS BillingAccountName,
    CASE
        WHEN Agreement = 'MCA' AND BillingProfileId IS NOT NULL THEN 'Billing Profile'
        WHEN coalesce(BillingAccountId, BillingProfileId) IS NOT NULL THEN 'Billing Account'
        WHEN CustomerId IS NOT NULL THEN 'Customer'
        WHEN SubscriptionId IS NOT NULL THEN 'Subscription'
    END AS BillingAccountType,
    coalesce(upper(BillingCurrency), 'XXX') AS BillingCurrency,
    CASE charge
        WHEN 'usage' THEN 'Usage'
        WHEN 'purchase' THEN 'Purchase'
        WHEN 'refund' THEN 'Purchase'
        WHEN 'credit' THEN 'Credit'
        WHEN 'tax' THEN 'Tax'
        ELSE CASE WHEN shape = 'unused' THEN 'Usage' ELSE 'Adjustment' END
    END AS ChargeCategory,
    CASE WHEN charge = 'refund' THEN 'Correction' END AS ChargeClass,
    coalesce(Product, MeterName, OrderName) AS ChargeDescription,
    CASE replace(lower(Frequency), '-', '')
        WHEN 'onetime' THEN 'One-Time'
        WHEN 'recurring' THEN 'Recurring'
        WHEN 'usagebased' THEN 'Usage-Based'
        ELSE CASE WHEN used OR shape = 'unused' THEN 'Usage-Based' END
    END AS ChargeFrequency,
    CASE WHEN committed THEN CASE WHEN by_plan THEN 'Spend' ELSE 'Usage' END END AS CommitmentDiscountCategory,
    CASE WHEN committed THEN regexp_replace(benefit, '/(reservations|savingsplans)?/?$', '') END AS CommitmentDiscountId,
    CASE WHEN committed THEN coalesce(BenefitName, ReservationName) END AS CommitmentDiscountName,
    CASE shape WHEN 'unused' THEN 'Unused' WHEN 'covered' THEN 'Used' END AS CommitmentDiscountStatus,
    CASE WHEN committed THEN CASE WHEN by_plan THEN 'Savings Plan' ELSE 'Reservation' END END AS CommitmentDiscountType,
    CASE WHEN shape IN ('covered', 'unused') THEN
        CASE WHEN by_plan THEN coalesce(upper(BillingCurrency), 'XXX') ELSE UnitOfMeasure END
    END AS CommitmentDiscountUnit,
    CASE WHEN used THEN UnitOfMeasure END AS ConsumedUnit,
    ContractedPrice AS ContractedUnitPrice,
    InvoiceId,
    coalesce(PartnerName, 'Microsoft') AS InvoiceIssuerName,
    ListPrice AS ListUnitPrice,
    CASE
        WHEN charge = 'tax' THEN NULL
        WHEN committed THEN 'Committed'
        WHEN model = 'spot' THEN 'Dynamic'
        WHEN model = 'ondemand' THEN 'Standard'
    END AS PricingCategory,
    upper(priced_in) AS PricingCurrency,
    CASE WHEN priced_in IS NOT NULL THEN nullif(UnitPrice, '0') END AS PricingCurrencyContractedUnitPrice,
    CASE WHEN priced_in IS NOT NULL THEN nullif(PayGPrice, '0') END AS PricingCurrencyListUnitPrice,
    UnitOfMeasure AS PricingUnit,
    CASE lower(PublisherType) WHEN 'aws' THEN 'AWS' ELSE 'Microsoft' END AS ProviderName,
    coalesce(PublisherName, CASE lower(PublisherType) WHEN 'aws' THEN 'AWS' ELSE 'Microsoft' END) AS PublisherName,
    coalesce(g.id, nullif(replace(lower(ResourceLocation), ' ', ''), 'unassigned')) AS RegionId,
    coalesce(g.name, CASE WHEN lower(ResourceLocation) <> 'unassigned' THEN ResourceLocation END) AS RegionName,
    resource AS ResourceId,
    coalesce(lower(ResourceName), nullif(regexp_extract(resource, '([^/]+)/?$', 1), '')) AS ResourceName,
    CASE
        WHEN contains(resource, '/providers/') THEN array_to_string(
            list_filter(string_split(regexp_extract(resource, '.*/providers/(.+)$', 1), '/'), lambda part, place: place = 1 OR place % 2 = 0),
            '/')
        ELSE lower(ResourceType)
    END AS ResourceType,
    coalesce(m.category, p.category, 'Other') AS ServiceCategory,
    coalesce(MeterCategory, ServiceName, ConsumedService, Product, 'Other') AS ServiceName,
    coalesce(ProductId, PartNumber) AS SkuId,
    MeterName AS SkuMeter,
    regexp_replace(regexp_replace(AdditionalInfo,
        ',\s*"(ConsumedQuantity|SourceEventId)"\s*:\s*("[^"]*"|[-+.0-9eE]+|null)', '', 'g'),
        '"(ConsumedQuantity|SourceEventId)"\s*:\s*("[^"]*"|[-+.0-9eE]+|null)\s*,?', '') AS SkuPriceDetails,
    MeterId AS SkuPriceId,
    lower(SubscriptionId) AS SubAccountId,
    SubscriptionName AS SubAccountName,
    CASE WHEN SubscriptionId IS NOT NULL THEN 'Subscription' END AS SubAccountType,
    period AS BillingPeriodStart,
    CASE
        WHEN PeriodLast IS NULL OR CAST(PeriodLast AS TIMESTAMP) < period THEN period + INTERVAL 1 MONTH
        WHEN nearest_midnight(CAST(PeriodLast AS TIMESTAMP)) = period + INTERVAL 1 MONTH THEN period + INTERVAL 1 MONTH
        ELSE CAST(date_trunc('day', CAST(PeriodLast AS TIMESTAMP)) AS TIMESTAMP) + INTERVAL 1 DAY
    END AS BillingPeriodEnd,
    CAST(Date AS TIMESTAMP) AS ChargePeriodStart,
    CAST(date_trunc('day', CAST(Date AS TIMESTAMP)) AS TIMESTAMP) + INTERVAL 1 DAY AS ChargePeriodEnd,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    map_concat(
        coalesce(lines.Extra, no_tags()),
        map_from_entries(list_filter([
            {'k': 'x_AccountName', 'v': AccountName},
            {'k': 'x_AccountOwnerId', 'v': AccountOwnerId},
            {'k': 'x_AmortizationClass', 'v': CASE shape WHEN 'bought' THEN 'Principal'
                WHEN 'other' THEN NULL ELSE 'Amortized Charge' END},
            {'k': 'x_BillingAccountId', 'v': BillingAccountId},
            {'k': 'x_BillingExchangeRate', 'v': ExchangeRate},
            {'k': 'x_BillingProfileId', 'v': BillingProfileId},
            {'k': 'x_ChargeType', 'v': ChargeType},
            {'k': 'x_ConsumedService', 'v': ConsumedService},
            {'k': 'x_CostAllocationRuleName', 'v': CostAllocationRuleName},
            {'k': 'x_CostCenter', 'v': CostCenter},
            {'k': 'x_CustomerId', 'v': CustomerId},
            {'k': 'x_CustomerName', 'v': CustomerName},
            {'k': 'x_DepartmentName', 'v': DepartmentName},
            {'k': 'x_InvoiceSectionId', 'v': InvoiceSectionId},
            {'k': 'x_InvoiceSectionName', 'v': InvoiceSectionName},
            {'k': 'x_PartnerName', 'v': PartnerName},
            {'k': 'x_PublisherCategory', 'v': CASE lower(PublisherType) WHEN 'azure' THEN 'Cloud Provider'
                WHEN 'microsoft' THEN 'Cloud Provider' WHEN 'marketplace' THEN 'Vendor' END},
            {'k': 'x_PublisherId', 'v': PublisherId},
            {'k': 'x_ResellerId', 'v': ResellerId},
            {'k': 'x_ResellerName', 'v': ResellerName},
            {'k': 'x_ResourceGroupName', 'v': lower(coalesce(ResourceGroup,
                nullif(regexp_extract(resource, '/resourcegroups/([^/]+)', 1), '')))},
            {'k': 'x_ServiceInfo1', 'v': ServiceInfo1},
            {'k': 'x_ServiceInfo2', 'v': ServiceInfo2},
            {'k': 'x_SkuIsCreditEligible', 'v': lower(IsAzureCreditEligible)},
            {'k': 'x_SkuMeterCategory', 'v': MeterCategory},
            {'k': 'x_SkuMeterId', 'v': MeterId},
            {'k': 'x_SkuMeterSubcategory', 'v': MeterSubCategory},
            {'k': 'x_SkuOfferId', 'v': OfferId},
            {'k': 'x_SkuOrderId', 'v': OrderId},
            {'k': 'x_SkuOrderName', 'v': OrderName},
            {'k': 'x_SkuPartNumber', 'v': PartNumber},
            {'k': 'x_SkuPlanName', 'v': PlanName},
            {'k': 'x_SkuRegion', 'v': MeterRegion},
            {'k': 'x_SkuServiceFamily', 'v': ServiceFamily},
            {'k': 'x_SkuTerm', 'v': Term},
            {'k': 'x_SkuTier', 'v': ServiceTier}
        ], lambda e: e.v IS NOT NULL))
    ) AS Extra,
    CASE WHEN used THEN TRY_CAST(Quantity AS DOUBLE) END AS ConsumedQuantity,
    CASE WHEN charge IN ('usage', 'purchase', 'refund') OR shape = 'unused'
        THEN TRY_CAST(Quantity AS DOUBLE) END AS PricingQuantity,
    CASE WHEN shape IN ('covered', 'unused') THEN
        CASE WHEN by_plan THEN CAST(amount AS DOUBLE) ELSE TRY_CAST(Quantity AS DOUBLE) END
    END AS CommitmentDiscountQuantity,
    CASE WHEN paid_before THEN money('0') ELSE amount END AS BilledCost,
    CASE WHEN spread THEN money('0') ELSE amount END AS EffectiveCost,
    CASE WHEN used THEN coalesce(money(PaygCost), money(ListCost), amount) ELSE amount END AS ListCost,
    CASE WHEN used THEN coalesce(money(ContractedCost), amount) ELSE amount END AS ContractedCost,
    CASE WHEN priced_in IS NULL THEN NULL WHEN spread THEN money('0') ELSE money(PricingCost) END AS PricingCurrencyEffectiveCost,
    lines.file,
    lines.record
FROM lines
LEFT JOIN tags t ON t.text = lines.Tags
LEFT JOIN azure_meter m ON m.meter = lower(lines.MeterCategory)
LEFT JOIN azure_provider p ON p.provider = lines.provider
LEFT JOIN azure_region g ON g.written = replace(lower(lines.ResourceLocation), ' ', '');

INSERT INTO dropped
SELECT file, record, account, strftime(period, '%Y-%m') FROM azure_line WHERE NOT counts;
