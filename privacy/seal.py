"""Sign the rows of the ledger's database with its key, so that nobody else can write one.

The public chain is plain hashes that anyone can make anew; this signature is not.
"""

import hmac
from collections.abc import Iterable, Iterator
from hashlib import sha256

from privacy.chain import Row
from privacy.digest import canonical, digest
from privacy.records import Record, read_row


def sign_row(row: Row, *, spec: str, packed: bytes, key: bytes) -> str:
    """Sign a row with its spec and its packed files.

    Args:
        row: The row of the chain.
        spec: Canonical JSON of the spec.
        packed: The files as they are stored.
        key: The ledger's key.

    Returns:
        An HMAC-SHA256 in hexadecimal.
    """
    signed = {
        "row": row.model_dump(mode="json"),
        "spec": digest(spec.encode()),
        "files": digest(packed),
    }
    return hmac.new(key, canonical(signed).encode(), sha256).hexdigest()


def check_signatures(records: Iterable[Record], *, key: bytes) -> Iterator[str]:
    """Check that whole records were written by the holder of the key.

    Args:
        records: Rows of the database with all their columns.
        key: The ledger's key.

    Yields:
        One sentence for each record that was not.
    """
    for record in records:
        row = read_row(record)
        right = sign_row(row, spec=record.spec, packed=record.files, key=key)
        if not hmac.compare_digest(str(record.mac).encode(), right.encode()):
            yield f"row {row.seq} ({row.release}) was not written by this ledger"
