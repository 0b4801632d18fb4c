-- Which of the columns that stand in for each other have a value anywhere in the period?
SELECT count("SubAccountId")          AS "SubAccountId",
       count("BillingAccountId")      AS "BillingAccountId",
       count("RegionId")              AS "RegionId",
       count("RegionName")            AS "RegionName",
       count("SkuMeter")              AS "SkuMeter",
       count("Extra"['x_UsageType'])  AS "x_UsageType",
       count("SkuId")                 AS "SkuId",
       count("ChargeDescription")     AS "ChargeDescription",
       count("ResourceId")            AS "ResourceId",
       count("ResourceName")          AS "ResourceName",
       count("ProviderName")          AS "ProviderName",
       count("ServiceProviderName")   AS "ServiceProviderName"
FROM charges
