-- Which tag keys, and which values of one key, differ only in how they are written?
WITH pairs AS (
    SELECT unnest(map_entries("Tags")) AS tag, "BillingCurrency" AS currency, "EffectiveCost" AS cost, n
    FROM costs
),
written AS (
    SELECT '' AS key, tag.key AS spelling, currency, cost, n FROM pairs
    UNION ALL
    SELECT tag.key, tag.value, currency, cost, n FROM pairs WHERE tag.value <> ''
),
spelled AS (
    SELECT key, lower(regexp_replace(spelling, '[\s._:/-]', '', 'g')) AS folded, spelling, currency,
           sum(cost) AS cost, sum(n)::BIGINT AS n
    FROM written
    GROUP BY ALL
),
alike AS (
    SELECT key, folded FROM spelled WHERE folded <> '' GROUP BY key, folded HAVING count(DISTINCT spelling) > 1
)
SELECT key, folded, spelling, currency, cost, n
FROM spelled SEMI JOIN alike USING (key, folded)
ORDER BY key, folded, n DESC, spelling, currency
