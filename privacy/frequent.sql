-- One row per unit with too many records to count whole without being looked at; nothing is
-- known of its length yet.
SELECT unit_key, CAST(0 AS HUGEINT) AS length_squared
FROM {assigned}
GROUP BY unit_key
HAVING COUNT(*) > {always_whole}
