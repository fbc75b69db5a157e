-- land: file every record under the month that its clock shows, or under the rule that refuses it.
-- `whole` is one delivered file, every column text; a record with too many or too few fields has
-- them in `as_delivered`, and nothing in its columns. Without a clock the file is one whole table.
WITH written AS (
    SELECT record_number, as_delivered, {text} AS {name}
    FROM whole
),
clocks AS (
    SELECT
        record_number,
        as_delivered IS NOT NULL AS ragged,
        {clock} AS clock,
        -- What a clock that cannot be read may be: days as spreadsheets count them, or seconds.
        CASE
            WHEN regexp_full_match({name}, '[1-9][0-9]{{4}}([.][0-9]+)?') THEN 'serial'
            WHEN regexp_full_match({name}, '[1-9][0-9]{{9}}([0-9]{{3}})?') THEN 'epoch'
        END AS looks
    FROM written
),
filed AS (
    SELECT
        record_number,
        CASE WHEN clock IS NULL THEN looks END AS looks,
        CASE WHEN $clockless THEN $whole_table ELSE strftime(clock, '%Y-%m') END AS month,
        CASE
            WHEN ragged THEN $fields
            WHEN $clockless THEN NULL
            WHEN clock IS NULL THEN $unreadable
            WHEN clock < CAST($first_day AS DATE) OR clock >= CAST($until AS DATE) THEN $out_of_range
        END AS rule
    FROM clocks
),
counts AS (
    SELECT rule, CASE WHEN rule IS NULL THEN month END AS month, looks, count(*) AS n
    FROM filed
    GROUP BY ALL
    ORDER BY ALL
),
refused AS (
    -- In the file's own order, so that a field that slipped can be found again; see strip.py.
    SELECT whole.*, filed.rule
    FROM whole
    JOIN filed ON filed.record_number = whole.record_number
    WHERE filed.rule IS NOT NULL
    ORDER BY whole.record_number
),
accepted AS (
    SELECT {columns}, whole.record_number
    FROM whole
    JOIN filed ON filed.record_number = whole.record_number
    WHERE filed.rule IS NULL AND filed.month = $month
    ORDER BY whole.record_number
)
SELECT * FROM {result}
