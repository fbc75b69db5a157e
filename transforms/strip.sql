-- strip: identifiers become keyed integers and end here; nothing unnamed passes.
-- `judged` is one month of a feed; `identities` the written form of every identifier with the
-- message to hash; `keys` one row, the year's key as the two pads of HMAC.
WITH records AS (
    -- A record delivered twice, the same in every column, is one record.
    SELECT DISTINCT {columns}
    FROM judged
),
digests AS MATERIALIZED (
    SELECT
        kind,
        written,
        sha256(outer_pad || unhex(sha256(inner_pad || encode(message)))) AS digest
    FROM identities
    CROSS JOIN keys
),
keyed AS (
    SELECT
        kind,
        written,
        CAST(CAST('0x' || substr(digest, 1, 16) AS UBIGINT) >> 1 AS BIGINT) AS key
    FROM digests
),
permitted AS (
    SELECT *, coalesce({linked}, false) AS linked
    FROM records
),
stripped AS (
    SELECT
        {kept}
    FROM permitted
    {joins}
)
SELECT * FROM stripped
ORDER BY ALL
