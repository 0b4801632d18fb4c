-- What Azure calls things: meter categories and resource providers by FOCUS service category, regions.

CREATE OR REPLACE TEMP TABLE azure_meter AS
SELECT unnest(string_split(names, ', ')) AS meter, category
FROM (VALUES
    ('Compute', 'virtual machines, virtual machines licenses, cloud services, azure app service, functions, container instances,'
        || ' azure container apps, azure kubernetes service, container registry, batch, virtual desktop,'
        || ' azure virtual desktop, specialized compute, service fabric, service fabric mesh, azure spring cloud,'
        || ' azure spring apps, azure vmware solution, azure red hat openshift, azure arc enabled servers,'
        || ' windows 365, azure dedicated host, azure stack hci, azure cyclecloud, azure container storage'),
    ('Storage', 'storage, azure netapp files, backup, azure site recovery, hpc cache, data box, storsimple,'
        || ' azure elastic san, azure managed lustre, managed disks, azure data share'),
    ('Databases', 'sql database, sql managed instance, azure database for mysql, azure database for postgresql,'
        || ' azure database for mariadb, azure cosmos db, redis cache, azure cache for redis, azure managed redis,'
        || ' sql server, sql server stretch database, azure managed instance for apache cassandra, sql db edge'),
    ('Networking', 'virtual network, load balancer, bandwidth, vpn gateway, expressroute, application gateway,'
        || ' azure dns, content delivery network, azure front door service, azure front door, traffic manager,'
        || ' azure firewall, azure firewall manager, network watcher, virtual wan, nat gateway, azure bastion,'
        || ' azure route server, ip addresses, rms, azure private link, virtual network manager,'
        || ' azure orbital, api management, private mobile network'),
    ('Analytics', 'azure synapse analytics, sql data warehouse, azure databricks, hdinsight, azure data factory,'
        || ' azure data factory v2, azure data explorer, stream analytics, power bi, power bi embedded,'
        || ' microsoft fabric, azure analysis services, data lake store, data lake analytics, azure purview,'
        || ' microsoft purview, data catalog, log analytics, azure time series insights, event hubs'),
    ('AI and Machine Learning', 'cognitive services, azure machine learning, machine learning service,'
        || ' machine learning studio, azure openai, azure openai service, foundry models, foundry tools,'
        || ' azure cognitive search, azure ai search, azure bot service, bot service, azure applied ai services,'
        || ' azure ai services, genomics, azure speech'),
    ('Security', 'key vault, microsoft defender for cloud, security center, advanced threat protection, sentinel,'
        || ' azure sentinel, microsoft sentinel, azure ddos protection, ddos protection, dedicated hsm,'
        || ' web application firewall, azure confidential ledger, azure payment hsm, microsoft copilot for security'),
    ('Identity', 'azure active directory, azure active directory b2c, azure active directory domain services,'
        || ' azure active directory for external identities, microsoft entra, microsoft entra id, multi-factor authentication,'
        || ' microsoft entra domain services'),
    ('Management and Governance', 'azure monitor, automation, azure policy, cost management, azure managed grafana,'
        || ' scheduler, application insights, insight and analytics, azure lighthouse, azure arc,'
        || ' azure advisor, azure update manager, unassigned, support, azure grafana service'),
    ('Integration', 'logic apps, service bus, event grid, biztalk services, notification hubs, azure relay,'
        || ' azure signalr service, azure web pubsub, signalr, azure fluid relay, azure data manager for energy'),
    ('Developer Tools', 'azure devops, visual studio subscription, visual studio, azure lab services, github,'
        || ' github ae, microsoft dev box, app configuration, azure load testing, azure deployment environments,'
        || ' azure app testing, azure chaos studio, dev test labs'),
    ('Internet of Things', 'iot hub, iot central, azure iot operations, digital twins, azure digital twins,'
        || ' azure sphere, windows 10 iot core services, azure iot edge, azure iot security, azure rtos'),
    ('Media', 'media services, azure media player, video indexer, azure video analyzer, live video analytics'),
    ('Migration', 'azure database migration service, azure migrate, azure storage mover'),
    ('Mobile', 'visual studio app center, mobile services, mobile engagement, xamarin university'),
    ('Web', 'azure maps, azure static web apps, static web apps, azure communication services'),
    ('Business Applications', 'microsoft 365, office 365, dynamics 365, microsoft copilot studio, power apps, power automate,'
        || ' voice, phone numbers, sms, messaging, email')
) AS names(category, names);

-- The provider of a resource, where the meter is not known.
CREATE OR REPLACE TEMP TABLE azure_provider AS
SELECT 'microsoft.' || unnest(string_split(names, ' ')) AS provider, category
FROM (VALUES
    ('Compute', 'compute classiccompute web containerservice containerinstance containerregistry batch app'
        || ' desktopvirtualization servicefabric appplatform avs redhatopenshift hybridcompute'),
    ('Storage', 'storage classicstorage netapp recoveryservices dataprotection databox storagecache elasticsan'),
    ('Databases', 'sql dbformysql dbforpostgresql dbformariadb documentdb cache azurearcdata'),
    ('Networking', 'network classicnetwork cdn apimanagement bandwidth'),
    ('Analytics', 'synapse databricks hdinsight datafactory kusto streamanalytics powerbidedicated fabric'
        || ' analysisservices datalakestore datalakeanalytics purview operationalinsights eventhub'),
    ('AI and Machine Learning', 'cognitiveservices machinelearningservices machinelearning search botservice'),
    ('Security', 'keyvault security securityinsights hardwaresecuritymodules'),
    ('Identity', 'aad aadiam azureactivedirectory'),
    ('Management and Governance', 'insights automation policyinsights costmanagement dashboard monitor'),
    ('Integration', 'logic servicebus eventgrid notificationhubs relay signalrservice'),
    ('Developer Tools', 'visualstudio devops labservices devcenter devtestlab appconfiguration loadtestservice'),
    ('Internet of Things', 'devices iotcentral digitaltwins'),
    ('Media', 'media videoindexer'),
    ('Migration', 'datamigration migrate')
) AS names(category, names);

