"""Write what is hashed the same way everywhere, so that anyone can hash it again."""

import json
from hashlib import sha256


def canonical(value: object) -> str:
    """Write JSON in its one form: keys sorted, no spaces, UTF-8 letters as they are.

    >>> canonical({"b": 1, "a": ["ñ"]})
    '{"a":["ñ"],"b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal.

    >>> digest(b"")[:12]
    'e3b0c44298fc'
    """
    return sha256(data).hexdigest()
