-- One row per frequent unit: the squared length of what its records add to tables that count the
-- same cells.
WITH
cells AS (
    SELECT {cell}, {sums}
    FROM {frequent}
    WHERE {counted}
    GROUP BY {cell}
)
SELECT unit_key, CAST({squares} AS HUGEINT) AS length_squared
FROM cells
GROUP BY unit_key
