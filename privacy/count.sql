-- One row per cell of one table that has a record: what its records weigh together.
SELECT {cell} {sums}
FROM {gathered}
WHERE {counted}
{grouped}
