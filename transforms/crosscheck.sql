-- crosscheck: hold the endings of calls against the visits that name them.
-- `calls` are this month's and the month before's, because a call before midnight is met after it;
-- `visits` are this month's. An ending is 'met', 'missed', or nothing where nobody wrote it down.
WITH calls AS (
    {calls}
),
visits AS (
    {visits}
),
ended AS (
    -- A number that two calls share tells of both endings, and is neither.
    SELECT number, MIN(ending) AS ending, MAX(this_month) AS this_month
    FROM calls
    WHERE number IS NOT NULL
    GROUP BY number
    HAVING COUNT(DISTINCT ending) <= 1
),
named AS (
    SELECT number, COUNT(*) AS n
    FROM visits
    WHERE number IS NOT NULL
    GROUP BY number
)
SELECT
    (SELECT COUNT(*) FROM visits) AS records,
    (SELECT COUNT(*) FROM named JOIN ended ON ended.number = named.number
     WHERE ended.ending = 'missed') AS contradicted,
    (SELECT COUNT(*) FROM named JOIN ended ON ended.number = named.number
     WHERE ended.ending IS NOT NULL) AS told,
    (SELECT COUNT(*) FROM ended
     WHERE this_month AND ending = 'met'
       AND NOT EXISTS (SELECT 1 FROM named WHERE named.number = ended.number)) AS unvisited,
    (SELECT COUNT(*) FROM ended WHERE this_month AND ending = 'met') AS met
