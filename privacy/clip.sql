-- One row per frequent unit: its weight, in parts of {whole}. Units that are not listed weigh
-- {whole}. Integers only: no floating point decides a weight.
WITH
summed AS (
    SELECT unit_key, SUM(length_squared) AS length_squared
    FROM {lengths}
    GROUP BY unit_key
),
shares AS (
    SELECT unit_key, CAST(LEAST({whole_squared}, {bound} // length_squared) AS BIGINT) AS squared
    FROM summed
    WHERE length_squared > 0
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
