-- code: the last step that sees a clock, a date or a place.
-- `stripped` is one month of a feed; `words` what the feed's words mean, by column; `steps` where
-- each band begins and ends, by column; `earlier` what came before each contact of a known person.
WITH measured AS (
    SELECT
        {measured}
    FROM stripped
    {earlier}
),
coded AS (
    SELECT
        {coded}
    FROM measured
    {joins}
)
SELECT * FROM coded
ORDER BY ALL
