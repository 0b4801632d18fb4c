-- What is this: the attributes shared by the lines in view?
SELECT "ResourceId", "ResourceName", "ResourceType", "ServiceName", "SubAccountId", "SubAccountName", "RegionId",
       "SkuMeter", "ChargeCategory", "PricingCategory", "CommitmentDiscountId", currency,
       "Tags", sum(cost) AS cost, sum(n)::BIGINT AS n
FROM charges
GROUP BY ALL
ORDER BY cost DESC
LIMIT $limit
