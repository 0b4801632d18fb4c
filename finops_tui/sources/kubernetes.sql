-- OpenCost and Kubecost allocations: raw_kubernetes -> staged, in the dataset `allocation`.
--
-- A record is the cost of one container (or of what it was asked to be added up by) in one window. Each of
-- its components becomes a line, and what its total has beyond them one more, so that lines add up to the
-- total to the last digit: the export's own arithmetic in doubles is off in the last ones, the API rounds
-- each amount to five decimals, and a CSV has no column for load balancers and shared costs.
-- Nothing is billed here: the cloud's bill has this money.

INSERT INTO dropped
SELECT file, record, coalesce(cluster, '(none)'), strftime(CAST(windowStart AS TIMESTAMP), '%Y-%m')
FROM raw_kubernetes
WHERE coalesce(totalCost, cpuCost, ramCost, gpuCost, pvCost, networkCost, loadBalancerCost, sharedCost, externalCost)
    IS NULL;

INSERT INTO staged BY NAME
-- Older exports have a name in place of its parts; `__idle__` and the like stand for what no pod used.
WITH named AS (
    SELECT
        r.* REPLACE (
            coalesce(r.cluster, CASE WHEN whole THEN words[1] END) AS cluster,
            coalesce(r.node, CASE WHEN whole THEN words[2] END) AS node,
            coalesce(r.namespace, CASE WHEN whole THEN words[3] END, nullif(regexp_extract(name, '__[a-z]+__'), ''))
                AS namespace,
            coalesce(r.pod, CASE WHEN whole THEN words[4] END) AS pod,
            coalesce(r.container, CASE WHEN whole THEN words[5] END) AS container
        ),
        TRY_CAST(minutes AS DOUBLE) / 60 AS hours
    FROM (
        SELECT *, string_split(name, '/') AS words,
            len(string_split(name, '/')) = 5 AND coalesce(cluster, namespace, pod, container) IS NULL AS whole
        FROM raw_kubernetes
    ) r
    ANTI JOIN dropped USING (file, record)
),

identified AS (
    SELECT
        *,
        CASE
            WHEN pod IS NULL AND name IS NOT NULL THEN name
            ELSE concat_ws('/', cluster, namespace, coalesce(pod, controller), container)
        END AS id
    FROM named
),

components AS (
    SELECT *, [
        {'component': 'CPU', 'cost': money(cpuCost), 'moved': money(cpuCostAdjustment), 'unit': 'Core-Hours',
            'used': TRY_CAST(cpuCoreUsageAverage AS DOUBLE) * hours, 'priced': TRY_CAST(cpuCoreHours AS DOUBLE),
            'category': 'Compute', 'extra': [
                {'k': 'x_CpuCoreRequestAverage', 'v': cpuCoreRequestAverage},
                {'k': 'x_CpuCoreUsageAverage', 'v': cpuCoreUsageAverage},
                {'k': 'x_CpuCoreLimitAverage', 'v': cpuCoreLimitAverage}]},
        {'component': 'RAM', 'cost': money(ramCost), 'moved': money(ramCostAdjustment), 'unit': 'Byte-Hours',
            'used': TRY_CAST(ramByteUsageAverage AS DOUBLE) * hours, 'priced': TRY_CAST(ramByteHours AS DOUBLE),
            'category': 'Compute', 'extra': [
                {'k': 'x_RamByteRequestAverage', 'v': ramByteRequestAverage},
                {'k': 'x_RamByteUsageAverage', 'v': ramByteUsageAverage},
                {'k': 'x_RamByteLimitAverage', 'v': ramByteLimitAverage}]},
        {'component': 'GPU', 'cost': money(gpuCost), 'moved': money(gpuCostAdjustment), 'unit': 'GPU-Hours',
            'used': NULL, 'priced': TRY_CAST(gpuHours AS DOUBLE),
            'category': 'Compute', 'extra': [{'k': 'x_GpuCount', 'v': gpuCount}]},
        {'component': 'PV', 'cost': money(pvCost), 'moved': money(pvCostAdjustment), 'unit': 'Byte-Hours',
            'used': NULL, 'priced': TRY_CAST(pvByteHours AS DOUBLE),
            'category': 'Storage', 'extra': [{'k': 'x_PvBytes', 'v': pvBytes}]},
        {'component': 'Network', 'cost': money(networkCost), 'moved': money(networkCostAdjustment), 'unit': 'Bytes',
            'used': coalesce(TRY_CAST(networkTransferBytes AS DOUBLE), 0)
                + coalesce(TRY_CAST(networkReceiveBytes AS DOUBLE), 0),
            'priced': NULL, 'category': 'Networking', 'extra': []},
        {'component': 'Load balancer', 'cost': money(loadBalancerCost), 'moved': money(loadBalancerCostAdjustment),
            'unit': NULL, 'used': NULL, 'priced': NULL, 'category': 'Networking', 'extra': []},
        {'component': 'Shared', 'cost': money(sharedCost), 'moved': NULL,
            'unit': NULL, 'used': NULL, 'priced': NULL, 'category': 'Other', 'extra': []},
        {'component': 'External', 'cost': money(externalCost), 'moved': NULL,
            'unit': NULL, 'used': NULL, 'priced': NULL, 'category': 'Other', 'extra': []}
    ] AS parts
    FROM identified
),

