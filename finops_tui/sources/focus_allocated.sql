-- Charges that FOCUS 1.3 splits among what used a resource, once more from the other side: in the dataset
-- `allocation` the resource is the one that was allocated to, its tags are those of the allocation, and where
-- the money came from is the parent. In the bill they stay as they are: there they stand for the charge that
-- was split. focus.sql has filled staged_lines.
INSERT INTO staged_lines BY NAME
SELECT s.* REPLACE (
    s.line + 1 AS line,
    'allocation' AS dataset,
    s.AllocatedResourceId AS ResourceId,
    s.AllocatedResourceName AS ResourceName,
    NULL AS ResourceType,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    map_concat(s.Extra, map_from_entries(list_filter([
        {'k': 'x_ParentResourceId', 'v': s.ResourceId},
        {'k': 'x_ParentResourceName', 'v': s.ResourceName},
        {'k': 'x_ParentResourceType', 'v': s.ResourceType}
    ], lambda e: e.v IS NOT NULL))) AS Extra
)
FROM staged_lines s
SEMI JOIN raw_focus_lines USING (line)
LEFT JOIN tags t ON t.text = s.AllocatedTags
WHERE s.AllocatedMethodId IS NOT NULL;

INSERT INTO staged_items BY NAME
SELECT i.* REPLACE (i.line + 1 AS line, coalesce(ChargePeriodEnd, ChargePeriodStart) AS ChargePeriodEnd)
FROM raw_focus_items i
SEMI JOIN (SELECT line FROM raw_focus_lines WHERE AllocatedMethodId IS NOT NULL) l ON l.line = i.line;
