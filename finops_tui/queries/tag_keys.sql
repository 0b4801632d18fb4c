-- Which tag keys are there, and how much money carries each?
SELECT key, currency, sum(cost) AS cost, count(*) AS lines
FROM (SELECT unnest(map_keys("Tags")) AS key, currency, cost FROM charges)
GROUP BY key, currency
ORDER BY cost DESC, key
