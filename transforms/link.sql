-- link: one row an incident and person, and one a response to the survey.
-- `encounters`, `calls` and `surveys` are this month's. `calls_near` and `encounters_near` are those
-- of the months before and after, because a call before midnight is met after it; of a month in
-- another fiscal year, whose keys are others, they are `calls_over` and `encounters_over`, and a
-- call is known there by `beside_key`. `encounters_far` are those of the fiscal year's other months,
-- whose visits claim a call and are told nothing by it. `claimed_before` are calls that a release counted as somebody's,
-- `named_by_refused` those that refused records name.
WITH met AS (
    -- Who is unknown is their own encounter, before anything is joined or grouped.
    SELECT
        *,
        coalesce(participant_key, encounter_key) AS unit_key,
        CASE WHEN participant_key IS NULL THEN 'anonymous' ELSE 'known' END AS known_or_anonymous
    FROM encounters
),
lending AS (
    SELECT call_key AS named_as, {call} FROM calls
    UNION ALL
    SELECT call_key AS named_as, {call} FROM calls_near
    UNION ALL
    SELECT beside_key AS named_as, {call} FROM calls_over
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY named_as ORDER BY {call}) AS nth
    FROM lending
),
one_a_call AS (
    -- By content, never by position, so that nobody else's rows decide.
    SELECT *
    FROM numbered
    WHERE nth = 1
),
named AS (
    SELECT call_key FROM encounters
    UNION
    SELECT call_key FROM encounters_near
    UNION
    SELECT call_key FROM encounters_far
    UNION
    SELECT call_key FROM named_by_refused
    UNION
    SELECT call_key FROM claimed_before
    UNION
    SELECT calls.call_key
    FROM calls
    JOIN encounters_over ON encounters_over.call_key = calls.beside_key
),
claimed AS (
    -- A call that an encounter names belongs to the unit of that encounter, however it ended.
    SELECT DISTINCT calls.call_key
    FROM calls
    JOIN named ON named.call_key = calls.call_key
),
contacts AS (
    SELECT
        met.unit_key,
        'contacts' AS block_code,
        met.month,
        {contact},
        met.known_or_anonymous AS known_or_anonymous_code
    FROM met
    LEFT JOIN one_a_call ON one_a_call.named_as = met.call_key
),
no_contact AS (
    -- The call's own path says that nobody was met, or nobody wrote down how it ended, and no
    -- encounter says otherwise. Of what came in the last days before a month that is not in yet, an
    -- encounter may still say so: it waits.
    SELECT
        call_key AS unit_key,
        'no_contact' AS block_code,
        month,
        {no_contact},
        $known_or_anonymous_default AS known_or_anonymous_code
    FROM calls
    WHERE path_code IN ({missed})
      AND open_until <= $known_until
      AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.call_key = calls.call_key)
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
        (SELECT count(DISTINCT call_key) FROM calls
         WHERE path_code IN ({met})
           AND NOT EXISTS (SELECT 1 FROM claimed
                           WHERE claimed.call_key = calls.call_key)) AS unmet,
        (SELECT count(*) FROM met
         WHERE call_key IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM one_a_call
                           WHERE one_a_call.named_as = met.call_key)) AS uncalled,
        (SELECT count(DISTINCT calls.call_key) FROM calls
         JOIN claimed ON claimed.call_key = calls.call_key
         WHERE path_code IN ({missed}) AND path_code <> $path_code_default) AS missed_and_met,
        (SELECT count(*) FROM calls
         WHERE path_code IN ({missed})
           AND open_until > $known_until
           AND NOT EXISTS (SELECT 1 FROM claimed
                           WHERE claimed.call_key = calls.call_key)) AS waiting
)
SELECT * FROM {result}
ORDER BY ALL
