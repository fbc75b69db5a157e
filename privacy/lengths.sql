-- One row per frequent unit: the squared length of what its records add to all tables so far.
WITH
met_often AS (
    SELECT assigned.*
    FROM {assigned} AS assigned
    INNER JOIN {lengths} AS frequent ON assigned.unit_key = frequent.unit_key
),
moves AS (
    {moves}
),
added AS (
    SELECT unit_key, SUM(moved * moved) AS length_squared
    FROM moves
    GROUP BY unit_key
)
SELECT
    so_far.unit_key,
    so_far.length_squared + COALESCE(added.length_squared, 0) AS length_squared
FROM {lengths} AS so_far
LEFT JOIN added ON so_far.unit_key = added.unit_key
