-- Does what each commitment gave come to what was paid for it?
SELECT "CommitmentDiscountId" AS id, max("CommitmentDiscountName") AS label, "BillingCurrency" AS currency,
       coalesce(sum("BilledCost") FILTER (WHERE "ChargeCategory" = 'Purchase'), 0)              AS paid,
       coalesce(sum("EffectiveCost") FILTER (WHERE "ChargeCategory" = 'Usage'), 0)              AS given,
       coalesce(sum("EffectiveCost") FILTER (WHERE "CommitmentDiscountStatus" = 'Unused'), 0)   AS unused,
       sum(n)::BIGINT                                                                           AS n
FROM costs
WHERE "CommitmentDiscountId" IS NOT NULL
GROUP BY ALL
ORDER BY abs(paid) DESC, id
