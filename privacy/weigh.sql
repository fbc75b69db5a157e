-- The assigned records, each with the weight of its unit.
SELECT assigned.*, COALESCE(weights.weight, {whole}) AS weight
FROM {assigned} AS assigned
LEFT JOIN {weights} AS weights ON assigned.unit_key = weights.unit_key
