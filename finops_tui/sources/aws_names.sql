-- What AWS calls things in a CUR: product codes by FOCUS service category, usage type prefixes by region.

CREATE OR REPLACE TEMP TABLE aws_category AS
SELECT unnest(string_split(codes, ' ')) AS code, category
FROM (VALUES
    ('Compute', 'AmazonEC2 AWSLambda AmazonECS AmazonEKS AmazonLightsail AWSElasticBeanstalk AWSBatch'
        || ' AmazonECR AWSAppRunner AWSOutposts ComputeSavingsPlans AmazonEC2AutoScaling AmazonWorkSpacesCore'),
    ('Storage', 'AmazonS3 AmazonEFS AmazonFSx AmazonGlacier AmazonS3GlacierDeepArchive AWSBackup'
        || ' AWSStorageGateway AWSStorageGatewayDeepArchive AWSDataSync AWSTransfer AmazonEBS'),
    ('Databases', 'AmazonRDS AmazonDynamoDB AmazonElastiCache AmazonDocDB AmazonNeptune AmazonMemoryDB'
        || ' AmazonTimestream AmazonMCS AmazonQLDB AmazonDAX DatabaseSavingsPlans'),
    ('Networking', 'AmazonVPC AWSELB AmazonCloudFront AmazonRoute53 AWSDirectConnect AWSGlobalAccelerator'
        || ' AWSDataTransfer AWSTransitGateway AmazonApiGateway AWSAppMesh AWSCloudMap AWSNetworkFirewall'),
    ('Analytics', 'AmazonRedshift AmazonAthena AWSGlue AmazonES AmazonKinesis AmazonKinesisFirehose'
        || ' AmazonKinesisAnalytics ElasticMapReduce AmazonQuickSight AmazonMSK AWSLakeFormation'
        || ' AmazonMWAA AmazonDataZone AmazonCloudSearch AmazonOpenSearchService'),
    ('AI and Machine Learning', 'AmazonSageMaker AmazonBedrock AmazonBedrockService AmazonRekognition'
        || ' comprehend AmazonTextract transcribe translate AmazonPolly AmazonLex AmazonKendra'
        || ' AmazonPersonalize AmazonForecast AmazonQ MachineLearningSavingsPlans AmazonBedrockFoundationModels'),
    ('Security', 'AWSWAF awswaf AmazonGuardDuty AWSSecurityHub AmazonInspector AmazonInspectorV2 AmazonMacie'
        || ' AWSShield AWSFirewallManager AmazonDetective awskms AWSSecretsManager AWSCertificateManager'
        || ' AWSAuditManager CloudHSM AmazonSecurityLake'),
    ('Identity', 'AmazonCognito AWSDirectoryService AWSIAMAccessAnalyzer'),
    ('Management and Governance', 'AmazonCloudWatch AWSCloudTrail AWSConfig AWSSystemsManager AWSCloudFormation'
        || ' AWSServiceCatalog AWSControlTower AWSBudgets AWSCostExplorer AmazonManagedGrafana AWSXRay'
        || ' AmazonPrometheus AWSSupportBusiness AWSSupportEnterprise AWSSupportDeveloper AWSFIS'),
    ('Integration', 'AWSQueueService AmazonSNS AWSEvents AmazonStates AmazonMQ AWSAppSync AmazonSWF'),
    ('Developer Tools', 'CodeBuild AWSCodePipeline AWSCodeCommit AWSCodeArtifact AWSCodeDeploy AWSDeviceFarm'),
    ('Business Applications', 'AmazonSES AmazonConnect AmazonChime AmazonWorkMail AmazonPinpoint AmazonWorkDocs'
        || ' AmazonWorkSpaces AmazonAppStream'),
    ('Web', 'AWSAmplify AmazonLocationService'),
    ('Media', 'AWSElementalMediaConvert AWSElementalMediaLive AWSElementalMediaPackage AmazonIVS'
        || ' AmazonElasticTranscoder AWSElementalMediaConnect AWSElementalMediaStore AWSElementalMediaTailor'),
    ('Migration', 'AWSDatabaseMigrationSvc AWSApplicationMigrationSvc AWSMigrationHub IngestionServiceSnowball'),
    ('Internet of Things', 'AWSIoT AWSIoTAnalytics AWSIoTSiteWise AWSGreengrass AWSIoTDeviceManagement')
) AS names(category, codes);

CREATE OR REPLACE TEMP TABLE aws_region AS
SELECT prefix, region
FROM (VALUES
    ('USE1', 'us-east-1'), ('USE2', 'us-east-2'), ('USW1', 'us-west-1'), ('USW2', 'us-west-2'),
    ('UGW1', 'us-gov-west-1'), ('UGE1', 'us-gov-east-1'), ('CAN1', 'ca-central-1'), ('CAW1', 'ca-west-1'),
    ('SAE1', 'sa-east-1'), ('MXC1', 'mx-central-1'),
    ('EU', 'eu-west-1'), ('EUW1', 'eu-west-1'), ('EUW2', 'eu-west-2'), ('EUW3', 'eu-west-3'),
    ('EUC1', 'eu-central-1'), ('EUC2', 'eu-central-2'), ('EUN1', 'eu-north-1'), ('EUS1', 'eu-south-1'),
    ('EUS2', 'eu-south-2'), ('MES1', 'me-south-1'), ('MEC1', 'me-central-1'), ('ILC1', 'il-central-1'),
    ('AFS1', 'af-south-1'), ('APN1', 'ap-northeast-1'), ('APN2', 'ap-northeast-2'), ('APN3', 'ap-northeast-3'),
    ('APS1', 'ap-southeast-1'), ('APS2', 'ap-southeast-2'), ('APS3', 'ap-south-1'), ('APS4', 'ap-southeast-3'),
    ('APS5', 'ap-south-2'), ('APS6', 'ap-southeast-4'), ('APS7', 'ap-southeast-5'), ('APE1', 'ap-east-1')
) AS names(prefix, region);
