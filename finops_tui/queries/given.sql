-- Which columns have a value anywhere in the period?
SELECT count(COLUMNS(* EXCLUDE ("Tags", "RawTags", "Extra"))), count("Extra"['x_UsageType']) AS "x_UsageType"
FROM charges
