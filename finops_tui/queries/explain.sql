-- Why did it change: what did each thing cost, and how much of it was used, before and now?
WITH sides AS (
    SELECT COLUMNS('^k\d+$'), currency, kind, provider, payer, account, service, region, sku, usage,
           "PricingUnit", "ConsumedUnit", CASE WHEN $match = 'usage' THEN NULL ELSE resource END AS thing,
           max(label)                                                  AS label,
           coalesce(sum(cost) FILTER (WHERE part = 'before'), 0)       AS before,
           coalesce(sum(cost) FILTER (WHERE part = 'now'), 0)          AS now,
           coalesce(sum(list) FILTER (WHERE part = 'before'), 0)       AS list_before,
           coalesce(sum(list) FILTER (WHERE part = 'now'), 0)          AS list_now,
           coalesce(sum(contracted) FILTER (WHERE part = 'before'), 0) AS contracted_before,
           coalesce(sum(contracted) FILTER (WHERE part = 'now'), 0)    AS contracted_now,
           coalesce(sum(priced) FILTER (WHERE part = 'before'), 0)     AS priced_before,
           coalesce(sum(priced) FILTER (WHERE part = 'now'), 0)        AS priced_now,
           coalesce(sum(consumed) FILTER (WHERE part = 'before'), 0)   AS consumed_before,
           coalesce(sum(consumed) FILTER (WHERE part = 'now'), 0)      AS consumed_now,
           coalesce(sum(whole) FILTER (WHERE part = 'before'), 0)      AS whole,
           coalesce(sum(shift0) FILTER (WHERE part = 'before'), 0)     AS shift0,
           coalesce(sum(shift1) FILTER (WHERE part = 'before'), 0)     AS shift1,
           coalesce(sum(shift2) FILTER (WHERE part = 'before'), 0)     AS shift2,
           coalesce(sum(shift3) FILTER (WHERE part = 'before'), 0)     AS shift3,
           sum(unlist) = 0                                             AS every_list,
           sum(uncontracted) = 0                                       AS every_contracted
    FROM changes
    WHERE part IN ('before', 'now')
    GROUP BY ALL
),
present AS (  -- a side without money and quantity is not there
    SELECT *, before <> 0 OR priced_before <> 0 OR consumed_before <> 0 AS was,
           now <> 0 OR priced_now <> 0 OR consumed_now <> 0 AS still
    FROM sides
),
measured AS (  -- one kind of quantity, positive wherever the thing is there
    SELECT *, (NOT was OR priced_before > 0) AND (NOT still OR priced_now > 0) AS by_price,
           (NOT was OR consumed_before > 0) AND (NOT still OR consumed_now > 0) AS by_use
    FROM present
),
sized AS (
    SELECT *, CASE WHEN by_price THEN priced_before WHEN by_use THEN consumed_before END AS quantity_before,
           CASE WHEN by_price THEN priced_now WHEN by_use THEN consumed_now END AS quantity_now
    FROM measured
),
told AS (
    SELECT *, row_number() OVER () AS number,
           CASE WHEN kind <> 'usage' THEN kind
                WHEN quantity_now IS NULL THEN 'unmeasured'
                WHEN NOT was THEN 'new'
                WHEN NOT still THEN 'gone'
                WHEN quantity_now = quantity_before
                     AND whole = 0 AND shift0 = 0 AND shift1 = 0 AND shift2 = 0 AND shift3 = 0
                     AND before >= 0 AND now >= 0 THEN 'same'
                ELSE 'changed' END AS state,
           every_list AND (list_before <> 0 OR before = 0) AND (list_now <> 0 OR now = 0) AS listed,
           every_contracted AND (contracted_before <> 0 OR before = 0)
               AND (contracted_now <> 0 OR now = 0) AS contracted
    FROM sized
),
paired AS (  -- new, but others of its kind are gone; or gone, but others of its kind are new
    SELECT *, coalesce(state IN ('new', 'gone') AND bool_or(state = 'new') OVER kin AND bool_or(state = 'gone') OVER kin, false) AS replaced
    FROM told
    WINDOW kin AS (PARTITION BY currency, provider, payer, account, service, region, sku, usage, "PricingUnit", "ConsumedUnit")
)
SELECT COLUMNS('^k\d+$'), currency, state, listed, contracted, replaced,
       CASE WHEN state = 'changed' THEN number ELSE 0 END              AS number,
       max(label)                                                      AS label,
       count(*)                                                        AS things,
       sum(before) AS before, sum(now) AS now,
       -- the rest is only for things that are in both, and costs time to hand over
       sum(list_before) FILTER (WHERE state IN ('same', 'changed'))       AS list_before,
       sum(list_now) FILTER (WHERE state IN ('same', 'changed'))          AS list_now,
       sum(contracted_before) FILTER (WHERE state IN ('same', 'changed')) AS contracted_before,
       sum(contracted_now) FILTER (WHERE state IN ('same', 'changed'))    AS contracted_now,
       sum(quantity_before) FILTER (WHERE state = 'changed')              AS quantity_before,
       sum(quantity_now) FILTER (WHERE state = 'changed')                 AS quantity_now,
       sum(whole) FILTER (WHERE state = 'changed' AND whole <> 0)         AS whole,
       sum(shift0) FILTER (WHERE state = 'changed' AND shift0 <> 0)       AS shift0,
       sum(shift1) FILTER (WHERE state = 'changed' AND shift1 <> 0)       AS shift1,
       sum(shift2) FILTER (WHERE state = 'changed' AND shift2 <> 0)       AS shift2,
       sum(shift3) FILTER (WHERE state = 'changed' AND shift3 <> 0)       AS shift3
FROM paired
GROUP BY ALL
