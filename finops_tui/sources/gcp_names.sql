-- Services of Google Cloud by FOCUS service category: by name, else by a word of it.

CREATE OR REPLACE TEMP TABLE gcp_service AS
SELECT trim(unnest(string_split(names, ','))) AS name, category
FROM (VALUES
    ('Compute', 'Compute Engine, Kubernetes Engine, App Engine, Cloud Run, Cloud Run Functions, Cloud Functions,'
        || 'VMware Engine, Bare Metal Solution, Batch, Google Cloud VMware Engine, Anthos, GKE Enterprise'),
    ('Storage', 'Cloud Storage, Cloud Filestore, Filestore, Backup for GKE, Backup and DR Service, NetApp Volumes,'
        || 'Parallelstore, Storage Transfer Service, Google Cloud NetApp Volumes, Artifact Registry, Container Registry'),
    ('Databases', 'Cloud SQL, Cloud Spanner, Cloud Bigtable, Cloud Firestore, Cloud Memorystore for Redis,'
        || 'Memorystore, AlloyDB, Cloud Datastore, Cloud Memorystore for Memcached, Firebase Realtime Database, Firestore'),
    ('Networking', 'Networking, Cloud DNS, Cloud CDN, Network Intelligence Center, Network Services, Cloud VPN,'
        || 'Cloud Interconnect, Cloud NAT, Cloud Load Balancing, Network Connectivity Center, Traffic Director,'
        || 'Cloud Domains, Network Security, Service Directory'),
    ('Analytics', 'BigQuery, BigQuery BI Engine, BigQuery Reservation API, BigQuery Storage API, Cloud Dataflow,'
        || 'Cloud Dataproc, Cloud Composer, Cloud Data Fusion, Dataplex, Looker, Looker Studio, Cloud Pub/Sub Lite,'
        || 'Data Catalog, Dataform, BigQuery Data Transfer Service, Datastream, Cloud Dataprep, Analytics Hub'),
    ('AI and Machine Learning', 'Vertex AI, Gemini API, Cloud AI Platform, Cloud Machine Learning Engine,'
        || 'Cloud Vision API, Cloud Natural Language, Cloud Speech API, Cloud Text-to-Speech API, Translate,'
        || 'Cloud Translation, Cloud Document AI API, Dialogflow API, Recommendations AI, Cloud Talent Solution,'
        || 'Cloud TPU, Notebooks, Generative Language API, Cloud Video Intelligence API, Contact Center AI Insights'),
    ('Security', 'Cloud Key Management Service (KMS), Secret Manager, Security Command Center, reCAPTCHA Enterprise,'
        || 'Cloud Armor, Certificate Authority Service, Web Risk, Cloud Data Loss Prevention, Sensitive Data Protection,'
        || 'BeyondCorp Enterprise, Chrome Enterprise Premium, Cloud IDS, Access Approval, Assured Workloads, Chronicle'),
    ('Identity', 'Identity Platform, Cloud Identity, Managed Service for Microsoft Active Directory, Cloud IAM'),
    ('Integration', 'Cloud Pub/Sub, Cloud Tasks, Cloud Scheduler, Workflows, Eventarc, Apigee, API Gateway,'
        || 'Cloud Endpoints, Application Integration, Apigee API Management'),
    ('Developer Tools', 'Cloud Build, Source Repository, Cloud Deploy, Cloud Workstations, Firebase Test Lab,'
        || 'Cloud Source Repositories, Gemini Code Assist'),
    ('Management and Governance', 'Cloud Logging, Cloud Monitoring, Stackdriver Logging, Stackdriver Monitoring,'
        || 'Stackdriver Trace, Cloud Trace, Cloud Profiler, Support, Cloud Asset Inventory, Operations Suite,'
        || 'Google Cloud Support, Error Reporting, Infrastructure Manager'),
    ('Web', 'Firebase, Firebase Hosting, Maps API, Places API, Geocoding API, Directions API, Routes API, Maps JavaScript API'),
    ('Media', 'Transcoder API, Live Stream API, Video Stitcher API, Cloud Media CDN, Media CDN'),
    ('Migration', 'Database Migration Service, Migrate to Virtual Machines, Transfer Appliance, Migration Center'),
    ('Internet of Things', 'Cloud IoT Core'),
    ('Business Applications', 'Google Workspace, Workspace, AppSheet, Google Voice'),
    ('Multicloud', 'GKE on AWS, GKE on Azure, Anthos Multi-Cloud')
) AS services(category, names);

CREATE OR REPLACE TEMP MACRO gcp_category(service) AS coalesce(
    (SELECT min(s.category) FROM gcp_service s WHERE s.name = service),
    CASE
        WHEN regexp_matches(service, '(?i)\b(sql|database|redis|mongo|postgres)') THEN 'Databases'
        WHEN regexp_matches(service, '(?i)\b(vertex|gemini|claude|llama|mistral|\bai\b|machine learning)')
            THEN 'AI and Machine Learning'
        WHEN regexp_matches(service, '(?i)\b(network|vpn|dns|cdn)') THEN 'Networking'
        WHEN regexp_matches(service, '(?i)\b(storage|backup)') THEN 'Storage'
        WHEN regexp_matches(service, '(?i)\b(maps|places|routes)\b') THEN 'Web'
        WHEN regexp_matches(service, '(?i)\bworkspace\b') THEN 'Business Applications'
        ELSE 'Other'
    END);
