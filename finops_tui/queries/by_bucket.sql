-- What does each bucket of time cost, over all groups?
SELECT COLUMNS('^k\d+$'), bucket, currency, sum(cost) AS cost, sum(n)::BIGINT AS n
FROM scope
WHERE part <> 'before'
GROUP BY ALL
ORDER BY bucket, currency, COLUMNS('^k\d+$')
