-- Which tag keys are there, as the export has them?
SELECT DISTINCT unnest(map_keys("RawTags")) AS key
FROM charges
ORDER BY key
