-- What does each group cost, and what did it cost before?
SELECT COLUMNS('^k\d+$'),
       currency,
       max(label)                                                    AS label,
       coalesce(sum(cost) FILTER (WHERE part <> 'before'), 0)        AS cost,
       coalesce(sum(cost) FILTER (WHERE part = 'now'), 0)            AS now,
       coalesce(sum(cost) FILTER (WHERE part = 'before'), 0)         AS before,
       coalesce(sum(n) FILTER (WHERE part <> 'before'), 0)::BIGINT   AS n
FROM scope
GROUP BY ALL
ORDER BY cost DESC, currency, COLUMNS('^k\d+$')
