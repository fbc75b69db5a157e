-- judge: give records their contract names, and each the rule that refuses it, if one does.
-- `landed` is one month of a feed as delivered; `records` is what rules look at.
WITH written AS (
    SELECT
        record_number,
        {texts}
    FROM landed
),
records AS (
    SELECT
        *{clocks}
    FROM written
),
counted AS (
    {counts}
),
days AS (
    SELECT strftime({clock}, '%Y-%m-%d') AS day, count(*) AS n
    FROM records
    WHERE {clock} IS NOT NULL
    GROUP BY ALL
),
ruled AS (
    SELECT *, {refusal} AS rule
    FROM records
),
accepted AS (
    SELECT {columns}
    FROM ruled
    WHERE rule IS NULL
    ORDER BY record_number
),
refused AS (
    SELECT record_number, {columns}, rule
    FROM ruled
    WHERE rule IS NOT NULL
    ORDER BY record_number
)
SELECT * FROM {result}