-- Regions by every way of writing them: without blanks and in lower case, `US East` and `EU West` among them.
CREATE OR REPLACE TEMP TABLE azure_region AS
SELECT unnest(list_distinct([id, replace(lower(name), ' ', ''), old])) AS written, id, name
FROM (VALUES
    ('eastus', 'East US', 'useast'), ('eastus2', 'East US 2', 'useast2'), ('westus', 'West US', 'uswest'),
    ('westus2', 'West US 2', 'uswest2'), ('westus3', 'West US 3', 'uswest3'),
    ('centralus', 'Central US', 'uscentral'), ('northcentralus', 'North Central US', 'usnorthcentral'),
    ('southcentralus', 'South Central US', 'ussouthcentral'), ('westcentralus', 'West Central US', 'uswestcentral'),
    ('canadacentral', 'Canada Central', 'cacentral'), ('canadaeast', 'Canada East', 'caeast'),
    ('mexicocentral', 'Mexico Central', 'mxcentral'),
    ('brazilsouth', 'Brazil South', 'brsouth'), ('brazilsoutheast', 'Brazil Southeast', 'brsoutheast'),
    ('chilecentral', 'Chile Central', 'clcentral'),
    ('northeurope', 'North Europe', 'eunorth'), ('westeurope', 'West Europe', 'euwest'),
    ('uksouth', 'UK South', 'gbsouth'), ('ukwest', 'UK West', 'gbwest'),
    ('francecentral', 'France Central', 'frcentral'), ('francesouth', 'France South', 'frsouth'),
    ('germanywestcentral', 'Germany West Central', 'dewestcentral'), ('germanynorth', 'Germany North', 'denorth'),
    ('switzerlandnorth', 'Switzerland North', 'chnorth'), ('switzerlandwest', 'Switzerland West', 'chwest'),
    ('norwayeast', 'Norway East', 'noeast'), ('norwaywest', 'Norway West', 'nowest'),
    ('swedencentral', 'Sweden Central', 'secentral'), ('swedensouth', 'Sweden South', 'sesouth'),
    ('polandcentral', 'Poland Central', 'plcentral'), ('italynorth', 'Italy North', 'itnorth'),
    ('spaincentral', 'Spain Central', 'escentral'), ('austriaeast', 'Austria East', 'ateast'),
    ('israelcentral', 'Israel Central', 'ilcentral'), ('qatarcentral', 'Qatar Central', 'qacentral'),
    ('uaenorth', 'UAE North', 'aenorth'), ('uaecentral', 'UAE Central', 'aecentral'),
    ('southafricanorth', 'South Africa North', 'zanorth'), ('southafricawest', 'South Africa West', 'zawest'),
    ('eastasia', 'East Asia', 'apeast'), ('southeastasia', 'Southeast Asia', 'apsoutheast'),
    ('japaneast', 'Japan East', 'jaeast'), ('japanwest', 'Japan West', 'jawest'),
    ('koreacentral', 'Korea Central', 'krcentral'), ('koreasouth', 'Korea South', 'krsouth'),
    ('centralindia', 'Central India', 'incentral'), ('southindia', 'South India', 'insouth'),
    ('westindia', 'West India', 'inwest'), ('jioindiawest', 'Jio India West', 'injiowest'),
    ('jioindiacentral', 'Jio India Central', 'injiocentral'),
    ('australiaeast', 'Australia East', 'aueast'), ('australiasoutheast', 'Australia Southeast', 'ausoutheast'),
    ('australiacentral', 'Australia Central', 'aucentral'), ('australiacentral2', 'Australia Central 2', 'aucentral2'),
    ('newzealandnorth', 'New Zealand North', 'nznorth'), ('indonesiacentral', 'Indonesia Central', 'idcentral'),
    ('malaysiawest', 'Malaysia West', 'mywest'),
    ('usgovvirginia', 'US Gov Virginia', 'usgovva'), ('usgovarizona', 'US Gov Arizona', 'usgovaz'),
    ('usgovtexas', 'US Gov Texas', 'usgovtx'), ('usdodeast', 'US DoD East', 'usdodea'),
    ('usdodcentral', 'US DoD Central', 'usdodce'),
    ('chinaeast', 'China East', 'cneast'), ('chinaeast2', 'China East 2', 'cneast2'),
    ('chinaeast3', 'China East 3', 'cneast3'), ('chinanorth', 'China North', 'cnnorth'),
    ('chinanorth2', 'China North 2', 'cnnorth2'), ('chinanorth3', 'China North 3', 'cnnorth3'),
    ('global', 'Global', 'worldwide')
) AS regions(id, name, old);
