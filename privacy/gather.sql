-- Two rows per combination of keys: what its records weigh together if all of them count whole, and
-- what those of clipped units lack. So by measure: the weight of records that have it, and its sum.
-- Tables are counted from these rows.
SELECT {keys} {whole}
FROM {assigned}
{grouped}
UNION ALL
SELECT {keys} {lacking}
FROM {frequent} AS frequent
INNER JOIN {weights} AS weights ON frequent.unit_key = weights.unit_key
{grouped}
