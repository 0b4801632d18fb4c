-- What texts from a bill mean, as macros: no value, an amount, how many decimals it needs.

-- A text without the words for "no value" and without blanks around it; most texts are longer than those words.
CREATE OR REPLACE TEMP MACRO given(t) AS
    CASE WHEN strlen(trim(t)) > 4 THEN trim(t)
        WHEN trim(t) IN ('', 'NULL', 'null', 'None', '\N') THEN NULL ELSE trim(t) END;

-- Whether an amount needs a second look: DuckDB cannot read it, or reads what is none (1_000), or might
-- not at a larger scale (many digits before an exponent).
CREATE OR REPLACE TEMP MACRO odd_amount(t) AS
    t IS NOT NULL AND (
        TRY_CAST(t AS DECIMAL(38, 18)) IS NULL
        OR contains(t, '_')
        OR ((contains(t, 'e') OR contains(t, 'E')) AND TRY_CAST(t AS DECIMAL(38, 30)) IS NULL)
    );

-- Whether a time needs a second look; DuckDB drops offsets, and takes 4/1/25 for a day of the year 4.
CREATE OR REPLACE TEMP MACRO odd_time(t) AS
    t IS NOT NULL AND (
        TRY_CAST(t AS TIMESTAMP) IS NULL
        OR NOT regexp_full_match(
            t, '(199\d|20\d\d|21\d\d)-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?(Z| UTC)?')
    );

-- Decimals of a number without an exponent; negative when it ends in zeros before the point.
CREATE OR REPLACE TEMP MACRO plain_decimals(t) AS
    CASE
        WHEN contains(t, '.') AND NOT suffix(rtrim(t, '0'), '.') THEN strlen(rtrim(t, '0')) - instr(t, '.')
        ELSE strlen(rtrim(t, '.0')) - strlen(split_part(t, '.', 1))
    END;

-- Decimals an amount needs.
CREATE OR REPLACE TEMP MACRO decimals(t) AS
    CASE
        WHEN t IS NULL THEN 0
        WHEN contains(t, 'e') OR contains(t, 'E') THEN
            CASE
                WHEN trim(split_part(lower(t), 'e', 1), '+-0.') = '' THEN 0
                ELSE greatest(0, plain_decimals(split_part(lower(t), 'e', 1))
                    - coalesce(TRY_CAST(split_part(lower(t), 'e', 2) AS INTEGER), 0))
            END
        WHEN contains(t, '.') THEN greatest(0, strlen(rtrim(t, '0')) - instr(t, '.'))
        ELSE 0
    END;

-- The last digit of an amount that is not zero.
CREATE OR REPLACE TEMP MACRO last_digit(t) AS right(rtrim(split_part(lower(t), 'e', 1), '0.'), 1);

-- The keys and values of a list of labels as Google Cloud writes them in FOCUS; a tag's key after its
-- namespace, the other keys after a word.
CREATE OR REPLACE TEMP MACRO listed_tags(t, word) AS
    CASE WHEN json_valid(t) AND json_type(t) = 'ARRAY' THEN list_transform(
        from_json(t, '[{"key": "VARCHAR", "value": "VARCHAR", "namespace": "VARCHAR"}]'),
        lambda e: {'key': concat(e.namespace || '/', word, e.key), 'value': e.value}) END;

-- The tags of a FOCUS record: its own, else all labels there are, those of the resource first.
CREATE OR REPLACE TEMP MACRO focus_tags(tags, labels, more, project, system) AS
    CASE
        WHEN tags IS NOT NULL OR coalesce(more, project, system) IS NULL THEN coalesce(tags, labels)
        ELSE CAST(to_json(list_concat(listed_tags(labels, ''), listed_tags(more, ''), listed_tags(project, ''),
            listed_tags(system, 'goog:'))) AS VARCHAR)
    END;

CREATE OR REPLACE TEMP MACRO no_tags() AS CAST(MAP {} AS MAP(VARCHAR, VARCHAR));

-- A billing period is a run of days. Its start may be midnight elsewhere (07:00 UTC, 16:00 UTC the day
-- before): the nearest midnight is meant. Without a period it is the month of the charge.
CREATE OR REPLACE TEMP MACRO nearest_midnight(t) AS CAST(date_trunc('day', t + INTERVAL 12 HOURS) AS TIMESTAMP);
CREATE OR REPLACE TEMP MACRO period_start(billing, charge) AS
    coalesce(
        nearest_midnight(CAST(billing AS TIMESTAMP)), CAST(date_trunc('month', CAST(charge AS TIMESTAMP)) AS TIMESTAMP));

-- Its end is exclusive, though some exports give the last day or the last second of it.
CREATE OR REPLACE TEMP MACRO period_end(start, billing) AS
    CASE
        WHEN billing IS NULL
            OR nearest_midnight(CAST(billing AS TIMESTAMP)) = start + INTERVAL 1 MONTH - INTERVAL 1 DAY
            THEN start + INTERVAL 1 MONTH
        ELSE nearest_midnight(CAST(billing AS TIMESTAMP))
    END;
