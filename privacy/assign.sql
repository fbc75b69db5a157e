-- One row per record of one block: its unit, the number of its public key in each dimension, and
-- its measures, clipped to their range. A value outside the public keys is `unknown`, or NULL where
-- a dimension has no such key; a measure that was not taken is NULL.
SELECT {columns}
FROM {incidents}
WHERE block_code = {block} AND month IN ({months})
