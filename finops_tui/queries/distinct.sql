-- How many groups of the further dimensions does each group of the first one have?
SELECT k0, currency, count(*) AS things
FROM (SELECT DISTINCT COLUMNS('^k\d+$'), currency FROM kinds WHERE part <> 'before')
GROUP BY k0, currency
ORDER BY things DESC, k0, currency
