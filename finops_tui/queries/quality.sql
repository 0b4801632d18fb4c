-- Which charges break an identity of FOCUS, or lack what a figure needs?
WITH checked AS (
    SELECT "BillingCurrency" AS currency, "BilledCost" AS billed, "EffectiveCost" AS effective,
           "ListCost" AS list, "ContractedCost" AS contracted,
           "ChargeCategory" IS NOT DISTINCT FROM 'Usage' AND "ChargeClass" IS NULL AS used,
           "ChargeCategory" = 'Purchase' AND "CommitmentDiscountId" IS NOT NULL AS committed,
           "ChargeCategory" = 'Credit' AS credit, "ServiceName", "BillingCurrency", "ChargeCategory",
           "BillingAccountId"
    FROM records
),
found AS (
    SELECT currency, unnest([
        {'name': 'purchase', 'applies': committed, 'broken': effective <> 0, 'amount': effective},
        {'name': 'credit', 'applies': credit, 'broken': effective IS DISTINCT FROM billed, 'amount': effective - billed},
        {'name': 'list', 'applies': used AND effective <> 0, 'broken': coalesce(list, 0) = 0, 'amount': effective},
        {'name': 'contracted', 'applies': used AND list > 0, 'broken': contracted - list > $tolerance,
         'amount': contracted - list},
        {'name': 'service', 'applies': true, 'broken': "ServiceName" IS NULL, 'amount': effective},
        {'name': 'category', 'applies': true,
         'broken': coalesce("ChargeCategory" NOT IN ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'), true),
         'amount': effective},
        {'name': 'currency', 'applies': true, 'broken': "BillingCurrency" = 'XXX', 'amount': effective},
        {'name': 'account', 'applies': true, 'broken': "BillingAccountId" = '(none)', 'amount': effective}
    ]) AS c
    FROM checked
)
SELECT c.name AS name, currency,
       count(*)                                                AS looked_at,
       count(*) FILTER (WHERE c.broken)                        AS broken,
       coalesce(sum(c.amount) FILTER (WHERE c.broken), 0)      AS amount
FROM found
WHERE c.applies
GROUP BY ALL
ORDER BY ALL
