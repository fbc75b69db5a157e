-- link: one row an incident and person.
-- `encounters` and `missed` are this month's; `calls` also the month before, because a call before
-- midnight is met after it.
WITH met AS (
    -- Who is unknown is their own encounter, before anything is joined or grouped.
    SELECT *, coalesce(participant_key, encounter_key) AS unit_key
    FROM encounters
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY call_key ORDER BY {call_order}) AS nth
    FROM calls
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
        {contact}
    FROM met
    LEFT JOIN one_a_call ON one_a_call.call_key = met.call_key
),
no_contact AS (
    -- The call's own path says that nobody was met; no missing encounter ever says so.
    SELECT
        call_key AS unit_key,
        'no_contact' AS block_code,
        month,
        {no_contact}
    FROM calls
    WHERE month = $month AND path_code IN ({missed})
),
incidents AS (
    SELECT * FROM contacts
    UNION ALL
    SELECT * FROM no_contact
),
checked AS (
    SELECT
        (SELECT count(*) FROM incidents) AS records,
        (SELECT count(*) FROM one_a_call
         WHERE month = $month AND path_code IN ({met})
           AND NOT EXISTS (SELECT 1 FROM met WHERE met.call_key = one_a_call.call_key)) AS unmet,
        (SELECT count(*) FROM met
         WHERE call_key IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM one_a_call
                           WHERE one_a_call.call_key = met.call_key)) AS uncalled
)
SELECT * FROM {result}
ORDER BY ALL
