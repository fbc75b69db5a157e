-- One row per unit that has too many records to count whole: its weight, in parts of {whole}.
-- Units that are not listed weigh {whole}. Integers only: no floating point decides a weight.
WITH
frequent AS (
    SELECT unit_key
    FROM {assigned}
    GROUP BY unit_key
    HAVING COUNT(*) > {always_whole}
),
met_often AS (
    SELECT assigned.*
    FROM {assigned} AS assigned
    INNER JOIN frequent ON assigned.unit_key = frequent.unit_key
),
moves AS (
    {moves}
),
norms AS (
    SELECT unit_key, SUM(moved * moved) AS norm_squared
    FROM moves
    GROUP BY unit_key
),
shares AS (
    SELECT unit_key, CAST(LEAST({whole_squared}, {bound} // norm_squared) AS BIGINT) AS squared
    FROM norms
    WHERE norm_squared > 0
),
guesses AS (
    SELECT unit_key, squared, CAST(FLOOR(SQRT(CAST(squared AS DOUBLE))) AS BIGINT) AS root
    FROM shares
),
lowered AS (
    SELECT unit_key, squared, CASE WHEN root * root > squared THEN root - 1 ELSE root END AS root
    FROM guesses
)
SELECT unit_key, CASE WHEN (root + 1) * (root + 1) <= squared THEN root + 1 ELSE root END AS weight
FROM lowered
