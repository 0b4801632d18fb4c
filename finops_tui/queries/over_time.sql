-- What does each of the dearest groups, and the rest, cost over time?
WITH spent AS (
    SELECT bucket, k0, currency, sum(cost) AS cost FROM scope WHERE part <> 'before' GROUP BY ALL
),
ranked AS (
    SELECT k0, currency, row_number() OVER (PARTITION BY currency ORDER BY abs(sum(cost)) DESC, k0) AS rank
    FROM spent GROUP BY ALL
)
SELECT spent.bucket,
       spent.currency,
       CASE WHEN rank <= $top THEN rank END                AS rank,
       CASE WHEN rank <= $top THEN spent.k0 END            AS k0,
       sum(spent.cost)                                     AS cost
FROM spent JOIN ranked ON spent.k0 IS NOT DISTINCT FROM ranked.k0 AND spent.currency = ranked.currency
GROUP BY ALL
ORDER BY spent.bucket, rank NULLS LAST
