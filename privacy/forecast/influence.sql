-- One row per unit with several records and table: the squared length of what its records add to
-- the table, each weighing 1. A unit with no record in any table has one row without a table.
WITH
often AS (
    SELECT unit_key, COUNT(*) AS records
    FROM {assigned}
    GROUP BY unit_key
    HAVING COUNT(*) > 1
),
met_often AS (
    SELECT assigned.*
    FROM {assigned} AS assigned
    INNER JOIN often ON assigned.unit_key = often.unit_key
),
moves AS (
    {moves}
)
SELECT often.unit_key, often.records, moves.place, SUM(moves.moved * moves.moved) AS squared
FROM often
LEFT JOIN moves ON often.unit_key = moves.unit_key
GROUP BY often.unit_key, often.records, moves.place
ORDER BY often.unit_key, moves.place
