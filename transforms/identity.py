"""Turn identifiers into keyed integers. The chain: land -> judge -> **strip** -> code -> link."""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Mapping

import pyarrow as pa

from data_contracts.codes import UNKNOWN

PERSON = "participant"
BITS = 63  # of the digest that are kept: what a signed 64-bit integer holds

_BLOCK_BYTES = 64  # of SHA-256; RFC 2104, section 2
_INNER, _OUTER = 0x36, 0x5C  # RFC 2104, section 2
_DIGEST_BITS = 256


def kind_of(name: str) -> str:
    """Kind of an identifier: its column's name without `_id`.

    >>> kind_of("call_id")
    'call'
    """
    return name.removesuffix("_id")


def key_of(name: str) -> str:
    """Column that takes an identifier's place.

    >>> key_of("call_id")
    'call_key'
    """
    return f"{kind_of(name)}_key"


def normalise(written: str) -> str:
    """Bring an identifier to one form, however it was typed.

    >>> normalise(" ÅB-7 ") == normalise("a\u030ab-7")
    True
    """
    folded = unicodedata.normalize("NFKC", written).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def message(kind: str, written: str) -> str | None:
    """Write what is hashed for an identifier.

    The kind comes first, so that one text used as two kinds of identifier gives two keys.

    Args:
        kind: `participant`, `encounter`, `call` or `response`.
        written: The identifier as delivered.

    Returns:
        The message, or None where nobody is identified.
    """
    canonical = normalise(written)
    if not canonical or (kind == PERSON and canonical == UNKNOWN):
        return None
    return f"{kind}|{canonical}"


def hash_identity(kind: str, written: str, *, key: bytes) -> int | None:
    """Hash one identifier as `strip.sql` does, for a record that comes alone.

    Args:
        kind: `participant`, `encounter`, `call` or `response`.
        written: The identifier as delivered.
        key: 32 random bytes of the fiscal year.

    Returns:
        The first 63 bits of HMAC-SHA256, or None where nobody is identified.

    Source: RFC 2104.
    """
    told = message(kind, written)
    if told is None:
        return None
    digest = hmac.digest(key, told.encode(), "sha256")
    return int.from_bytes(digest) >> (_DIGEST_BITS - BITS)


def key_table(key: bytes) -> pa.Table:
    """Give SQL the key: one row, `inner_pad` and `outer_pad`.

    A table rather than a value, because the engine prints values in its plans.
    """
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(
        _BLOCK_BYTES, b"\0"
    )
    pads = {
        name: pa.array([bytes(byte ^ pad for byte in block)], pa.binary())
        for name, pad in {"inner_pad": _INNER, "outer_pad": _OUTER}.items()
    }
    return pa.table(pads)


def identity_table(written: Mapping[str, Iterable[str]]) -> pa.Table:
    """Give SQL what to hash, one row for every identifier that somebody wrote.

    Args:
        written: Identifiers as delivered, each once, by kind.

    Returns:
        Columns `kind`, `written`, `message`; identifiers of nobody have no row.
    """
    rows = [
        (kind, one, told)
        for kind, several in written.items()
        for one in several
        if (told := message(kind, one)) is not None
    ]
    names = ("kind", "written", "message")
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    return pa.table(
        [pa.array(column, pa.string()) for column in columns], schema=_text_schema(names)
    )


def _text_schema(names: Iterable[str]) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in names])
