-- One row per cell of one table that has a record: what its records weigh together.
SELECT {cell} {sums}
FROM {assigned} AS assigned
LEFT JOIN {weights} AS weights ON assigned.unit_key = weights.unit_key
WHERE {counted}
{grouped}
