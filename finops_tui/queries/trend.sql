-- How did each group move, bucket by bucket?
SELECT k0, currency, bucket, sum(cost) AS cost
FROM scope
WHERE part <> 'before'
GROUP BY ALL
ORDER BY k0, currency, bucket
