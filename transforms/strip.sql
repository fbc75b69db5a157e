-- strip: identifiers become keyed integers and end here; nothing unnamed passes.
-- `judged` is one month of a feed; `identities` the written form of every identifier with the
-- message to hash; `keys` one row a fiscal year, its key as the two pads of HMAC. Beside this year
-- there is the one next to it where the month borders on it: see link.sql. `refused` are the numbers
-- of calls that refused records name.
WITH records AS (
    -- A record delivered twice, the same in every column, is one record.
    SELECT DISTINCT {columns}
    FROM judged
),
digests AS MATERIALIZED (
    SELECT
        kind,
        identities.year,
        written,
        sha256(outer_pad || unhex(sha256(inner_pad || encode(message)))) AS digest
    FROM identities
    JOIN keys ON keys.year = identities.year
),
keyed AS (
    SELECT
        kind,
        year,
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
),
named AS (
    -- Calls that refused records of the feed name: those are not counted, and yet not nobody's.
    SELECT DISTINCT keyed.key AS call_key
    FROM refused
    JOIN keyed ON keyed.kind = 'call' AND keyed.year = 'this' AND keyed.written = refused.written
)
SELECT * FROM {result}
ORDER BY ALL
