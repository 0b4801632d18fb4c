-- raw_azure, with what every later step asks of a record: whose it is, which period, what sort of charge.
-- `shape` is what amortisation does to it: `bought` and `covered` by a commitment, `unused`, or `other`.
CREATE OR REPLACE TEMP VIEW azure_charge AS
WITH told AS (
    SELECT
        r.*,
        coalesce(
            CASE WHEN Agreement = 'MCA' THEN coalesce(BillingProfileId, BillingAccountId)
                ELSE coalesce(BillingAccountId, BillingProfileId) END,
            lower(CustomerId), lower(SubscriptionId), '(none)') AS account,
        coalesce(lower(SubscriptionId), '') AS subscription,
        period_start(PeriodStart, Date) AS period,
        replace(lower(coalesce(ChargeType, 'Usage')), ' ', '') AS charge,
        CASE
            WHEN PricingModel IS NOT NULL THEN replace(lower(PricingModel), ' ', '')
            WHEN contains(lower(BenefitId), '/microsoft.billingbenefits/') THEN 'savingsplan'
            WHEN coalesce(BenefitId, ReservationId) IS NOT NULL THEN 'reservation'
        END AS model
    FROM raw_azure r
)
SELECT
    *,
    CASE
        WHEN starts_with(charge, 'unused') THEN 'unused'
        WHEN model NOT IN ('reservation', 'savingsplan') OR model IS NULL THEN 'other'
        WHEN charge = 'usage' THEN 'covered'
        WHEN charge IN ('purchase', 'refund') THEN 'bought'
        ELSE 'other'
    END AS shape
FROM told;
