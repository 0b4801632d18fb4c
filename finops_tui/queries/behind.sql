-- Which files of the export is this from, with how many line items and how much money from each?
SELECT source, account, period, file, count(*) AS n, coalesce(sum(cost), 0) AS cost
FROM records
GROUP BY ALL
ORDER BY source, account, period, file
