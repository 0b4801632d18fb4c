-- Which values contain a text, dearest first?
SELECT k0, max(label) AS label, currency, sum(cost) AS cost
FROM scope
WHERE part <> 'before' AND ($containing = '' OR contains(lower(k0), lower($containing)) OR contains(lower(coalesce(label, '')), lower($containing)))
GROUP BY k0, currency
ORDER BY cost DESC, k0
LIMIT $limit
