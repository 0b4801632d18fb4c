-- Split cost allocation in an AWS CUR: what pods and tasks used of an instance, beside the bill.
--
-- Such a line has the share of an amortised instance that a pod or task used (split cost) and its share of
-- what nobody used (unused cost); each becomes a line of the dataset `allocation`. The instance's own line
-- has the money in the bill. aws_cur.sql has made cur_line.

-- A tag that AWS sets on a pod, as csv and as Parquet spell it.
CREATE OR REPLACE TEMP MACRO eks(tags, name) AS
    coalesce(tags['aws:eks:' || name], tags['aws:eks_' || replace(name, '-', '_')]);

INSERT INTO staged_items BY NAME
WITH discounted AS (
    SELECT DISTINCT payer, period
    FROM raw_cur_items
    JOIN (
        SELECT line, payer, period FROM cur_line
        WHERE NOT split AND (payer, period) IN (SELECT (payer, period) FROM cur_line WHERE split)
    ) USING (line)
    WHERE line_item_net_unblended_cost IS NOT NULL
),

shares AS (
    SELECT i.*, unnest([
        {
            'unused': false,
            'cost': CASE WHEN d.payer IS NOT NULL
                THEN coalesce(split_line_item_net_split_cost, split_line_item_split_cost)
                ELSE coalesce(split_line_item_split_cost, split_line_item_net_split_cost) END,
            'list': split_line_item_public_on_demand_split_cost
        },
        {
            'unused': true,
            'cost': CASE WHEN d.payer IS NOT NULL
                THEN coalesce(split_line_item_net_unused_cost, split_line_item_unused_cost)
                ELSE coalesce(split_line_item_unused_cost, split_line_item_net_unused_cost) END,
            'list': split_line_item_public_on_demand_unused_cost
        }
    ]) AS share
    FROM raw_cur_items i
    JOIN cur_line l USING (line)
    LEFT JOIN discounted d ON d.payer = l.payer AND d.period = l.period
    WHERE l.split
)

SELECT
    CASE WHEN share.unused THEN line + 1 ELSE line END AS line,
    line_item_usage_start_date AS ChargePeriodStart,
    coalesce(line_item_usage_end_date, line_item_usage_start_date) AS ChargePeriodEnd,
    CASE WHEN NOT share.unused THEN split_line_item_actual_usage END AS ConsumedQuantity,
    CASE WHEN NOT share.unused THEN split_line_item_split_usage END AS PricingQuantity,
    money('0') AS BilledCost,
    share.cost AS EffectiveCost,
    share.list AS ListCost,
    file,
    record
FROM shares
WHERE share.cost IS NOT NULL;

INSERT INTO staged_lines BY NAME
WITH tagged AS (
    SELECT l.*, t.normal AS tags, t.delivered, string_split(line_item_resource_id, '/') AS path,
        line_item_operation = 'EKSPod-EC2' AS pod
    FROM cur_line l
    LEFT JOIN tags t ON t.text = l.resource_tags
    WHERE split
),

-- arn:aws:eks:REGION:ACCOUNT:pod/CLUSTER/NAMESPACE/POD/UID, arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/TASK
identified AS (
    SELECT
        *,
        CASE
            WHEN pod THEN coalesce(path[2], eks(tags, 'cluster-name'))
            ELSE coalesce(CASE WHEN len(path) > 2 THEN path[2] END,
                tags['aws:ecs:clusterName'], tags['aws:ecs_cluster_name'])
        END AS cluster,
        CASE WHEN pod THEN coalesce(path[3], eks(tags, 'namespace')) END AS namespace,
        CASE WHEN pod THEN path[4] ELSE path[-1] END AS name,
        CASE
            WHEN pod THEN coalesce(eks(tags, 'deployment'), eks(tags, 'workload-name'))
            ELSE coalesce(tags['aws:ecs:serviceName'], tags['aws:ecs_service_name'])
        END AS controller,
        CASE
            WHEN NOT pod THEN 'Service'
            WHEN eks(tags, 'deployment') IS NOT NULL THEN 'Deployment'
            ELSE eks(tags, 'workload-type')
        END AS controller_kind,
        coalesce(eks(tags, 'node'), split_line_item_parent_resource_id) AS node,
        CASE
            WHEN suffix(line_item_usage_type, 'vCPU-Hours') THEN 'CPU'
            WHEN suffix(line_item_usage_type, 'GB-Hours') THEN 'RAM'
            WHEN regexp_matches(line_item_usage_type, '(GPU|Accelerator|Neuron|Trainium|Inferentia)') THEN 'GPU'
            ELSE line_item_usage_type
        END AS component
    FROM tagged
)

SELECT
    CASE WHEN unused THEN line + 1 ELSE line END AS line,
    'allocation' AS dataset,
    'AWS split cost allocation' AS AllocatedMethodId,
    line_item_resource_id AS AllocatedResourceId,
    name AS AllocatedResourceName,
    line_item_availability_zone AS AvailabilityZone,
    payer AS BillingAccountId,
    bill_payer_account_name AS BillingAccountName,
    currency AS BillingCurrency,
    'Usage' AS ChargeCategory,
    CASE WHEN unused THEN 'Share of what nobody used' ELSE line_item_line_item_description END AS ChargeDescription,
    'Usage-Based' AS ChargeFrequency,
    pricing_unit AS ConsumedUnit,
    pricing_unit AS PricingUnit,
    'AWS' AS ProviderName,
    'AWS' AS PublisherName,
    coalesce(product_region_code, product_region, g.region) AS RegionId,
    line_item_resource_id AS ResourceId,
    name AS ResourceName,
    CASE WHEN pod THEN 'Pod' ELSE 'Task' END AS ResourceType,
    'Compute' AS ServiceCategory,
    CASE WHEN pod THEN 'Kubernetes' ELSE 'Amazon Elastic Container Service' END AS ServiceName,
    line_item_usage_type || CASE WHEN unused THEN ' (unused)' ELSE '' END AS SkuMeter,
    account AS SubAccountId,
    line_item_usage_account_name AS SubAccountName,
    period AS BillingPeriodStart,
    period_end(period, bill_billing_period_end_date) AS BillingPeriodEnd,
    coalesce(tags, no_tags()) AS Tags,
    coalesce(delivered, no_tags()) AS RawTags,
    map_concat(
        coalesce(shares.Extra, no_tags()),
        map_from_entries(list_filter([
            {'k': 'x_ServiceCode', 'v': line_item_product_code},
            {'k': 'x_UsageType', 'v': line_item_usage_type},
            {'k': 'x_Operation', 'v': line_item_operation},
            {'k': 'x_CostCategories', 'v': nullif(cost_category, '{}')},
            {'k': 'x_ParentResourceId', 'v': split_line_item_parent_resource_id},
            {'k': 'x_Cluster', 'v': cluster},
            {'k': 'x_Namespace', 'v': namespace},
            {'k': 'x_Controller', 'v': controller},
            {'k': 'x_ControllerKind', 'v': CASE WHEN controller IS NOT NULL THEN controller_kind END},
            {'k': 'x_Pod', 'v': name},
            {'k': 'x_Node', 'v': node},
            {'k': 'x_Component', 'v': component || CASE WHEN unused THEN ' unused' ELSE '' END}
        ], lambda e: e.v IS NOT NULL))
    ) AS Extra
FROM (SELECT *, unnest([false, true]) AS unused FROM identified) shares
LEFT JOIN aws_region g ON g.prefix = split_part(line_item_usage_type, '-', 1);
