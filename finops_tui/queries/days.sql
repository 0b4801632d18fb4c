-- How many line items and how much money has each day?
SELECT day, currency, sum(n)::BIGINT AS n, sum(cost) AS cost
FROM scope
WHERE part <> 'before'
GROUP BY ALL
ORDER BY day, currency
