-- publish: a table with no participant in it, as anyone may read it.
-- `delivered` are the accepted rows of every feed of the table, `words` and `steps` what their
-- words and numbers mean. A count of few people is never written, nor what is told of few.
WITH delivered AS (
    -- A row delivered twice, the same in every column, is one row.
    {delivered}
),
coded AS (
    SELECT
        {coded}
    FROM delivered
    {joins}
),
added AS (
    -- Nothing is told of a single booking: what reads the same is one row, its amounts added up.
    -- Rows about staff are left as they are, so that two of one post are seen and refused.
    SELECT
        {added}
    FROM coded
    {grouped}
),
shown AS (
    SELECT
        {shown}
    FROM added
)
SELECT * FROM shown
ORDER BY ALL
