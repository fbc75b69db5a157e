-- recall: what a known person's earlier records of the fiscal year say of each of their contacts.
-- `feed_0`, `feed_1` ... are this month without identifiers, one a feed of the table; `coded` the
-- coded records of the year's earlier months; `recent` the last day on which a person was met in
-- each of the months before that reach into this one.
WITH contacts AS (
    {contacts}
),
met AS (
    -- A contact counts once, however many records of one person it has.
    SELECT person, record, min(met_at) AS met_at, bool_or(had) AS had
    FROM contacts
    WHERE person IS NOT NULL
    GROUP BY person, record
),
last_days AS (
    SELECT person AS {person}, max(CAST(met_at AS DATE)) AS last_day
    FROM met
    GROUP BY person
),
months_before AS (
    SELECT {person} AS person, max(month) AS month, bool_or({had}) AS had
    FROM coded
    WHERE {person} IS NOT NULL
    GROUP BY {person}
),
days_before AS (
    SELECT {person} AS person, max(last_day) AS last_day
    FROM recent
    GROUP BY {person}
),
ordered AS (
    -- Of two contacts in one minute, the one that had it comes last: nothing is said to have come
    -- after what may not have come before.
    SELECT
        *,
        CAST(met_at AS DATE) AS day,
        lag(CAST(met_at AS DATE)) OVER (
            PARTITION BY person ORDER BY met_at, had, record
        ) AS day_before,
        coalesce(bool_or(had) OVER (
            PARTITION BY person ORDER BY met_at, had, record
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), false) AS had_this_month
    FROM met
),
earlier AS (
    -- `$gap` is the latest month that is not coded, or nothing: what came before it nobody knows.
    SELECT
        ordered.person AS of_person,
        ordered.record AS of_record,
        day_before IS NULL AND months_before.person IS NULL AND $gap = '' AS came_first,
        CAST(CASE
            WHEN day_before IS NOT NULL THEN date_diff('day', day_before, day)
            WHEN months_before.month < $gap THEN NULL
            WHEN months_before.month = strftime(last_day, '%Y-%m')
                THEN date_diff('day', last_day, day)
            WHEN months_before.month < $reach THEN $long_ago
        END AS INTEGER) AS days_since,
        CASE
            WHEN had_this_month OR coalesce(months_before.had, false) THEN true
            WHEN $gap = '' THEN false
        END AS had_before
    FROM ordered
    LEFT JOIN months_before ON months_before.person = ordered.person
    LEFT JOIN days_before ON days_before.person = ordered.person
)
SELECT * FROM {result}
ORDER BY ALL