lines AS (
    -- CPU is always there, so that no record is without a line; another one that cost nothing is where it
    -- was asked for or used.
    SELECT * EXCLUDE (part), part.component AS component, part.component AS meter, part.category AS category,
        part.unit AS unit, part.used AS consumed, part.priced AS priced, part.extra AS more,
        coalesce(part.cost, money('0')) AS amount
    FROM (SELECT *, unnest(parts) AS part FROM components)
    WHERE part.component = 'CPU' OR part.cost <> 0 OR part.used <> 0 OR part.priced <> 0
        OR len(list_filter(part.extra, lambda e: TRY_CAST(e.v AS DOUBLE) <> 0)) > 0
    UNION ALL
    SELECT * EXCLUDE (part), part.component, part.component || ' adjustment', part.category, NULL, NULL, NULL, [],
        part.moved
    FROM (SELECT *, unnest(parts) AS part FROM components)
    WHERE part.moved <> 0
    UNION ALL
    SELECT * EXCLUDE (rest, kept), kept, kept, 'Other', NULL, NULL, NULL, [], rest
    FROM (
        SELECT *, CASE WHEN abs(rest) <= money('0.0001') THEN 'Rounding' ELSE 'Other' END AS kept
        FROM (
            SELECT *, money(totalCost) - list_sum(list_transform(
                parts, lambda e: coalesce(e.cost, money('0')) + coalesce(e.moved, money('0')))) AS rest
            FROM components
        )
        WHERE rest <> 0
    )
)

SELECT
    'allocation' AS dataset,
    'OpenCost' AS AllocatedMethodId,
    id AS AllocatedResourceId,
    coalesce(pod, controller, name) AS AllocatedResourceName,
    coalesce(cluster, '(none)') AS BillingAccountId,
    upper(coalesce(currency, 'XXX')) AS BillingCurrency,
    'Usage' AS ChargeCategory,
    'Usage-Based' AS ChargeFrequency,
    meter AS ChargeDescription,
    unit AS ConsumedUnit,
    unit AS PricingUnit,
    id AS ResourceId,
    coalesce(container, pod, controller) AS ResourceName,
    CASE WHEN container IS NOT NULL THEN 'Container' WHEN pod IS NOT NULL THEN 'Pod' END AS ResourceType,
    category AS ServiceCategory,
    'Kubernetes' AS ServiceName,
    meter AS SkuMeter,
    cluster AS SubAccountId,
    CASE WHEN cluster IS NOT NULL THEN 'Cluster' END AS SubAccountType,
    period_start(NULL, windowStart) AS BillingPeriodStart,
    period_end(period_start(NULL, windowStart), NULL) AS BillingPeriodEnd,
    CAST(windowStart AS TIMESTAMP) AS ChargePeriodStart,
    coalesce(CAST(windowEnd AS TIMESTAMP), CAST(windowStart AS TIMESTAMP) + INTERVAL 1 DAY) AS ChargePeriodEnd,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    map_concat(
        coalesce(lines.Extra, no_tags()),
        map_from_entries(list_filter([
            {'k': 'x_Cluster', 'v': cluster},
            {'k': 'x_Namespace', 'v': namespace},
            {'k': 'x_ControllerKind', 'v': controllerKind},
            {'k': 'x_Controller', 'v': controller},
            {'k': 'x_Pod', 'v': pod},
            {'k': 'x_Container', 'v': container},
            {'k': 'x_Node', 'v': node},
            {'k': 'x_ParentResourceId', 'v': providerID},
            {'k': 'x_Services', 'v': services},
            {'k': 'x_Annotations', 'v': nullif(annotations, '{}')},
            {'k': 'x_Component', 'v': component}
        ], lambda e: e.v IS NOT NULL)),
        map_from_entries(list_filter(CAST(more AS STRUCT(k VARCHAR, v VARCHAR)[]), lambda e: e.v IS NOT NULL))
    ) AS Extra,
    consumed AS ConsumedQuantity,
    priced AS PricingQuantity,
    money('0') AS BilledCost,
    amount AS EffectiveCost,
    file,
    record
FROM lines
LEFT JOIN tags t ON t.text = lines.labels;
