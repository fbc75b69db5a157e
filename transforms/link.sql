-- link: one row an incident and person, and one a response to the survey.
-- `encounters` and `surveys` are this month's; `calls` also the month before, because a call before
-- midnight is met after it.
WITH met AS (
    -- Who is unknown is their own encounter, before anything is joined or grouped.
    SELECT
        *,
        coalesce(participant_key, encounter_key) AS unit_key,
        CASE WHEN participant_key IS NULL THEN 'anonymous' ELSE 'known' END AS known_or_anonymous
    FROM encounters
),
numbered AS (
    -- A call that is a unit of its own tells of no contact, or removing it would change that one.
    SELECT *, row_number() OVER (PARTITION BY call_key ORDER BY {call_order}) AS nth
    FROM calls
    WHERE path_code NOT IN ({missed})
),
one_a_call AS (
    -- By content, never by position, so that nobody else's rows decide.
    SELECT *
    FROM numbered
    WHERE nth = 1
),
contacts AS (
    SELECT
        met.unit_key,
        'contacts' AS block_code,
        met.month,
        {contact},
        met.known_or_anonymous AS known_or_anonymous_code
    FROM met
    LEFT JOIN one_a_call ON one_a_call.call_key = met.call_key
),
no_contact AS (
    -- The call's own path says that nobody was met, or nobody wrote down how it ended; no missing
    -- encounter ever says so.
    SELECT
        call_key AS unit_key,
        'no_contact' AS block_code,
        month,
        {no_contact},
        $known_or_anonymous_default AS known_or_anonymous_code
    FROM calls
    WHERE month = $month AND path_code IN ({missed})
),
responses AS (
    -- A response belongs to nobody: nothing is ever joined to it.
    SELECT
        response_key AS unit_key,
        'surveys' AS block_code,
        month,
        {survey},
        $known_or_anonymous_default AS known_or_anonymous_code
    FROM surveys
),
incidents AS (
    SELECT * FROM contacts
    UNION ALL
    SELECT * FROM no_contact
    UNION ALL
    SELECT * FROM responses
),
checked AS (
    SELECT
        (SELECT count(*) FROM incidents) AS records,
        (SELECT count(*) FROM one_a_call
         WHERE month = $month AND path_code IN ({met})
           AND NOT EXISTS (SELECT 1 FROM met WHERE met.call_key = one_a_call.call_key)) AS unmet,
        (SELECT count(*) FROM met
         WHERE call_key IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM calls
                           WHERE calls.call_key = met.call_key)) AS uncalled
)
SELECT * FROM {result}
ORDER BY ALL
