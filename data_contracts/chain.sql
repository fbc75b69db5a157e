-- chain: count where money that was saved cannot be followed until it is spent again.
-- A chain is one budget line in one fiscal year: spent <= set aside <= certified. Amounts are
-- decimals, so a cent is a cent; a row that is refused, and so not published, is not counted here.
(
    SELECT coalesce(sum(broken), 0)
    FROM (
        SELECT
            CASE
                WHEN line IS NULL THEN count(*)
                WHEN sum(spent) > sum(appropriated) OR sum(appropriated) > sum(certified) THEN 1
                ELSE 0
            END AS broken
        FROM (
            SELECT
                "line_id" AS line,
                TRY_CAST("budget_year" AS DECIMAL(18, 4)) AS fiscal_year,
                CASE WHEN {certified} THEN TRY_CAST("amount_usd" AS DECIMAL(18, 4)) ELSE 0 END AS certified,
                CASE WHEN {appropriated} THEN TRY_CAST("amount_usd" AS DECIMAL(18, 4)) ELSE 0 END AS appropriated,
                CASE WHEN {spent} THEN TRY_CAST("amount_usd" AS DECIMAL(18, 4)) ELSE 0 END AS spent
            FROM "records"
            WHERE {reinvestment} AND CASE WHEN {refused} THEN FALSE ELSE TRUE END
        ) AS reinvestments
        GROUP BY line, fiscal_year
    ) AS chains
)
