-- What does each of the dearest groups, and the rest, cost over time?
WITH spent AS (
    SELECT bucket, k0 AS name, currency, max(label) AS title, sum(cost) AS amount
    FROM scope WHERE part <> 'before' GROUP BY ALL
),
placed AS (
    SELECT name, currency, row_number() OVER (PARTITION BY currency ORDER BY abs(sum(amount)) DESC, name) AS place
    FROM spent GROUP BY name, currency
)
SELECT spent.bucket,
       spent.currency,
       CASE WHEN place <= $top THEN place END         AS rank,
       CASE WHEN place <= $top THEN spent.name END    AS k0,
       max(CASE WHEN place <= $top THEN title END)    AS label,
       sum(spent.amount)                              AS cost
FROM spent JOIN placed ON spent.name IS NOT DISTINCT FROM placed.name AND spent.currency = placed.currency
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3 NULLS LAST
