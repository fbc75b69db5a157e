"""Mark every Parquet file of a vault, so that no other tool takes it for open data.

`PANDAS_ATTRS` is where pandas looks for the attributes of a frame: a vault's file that is read into
one keeps its mark there.
"""

import json

VAULT_MARK = "care_dividend.vault"
PARQUET_METADATA = {
    VAULT_MARK: "private",
    "PANDAS_ATTRS": json.dumps({VAULT_MARK: "private"}),
}
