-- Which line items of the export are behind this, dearest first?
SELECT *
FROM records
ORDER BY abs(cost) DESC NULLS LAST, "ChargePeriodStart", file, record
LIMIT $limit
