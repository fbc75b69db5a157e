-- frozen: a row that a release counted under a participant stays theirs, whatever a later delivery
-- of its month says.
-- `stripped` is one month of a feed; `frozen` what releases used of it: the record, which person of
-- it, whose row it was, and how many.
WITH placed AS (
    SELECT *, {place} AS placed_as, {record} AS placed_in, {person} AS placed_under
    FROM stripped
),
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY placed_in, placed_as, placed_under ORDER BY {columns}
        ) AS nth
    FROM placed
),
present AS (
    SELECT placed_in, placed_as, placed_under, count(*) AS times
    FROM placed
    WHERE placed_under IS NOT NULL
    GROUP BY placed_in, placed_as, placed_under
),
missing AS (
    -- Of a record, whose rows are no longer all there; nobody else's rows decide that.
    SELECT frozen.record_key, frozen.place, frozen.unit_key
    FROM frozen
    LEFT JOIN present
        ON present.placed_in = frozen.record_key
        AND present.placed_under = frozen.unit_key
        AND coalesce(present.placed_as = frozen.place, true)
    GROUP BY frozen.record_key, frozen.place, frozen.unit_key, frozen.times
    HAVING coalesce(sum(present.times), 0) < frozen.times
),
places AS (
    SELECT DISTINCT placed_in, placed_as FROM placed
),
owners AS (
    SELECT
        places.placed_in,
        places.placed_as,
        min(missing.unit_key) AS owner,
        count(DISTINCT missing.unit_key) AS owners
    FROM places
    JOIN missing
        ON missing.record_key = places.placed_in
        AND coalesce(missing.place = places.placed_as, true)
    GROUP BY places.placed_in, places.placed_as
),
theirs AS (
    SELECT DISTINCT numbered.placed_in, numbered.placed_as, numbered.placed_under, numbered.nth
    FROM numbered
    JOIN frozen
        ON frozen.record_key = numbered.placed_in
        AND frozen.unit_key = numbered.placed_under
        AND coalesce(frozen.place = numbered.placed_as, true)
        AND numbered.nth <= frozen.times
),
told AS (
    SELECT
        numbered.*,
        CASE WHEN theirs.nth IS NULL THEN owners.owner END AS owner,
        CASE WHEN theirs.nth IS NULL THEN coalesce(owners.owners, 0) ELSE 0 END AS owners
    FROM numbered
    LEFT JOIN theirs
        ON theirs.placed_in = numbered.placed_in
        AND theirs.placed_as IS NOT DISTINCT FROM numbered.placed_as
        AND theirs.placed_under = numbered.placed_under
        AND theirs.nth = numbered.nth
    LEFT JOIN owners
        ON owners.placed_in = numbered.placed_in
        AND owners.placed_as IS NOT DISTINCT FROM numbered.placed_as
),
kept AS (
    SELECT
        {kept}
    FROM told
),
torn AS (
    SELECT count(*) AS n FROM told WHERE owners > 1
)
SELECT * FROM {result}
ORDER BY ALL
