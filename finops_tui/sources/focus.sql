-- FOCUS 1.0 to 1.4, any vendor: raw_focus -> staged. What a column lacks is taken from the column that
-- stood for it in an earlier version or at a vendor; spellings become those of the specification.
INSERT INTO staged BY NAME
SELECT
    AllocatedMethodDetails,
    AllocatedMethodId,
    AllocatedResourceId,
    AllocatedResourceName,
    AllocatedTags,
    AvailabilityZone,
    coalesce(BillingAccountId, '(none)') AS BillingAccountId,
    BillingAccountName,
    BillingAccountType,
    coalesce(BillingCurrency, 'XXX') AS BillingCurrency,
    CapacityReservationId,
    CapacityReservationStatus,
    CASE lower(ChargeCategory)
        WHEN 'usage' THEN 'Usage'
        WHEN 'purchase' THEN 'Purchase'
        WHEN 'tax' THEN 'Tax'
        WHEN 'credit' THEN 'Credit'
        WHEN 'adjustment' THEN 'Adjustment'
        WHEN 'error' THEN 'Adjustment'
        ELSE ChargeCategory
    END AS ChargeCategory,
    CASE lower(ChargeClass) WHEN 'correction' THEN 'Correction' ELSE ChargeClass END AS ChargeClass,
    ChargeDescription,
    CASE lower(ChargeFrequency)
        WHEN 'usage-based' THEN 'Usage-Based'
        WHEN 'one-time' THEN 'One-Time'
        WHEN 'recurring' THEN 'Recurring'
        ELSE ChargeFrequency
    END AS ChargeFrequency,
    CommitmentDiscountCategory,
    CommitmentDiscountId,
    CommitmentDiscountName,
    CommitmentDiscountStatus,
    CommitmentDiscountType,
    CommitmentDiscountUnit,
    CommitmentProgramEligibilityDetails,
    ConsumedUnit,
    ContractApplied,
    ContractedUnitPrice,
    HostProviderName,
    InvoiceDetailId,
    coalesce(InvoiceId, x_InvoiceId) AS InvoiceId,
    InvoiceIssuerName,
    ListUnitPrice,
    PricingCategory,
    coalesce(PricingCurrency, x_PricingCurrency) AS PricingCurrency,
    PricingCurrencyContractedUnitPrice,
    PricingCurrencyListUnitPrice,
    PricingUnit,
    coalesce(ProviderName, ServiceProviderName) AS ProviderName,
    coalesce(PublisherName, HostProviderName) AS PublisherName,
    RegionId,
    RegionName,
    ResourceId,
    ResourceName,
    ResourceType,
    ServiceCategory,
    ServiceName,
    ServiceProviderName,
    ServiceSubcategory,
    SkuId,
    coalesce(SkuMeter, x_SkuMeterName) AS SkuMeter,
    coalesce(SkuPriceDetails, x_SkuDetails) AS SkuPriceDetails,
    SkuPriceId,
    SubAccountId,
    SubAccountName,
    SubAccountType,
    period_start(BillingPeriodStart, ChargePeriodStart) AS BillingPeriodStart,
    period_end(period_start(BillingPeriodStart, ChargePeriodStart), BillingPeriodEnd) AS BillingPeriodEnd,
    CAST(ChargePeriodStart AS TIMESTAMP) AS ChargePeriodStart,
    CAST(coalesce(ChargePeriodEnd, ChargePeriodStart) AS TIMESTAMP) AS ChargePeriodEnd,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    coalesce(Extra, no_tags()) AS Extra,
    TRY_CAST(ConsumedQuantity AS DOUBLE) AS ConsumedQuantity,
    TRY_CAST(PricingQuantity AS DOUBLE) AS PricingQuantity,
    TRY_CAST(CommitmentDiscountQuantity AS DOUBLE) AS CommitmentDiscountQuantity,
    money(BilledCost) AS BilledCost,
    money(EffectiveCost) AS EffectiveCost,
    money(ListCost) AS ListCost,
    money(ContractedCost) AS ContractedCost,
    money(PricingCurrencyEffectiveCost) AS PricingCurrencyEffectiveCost,
    file,
    record
FROM raw_focus r
LEFT JOIN tags t ON t.text = coalesce(r.Tags, r.x_Labels);
