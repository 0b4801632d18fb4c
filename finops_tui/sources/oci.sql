-- Oracle Cloud cost report: raw_oci -> staged.
--
-- What a line costs is `myCost`, overage included. A correction is a line of its own that names the line it
-- corrects; it takes that line's place, unless it takes money back, and then the two add up. The report knows
-- no list prices.

CREATE OR REPLACE TEMP TABLE oci_service AS
SELECT unnest(string_split(services, ' ')) AS service, category
FROM (VALUES
    ('Compute', 'COMPUTE CONTAINER_ENGINE_FOR_KUBERNETES CONTAINER_INSTANCES FUNCTIONS VMWARE OCVS'),
    ('Storage', 'BLOCK_STORAGE OBJECTSTORE OBJECT_STORAGE FILE_STORAGE ARCHIVE_STORAGE RECOVERY_SERVICE'),
    ('Databases', 'DATABASE MYSQL POSTGRESQL NOSQL REDIS EXADATA AUTONOMOUS_DATABASE GOLDENGATE'),
    ('Networking', 'NETWORK LOADBALANCER LOAD_BALANCER DNS FASTCONNECT NETWORK_FIREWALL VPN'),
    ('Analytics', 'ANALYTICS DATA_FLOW DATA_CATALOG DATA_INTEGRATION BIG_DATA ORACLE_STREAMING_SERVICE OAC'),
    ('AI and Machine Learning', 'DATA_SCIENCE GENERATIVE_AI LANGUAGE VISION SPEECH DOCUMENT_UNDERSTANDING'),
    ('Security', 'KMS KEY_MANAGEMENT VAULT WAF CLOUD_GUARD DATA_SAFE VULNERABILITY_SCANNING'),
    ('Management and Governance', 'TELEMETRY MONITORING LOGGING LOGGING_ANALYTICS NOTIFICATIONS APM OPSI'),
    ('Integration', 'INTEGRATION API_GATEWAY QUEUE PROCESS_AUTOMATION OIC'),
    ('Developer Tools', 'DEVOPS VISUAL_BUILDER APEX'),
    ('Identity', 'IDENTITY IDCS IDENTITY_DOMAINS'),
    ('Business Applications', 'EMAIL_DELIVERY DIGITAL_ASSISTANT')
) AS names(category, services);

INSERT INTO staged BY NAME
WITH lines AS NOT MATERIALIZED (
    SELECT
        r.*,
        coalesce(money(cost_mycost), money(cost_mycostoverage), money('0')) AS cost,
        lower(coalesce(lineitem_iscorrection, '')) IN ('true', 'yes', 'y', '1') AS corrects
    FROM raw_oci r
    ANTI JOIN (FROM oci_overlap UNION FROM oci_replaced) o ON o.file = r.file AND o.record = r.record
)

SELECT
    product_availabilitydomain AS AvailabilityZone,
    coalesce(lineitem_tenantid, '(none)') AS BillingAccountId,
    'Tenancy' AS BillingAccountType,
    coalesce(upper(cost_currencycode), 'XXX') AS BillingCurrency,
    'Usage' AS ChargeCategory,
    CASE WHEN corrects THEN 'Correction' END AS ChargeClass,
    product_description AS ChargeDescription,
    'Usage-Based' AS ChargeFrequency,
    cost_skuunitdescription AS ConsumedUnit,
    cost_unitprice AS ContractedUnitPrice,
    'Oracle' AS InvoiceIssuerName,
    'Standard' AS PricingCategory,
    cost_skuunitdescription AS PricingUnit,
    'Oracle' AS ProviderName,
    'Oracle' AS PublisherName,
    product_region AS RegionId,
    product_resourceid AS ResourceId,
    nullif(regexp_extract(product_resourceid, '^ocid1\.([a-z0-9_]+)\.', 1), '') AS ResourceType,
    coalesce(s.category, 'Other') AS ServiceCategory,
    coalesce(product_service, '(none)') AS ServiceName,
    cost_productsku AS SkuId,
    product_description AS SkuMeter,
    product_compartmentid AS SubAccountId,
    product_compartmentname AS SubAccountName,
    'Compartment' AS SubAccountType,
    period_start(period_start, lineitem_intervalusagestart) AS BillingPeriodStart,
    period_end(period_start(period_start, lineitem_intervalusagestart), period_end) AS BillingPeriodEnd,
    CAST(lineitem_intervalusagestart AS TIMESTAMP) AS ChargePeriodStart,
    CAST(coalesce(lineitem_intervalusageend, lineitem_intervalusagestart) AS TIMESTAMP) AS ChargePeriodEnd,
    coalesce(t.normal, no_tags()) AS Tags,
    coalesce(t.delivered, no_tags()) AS RawTags,
    map_concat(
        coalesce(lines.Extra, no_tags()),
        map_from_entries(list_filter([
            {'k': 'x_Resource', 'v': product_resource},
            {'k': 'x_SubscriptionId', 'v': cost_subscriptionid},
            {'k': 'x_BillingUnit', 'v': cost_billingunitreadable},
            {'k': 'x_OverageFlag', 'v': cost_overageflag},
            {'k': 'x_UnitPriceOverage', 'v': cost_unitpriceoverage}
        ], lambda e: e.v IS NOT NULL))
    ) AS Extra,
    TRY_CAST(usage_billedquantity AS DOUBLE) AS ConsumedQuantity,
    TRY_CAST(usage_billedquantity AS DOUBLE) AS PricingQuantity,
    cost AS BilledCost,
    cost AS EffectiveCost,
    cost AS ListCost,
    cost AS ContractedCost,
    file,
    record
FROM lines
LEFT JOIN oci_service s ON s.service = upper(replace(lines.product_service, ' ', '_'))
LEFT JOIN tags t ON t.text = lines.tags;

-- Records whose money another one carries.
INSERT INTO dropped
SELECT
    file,
    record,
    coalesce(lineitem_tenantid, '(none)'),
    strftime(period_start(period_start, lineitem_intervalusagestart), '%Y-%m')
FROM raw_oci
SEMI JOIN (FROM oci_overlap UNION FROM oci_replaced) USING (file, record);
