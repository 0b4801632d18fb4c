-- FOCUS 1.0 to 1.4, any vendor: raw_focus, divided, -> staged_lines and staged_items. What a column lacks is
-- taken from the column that stood for it in an earlier version or at a vendor; spellings become those of
-- the specification.

-- An account's number that a table of floating-point numbers made a fraction of.
CREATE OR REPLACE TEMP MACRO account(t) AS
    CASE WHEN suffix(t, '.0') AND regexp_full_match(t, '\d{6,}\.0') THEN left(t, strlen(t) - 2) ELSE t END;

-- A field of the project in Google's FOCUS, where it is one column.
CREATE OR REPLACE TEMP MACRO of_project(t, field) AS
    CASE WHEN starts_with(t, '{') AND json_valid(t) THEN json_extract_string(t, '$.' || field) END;

INSERT INTO staged_lines BY NAME
WITH projects AS (
    SELECT
        *,
        coalesce(x_ProjectId, of_project(x_Project, 'id'), CASE WHEN NOT starts_with(x_Project, '{') THEN x_Project END)
            AS project,
        coalesce(x_ProjectName, of_project(x_Project, 'name')) AS project_name
    FROM raw_focus_lines
)

SELECT
    line,
    AllocatedMethodDetails,
    AllocatedMethodId,
    AllocatedResourceId,
    AllocatedResourceName,
    AllocatedTags,
    AvailabilityZone,
    coalesce(account(BillingAccountId), '(none)') AS BillingAccountId,
    BillingAccountName,
    BillingAccountType,
    CASE WHEN regexp_full_match(BillingCurrency, '[A-Za-z]{3}') THEN upper(BillingCurrency)
        ELSE coalesce(BillingCurrency, 'XXX') END AS BillingCurrency,
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
    CASE lower(CommitmentDiscountCategory)
        WHEN 'spend' THEN 'Spend' WHEN 'usage' THEN 'Usage' ELSE CommitmentDiscountCategory
    END AS CommitmentDiscountCategory,
    CommitmentDiscountId,
    CommitmentDiscountName,
    CASE lower(CommitmentDiscountStatus)
        WHEN 'used' THEN 'Used' WHEN 'unused' THEN 'Unused' ELSE CommitmentDiscountStatus
    END AS CommitmentDiscountStatus,
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
    CASE lower(PricingCategory)
        WHEN 'standard' THEN 'Standard'
        WHEN 'on-demand' THEN 'Standard'
        WHEN 'dynamic' THEN 'Dynamic'
        WHEN 'committed' THEN 'Committed'
        WHEN 'commitment-based' THEN 'Committed'
        WHEN 'other' THEN 'Other'
        ELSE PricingCategory
    END AS PricingCategory,
    coalesce(PricingCurrency, x_PricingCurrency) AS PricingCurrency,
    PricingCurrencyContractedUnitPrice,
    PricingCurrencyListUnitPrice,
    PricingUnit,
    coalesce(ProviderName, ServiceProviderName) AS ProviderName,
    coalesce(PublisherName, HostProviderName) AS PublisherName,
    RegionId,
    RegionName,
    -- Azure writes one resource in several cases.
    CASE WHEN starts_with(lower(ResourceId), '/subscriptions/') OR starts_with(lower(ResourceId), '/providers/')
        THEN lower(ResourceId) ELSE ResourceId END AS ResourceId,
    ResourceName,
    ResourceType,
    -- Google's is the way down a taxonomy, the second step of it the category.
    CASE WHEN starts_with(ServiceCategory, '[') AND json_valid(ServiceCategory)
        THEN coalesce(ServiceCategory ->> '$[1]', ServiceCategory ->> '$[0]') ELSE ServiceCategory END AS ServiceCategory,
    ServiceName,
    ServiceProviderName,
    ServiceSubcategory,
    SkuId,
    coalesce(SkuMeter, x_SkuMeterName) AS SkuMeter,
    coalesce(SkuPriceDetails, x_SkuDetails) AS SkuPriceDetails,
    SkuPriceId,
    -- Google's is the billing account again; what divides it are projects.
    CASE WHEN project IS NOT NULL AND coalesce(SubAccountId, BillingAccountId, '') = coalesce(BillingAccountId, '')
        THEN project ELSE account(SubAccountId) END AS SubAccountId,
    CASE WHEN project IS NOT NULL AND coalesce(SubAccountId, BillingAccountId, '') = coalesce(BillingAccountId, '')
        THEN project_name ELSE SubAccountName END AS SubAccountName,
    SubAccountType,
    BillingPeriodStart,
    period_end(BillingPeriodStart, BillingPeriodEnd) AS BillingPeriodEnd,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    CASE WHEN project IS NULL THEN coalesce(Extra, no_tags())
        ELSE map_concat(coalesce(Extra, no_tags()), MAP {'x_Project': project}) END AS Extra
FROM projects r
LEFT JOIN tags t ON t.text = focus_tags(r.Tags, r.x_Labels, r.x_Tags, r.x_ProjectLabels, r.x_SystemLabels);

INSERT INTO staged_items BY NAME
SELECT * REPLACE (coalesce(ChargePeriodEnd, ChargePeriodStart) AS ChargePeriodEnd) FROM raw_focus_items;
