-- Which line items are behind a finding, dearest first?
SELECT *
FROM records
WHERE CASE $name
    WHEN 'purchase' THEN "ChargeCategory" = 'Purchase' AND "CommitmentDiscountId" IS NOT NULL AND "EffectiveCost" <> 0
    WHEN 'credit' THEN "ChargeCategory" = 'Credit' AND "EffectiveCost" IS DISTINCT FROM "BilledCost"
    WHEN 'list' THEN "ChargeCategory" = 'Usage' AND "ChargeClass" IS NULL AND "EffectiveCost" <> 0
        AND coalesce("ListCost", 0) = 0
    WHEN 'contracted' THEN "ChargeCategory" = 'Usage' AND "ChargeClass" IS NULL AND "ListCost" > 0
        AND "ContractedCost" - "ListCost" > $tolerance
    WHEN 'service' THEN "ServiceName" IS NULL
    WHEN 'category' THEN coalesce("ChargeCategory" NOT IN ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'), true)
    WHEN 'currency' THEN "BillingCurrency" = 'XXX'
    WHEN 'account' THEN "BillingAccountId" = '(none)'
    ELSE false
END
ORDER BY abs("EffectiveCost") DESC NULLS LAST, "ChargePeriodStart", file, record
LIMIT $limit
