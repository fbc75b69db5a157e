-- persons: one row a known person, and one a contact of somebody who is not.
-- `incidents` are the months of the period; `meanings` every code that says something, with its
-- place in its list, by column; `steps` where each band begins and ends, by column.
WITH contacts AS (
    SELECT
        *,
        disposition_code = 'declined' OR referral_code = 'declined' AS said_no,
        disposition_code = 'unknown' AND referral_code = 'unknown' AS says_nothing,
        disposition_code NOT IN ('declined', 'involuntary_hold', 'arrest', 'unknown')
            OR referral_code IN ('accepted', 'connected')
            OR kits_band_code NOT IN ('none', 'unknown')
            OR supplies_code NOT IN ('none', 'unknown') AS was_helped
    FROM incidents
    WHERE block_code = 'contacts'
),
known AS (
    SELECT * FROM contacts WHERE known_or_anonymous_code = 'known'
),
votes AS (
    {votes}
),
ranked AS (
    -- What was written most often holds; of two written as often, the first in its list.
    SELECT
        votes.unit_key,
        votes.fact,
        votes.code,
        row_number() OVER (
            PARTITION BY votes.unit_key, votes.fact ORDER BY votes.times DESC, meanings.place
        ) AS nth
    FROM votes
    JOIN meanings ON meanings."column" = votes.fact AND meanings.code = votes.code
),
facts AS (
    SELECT
        unit_key,
        {facts}
    FROM ranked
    WHERE nth = 1
    GROUP BY unit_key
),
gathered AS (
    SELECT
        unit_key,
        count(*) AS times,
        bool_or(since_previous_code = 'within_30') AS within_30,
        bool_or(since_previous_code = 'unknown') AS unclear,
        bool_or(since_previous_code = 'within_90') AS within_90,
        bool_or(since_previous_code = 'later') AS later,
        bool_or(said_no) AS said_no,
        bool_and(says_nothing) AS says_nothing,
        bool_or(after_decline_code = 'yes') AS met_after,
        bool_or(after_decline_code = 'yes' AND was_helped) AS helped_after,
        bool_or(after_decline_code = 'unknown') AS unclear_after
    FROM known
    GROUP BY unit_key
),
persons AS (
    SELECT
        gathered.unit_key,
        'persons' AS block_code,
        $month AS month,
        {known_facts},
        coalesce(steps.code, 'unknown') AS contacts_band_code,
        CASE
            WHEN within_30 THEN 'within_30'
            WHEN unclear THEN 'unknown'
            WHEN within_90 THEN 'within_90'
            WHEN later THEN 'later'
            ELSE 'once'
        END AS repeat_30_90_code,
        CASE
            WHEN helped_after THEN 'helped_again'
            WHEN met_after THEN 'met_again'
            WHEN said_no THEN 'not_met_again'
            WHEN unclear_after OR says_nothing THEN 'unknown'
            ELSE 'never_declined'
        END AS after_declining_code,
        'known' AS known_or_anonymous_code
    FROM gathered
    LEFT JOIN facts ON facts.unit_key = gathered.unit_key
    LEFT JOIN steps
        ON steps."column" = 'contacts_band_code' AND times >= steps.low AND times < steps.high
    UNION ALL
    SELECT
        unit_key,
        'persons' AS block_code,
        $month AS month,
        {no_facts},
        'unknown' AS contacts_band_code,
        'unknown' AS repeat_30_90_code,
        'unknown' AS after_declining_code,
        'anonymous' AS known_or_anonymous_code
    FROM contacts
    WHERE known_or_anonymous_code = 'anonymous'
)
SELECT * FROM persons
ORDER BY ALL
