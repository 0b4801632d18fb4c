-- What does all of it cost, per currency?
SELECT currency,
       coalesce(sum(cost) FILTER (WHERE part <> 'before'), 0)        AS cost,
       coalesce(sum(cost) FILTER (WHERE part = 'now'), 0)            AS now,
       coalesce(sum(cost) FILTER (WHERE part = 'before'), 0)         AS before,
       coalesce(sum(n) FILTER (WHERE part <> 'before'), 0)::BIGINT   AS n,
       min(scope.first_day) FILTER (WHERE part <> 'before')          AS first_day,
       max(scope.last_day) FILTER (WHERE part <> 'before')           AS last_day
FROM scope
GROUP BY currency
ORDER BY abs(coalesce(sum(cost) FILTER (WHERE part <> 'before'), 0)) DESC, currency
