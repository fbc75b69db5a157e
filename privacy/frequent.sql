-- One row per record of a unit with too many records to count whole without being looked at.
SELECT assigned.*
FROM {assigned} AS assigned
WHERE assigned.unit_key IN (
    SELECT unit_key
    FROM {assigned}
    GROUP BY unit_key
    HAVING COUNT(*) > {always_whole}
)
