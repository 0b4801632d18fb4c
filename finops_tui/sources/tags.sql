-- Tags, read once per distinct text: tag_text (text) -> tags (text, problem, normal, delivered).
-- A text is a JSON object, a list of {"key": .., "value": ..}, or unreadable. Maps are ordered by key,
-- so that equal tags are equal maps. Most texts are plain objects, and are read as they are; those with a key
-- twice, or with two that become one, are taken apart and put together again.

CREATE OR REPLACE TEMP TABLE tag_kind AS
SELECT
    row_number() OVER () AS id,
    text,
    CASE
        WHEN NOT json_valid(text) THEN 'not JSON'
        WHEN json_type(text) = 'OBJECT' THEN 'object'
        WHEN json_type(text) = 'ARRAY'
            AND len(list_filter(CAST(text AS JSON[]), lambda e: json_type(e) <> 'OBJECT')) = 0 THEN 'list'
        WHEN json_type(text) = 'NULL' THEN 'none'
        ELSE 'not a JSON object'
    END AS kind
FROM tag_text;

-- The name of a tag without what an export puts before it.
CREATE OR REPLACE TEMP MACRO tag_name(key) AS
    CASE
        WHEN starts_with(trim(key), 'user:') OR starts_with(trim(key), 'user_') THEN trim(substr(trim(key), 6))
        WHEN starts_with(trim(key), 'aws_') THEN 'aws:' || trim(substr(trim(key), 5))
        ELSE trim(key)
    END;

-- A tag without a value says that it is there.
CREATE OR REPLACE TEMP MACRO tag_value(value) AS coalesce(trim(value), 'true');

CREATE OR REPLACE TEMP TABLE tag_plain AS
SELECT id, map_from_entries(normal) AS normal, map_from_entries(delivered) AS delivered
FROM (
    SELECT
        id,
        list_sort(list_transform(entries, lambda e: {'k': tag_name(e.key), 'v': tag_value(e.value)})) AS normal,
        list_sort(entries) AS delivered
    FROM (
        SELECT id, map_entries(from_json(text, '"MAP(VARCHAR, VARCHAR)"')) AS entries
        FROM tag_kind WHERE kind = 'object'
    )
    WHERE entries IS NOT NULL
)
WHERE len(list_distinct(list_transform(normal, lambda e: e.k))) = len(normal)
    AND NOT list_contains(list_transform(normal, lambda e: e.k), '');

CREATE OR REPLACE TEMP TABLE tag_pair AS
SELECT k.id, e.id AS place, e.key, e.value ->> '$' AS value
FROM (SELECT id, text FROM tag_kind ANTI JOIN tag_plain USING (id) WHERE kind = 'object') k, json_each(k.text) e
UNION ALL
SELECT k.id, e.id, e.value ->> 'key', e.value ->> 'value'
FROM (SELECT id, text FROM tag_kind WHERE kind = 'list') k, json_each(k.text) e
WHERE e.value ->> 'key' IS NOT NULL;

-- Two keys that become one: the first value that is not empty.
CREATE OR REPLACE TEMP TABLE tag_normal AS
SELECT id, map_from_entries(list({'k': key, 'v': value} ORDER BY key)) AS tags
FROM (
    SELECT
        id,
        key,
        coalesce(arg_min(value, place) FILTER (value <> ''), arg_min(value, place)) AS value
    FROM (
        SELECT
            id,
            place,
            tag_name(key) AS key,
            tag_value(value) AS value
        FROM tag_pair
    )
    WHERE key <> ''
    GROUP BY id, key
)
GROUP BY id;

CREATE OR REPLACE TEMP TABLE tag_delivered AS
SELECT id, map_from_entries(list({'k': key, 'v': value} ORDER BY key)) AS tags
FROM (SELECT id, key, arg_min_null(value, place) AS value FROM tag_pair GROUP BY id, key)
GROUP BY id;

CREATE OR REPLACE TEMP TABLE tags AS
SELECT
    k.text,
    CASE WHEN k.kind IN ('not JSON', 'not a JSON object') THEN k.kind END AS problem,
    coalesce(p.normal, n.tags, CAST(MAP {} AS MAP(VARCHAR, VARCHAR))) AS normal,
    coalesce(p.delivered, d.tags, CAST(MAP {} AS MAP(VARCHAR, VARCHAR))) AS delivered
FROM tag_kind k
LEFT JOIN tag_plain p USING (id)
LEFT JOIN tag_normal n USING (id)
LEFT JOIN tag_delivered d USING (id);
