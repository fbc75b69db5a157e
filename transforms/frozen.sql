-- frozen: a row that a release counted under a participant stays theirs, whatever a later delivery
-- of its month says.
-- `stripped` is one month of a feed; `frozen` the rows that releases used of it: the record, which
-- person of it, and whose row it was. A row is known by its record and its place, which may be NULL.
WITH placed AS (
    SELECT *, {place} AS placed_as, {record} AS placed_in, {person} AS placed_under
    FROM stripped
),
owned AS (
    SELECT *
    FROM (
        SELECT *, count(*) OVER (PARTITION BY record_key) AS rows_then
        FROM frozen
    ) AS counted
    WHERE unit_key IS NOT NULL AND NOT mixed
),
shared AS (
    -- Rows of several people had the same place, so nothing says which is whose.
    SELECT DISTINCT record_key, unit_key
    FROM frozen
    WHERE unit_key IS NOT NULL AND mixed
),
vanished AS (
    SELECT DISTINCT record_key
    FROM shared
    WHERE NOT EXISTS (
        SELECT 1
        FROM placed
        WHERE placed.placed_in = shared.record_key AND placed.placed_under = shared.unit_key
    )
),
matched AS (
    SELECT
        placed.*,
        owned.unit_key AS owner,
        count(*) OVER (PARTITION BY placed_in) AS rows_now,
        -- Several rows at one place are one person's only where all of them name that person.
        count(*) OVER (PARTITION BY placed_in, placed_as) > 1
            AND (
                placed_as IS NULL
                OR min(coalesce(placed_under, -1)) OVER (PARTITION BY placed_in, placed_as) = -1
                OR min(placed_under) OVER (PARTITION BY placed_in, placed_as)
                <> max(placed_under) OVER (PARTITION BY placed_in, placed_as)
            ) AS mixed,
        coalesce(
            bool_or(placed_under = owned.unit_key) OVER (PARTITION BY placed_in, placed_as), false
        ) AS named
    FROM placed
    LEFT JOIN owned
        ON owned.record_key = placed_in
        AND owned.place IS NOT DISTINCT FROM placed_as
),
taken AS (
    SELECT *, CASE WHEN NOT mixed THEN owner END AS taken_by
    FROM matched
),
lost AS (
    -- Of a record, whose row is at no place any more.
    SELECT *
    FROM owned
    WHERE NOT EXISTS (
        SELECT 1
        FROM taken
        WHERE taken.placed_in = owned.record_key
            AND coalesce(taken.taken_by, taken.placed_under) = owned.unit_key
    )
),
told AS (
    -- Where the feed began or ceased to tell places, the one row of a record is the one it had.
    SELECT
        taken.*,
        coalesce(taken.taken_by, lost.unit_key) AS kept_for,
        (lost.unit_key IS NOT NULL AND (rows_now > 1 OR lost.rows_then > 1))
            OR (owner IS NOT NULL AND taken.mixed AND NOT named)
            OR (
                vanished.record_key IS NOT NULL AND shared.unit_key IS NULL AND taken_by IS NULL
            ) AS torn
    FROM taken
    LEFT JOIN vanished ON vanished.record_key = placed_in
    LEFT JOIN shared ON shared.record_key = placed_in AND shared.unit_key = placed_under
    LEFT JOIN lost
        ON lost.record_key = placed_in
        AND taken_by IS NULL
        AND (lost.place IS NULL OR placed_as IS NULL)
),
kept AS (
    SELECT
        {kept}
    FROM told
),
found AS (
    SELECT
        count(*) FILTER (WHERE torn) AS torn,
        count(*) FILTER (
            WHERE kept_for IS NOT NULL AND kept_for IS DISTINCT FROM placed_under
        ) AS put_back
    FROM told
)
SELECT * FROM {result}
ORDER BY ALL
