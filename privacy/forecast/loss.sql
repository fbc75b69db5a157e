-- One row per number of records that a unit has: how many units have so many, and how many of
-- those count in part. Units that have no weight count whole.
WITH
units AS (
    SELECT assigned.unit_key, COUNT(*) AS records, MIN(COALESCE(weights.weight, {whole})) AS weight
    FROM {assigned} AS assigned
    LEFT JOIN {weights} AS weights ON assigned.unit_key = weights.unit_key
    GROUP BY assigned.unit_key
)
SELECT
    records,
    COUNT(*) AS units,
    SUM(CASE WHEN weight < {whole} THEN 1 ELSE 0 END) AS in_part
FROM units
GROUP BY records
ORDER BY records
