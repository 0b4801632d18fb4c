-- What exports of AI providers have in common, as macros.

-- Which way tokens went, by the words of the export: into the model, out of it, into a cache, from one.
CREATE OR REPLACE TEMP MACRO token_direction(t) AS
    CASE
        WHEN contains(lower(t), 'cache') AND regexp_matches(lower(t), 'cache.{0,2}(write|creat)') THEN 'cache_write'
        WHEN contains(lower(t), 'cache') AND NOT regexp_matches(lower(t), 'no.{0,1}cache|uncached') THEN 'cache_read'
        WHEN contains(lower(t), 'output') THEN 'output'
        WHEN contains(lower(t), 'input') THEN 'input'
    END;

-- A map of the entries that have a value, after vendor columns.
CREATE OR REPLACE TEMP MACRO with_extra(vendor, entries) AS
    map_concat(coalesce(vendor, no_tags()), map_from_entries(list_filter(entries, lambda e: e.v IS NOT NULL)));

-- The end of a charge: as given, else a day after its start.
CREATE OR REPLACE TEMP MACRO day_end(s, e) AS coalesce(CAST(e AS TIMESTAMP), CAST(s AS TIMESTAMP) + INTERVAL 1 DAY);
