"""Turn identifiers into keyed integers. The chain: land -> judge -> **strip** -> code -> link."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from data_contracts.feed import Source, number_kind
from data_contracts.identifiers import DEFAULT, Fold, canonical, is_nobody

PERSON = "participant"
BITS = 63  # of the digest that are kept: what a signed 64-bit integer holds

_MARK = 8  # hexadecimal digits: enough to tell one month's numbers apart
_BLOCK_BYTES = 64  # of SHA-256; RFC 2104, section 2
_INNER, _OUTER = 0x36, 0x5C  # RFC 2104, section 2
_DIGEST_BITS = 256


def key_of(name: str) -> str:
    """Column that takes an identifier's place.

    >>> key_of("call_id")
    'call_key'
    """
    return f"{number_kind(name)}_key"


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the numbers of one column are read.

    `kind` is `participant`, `encounter`, `call` or `response`; `numbering` who gives them out;
    `alike` what does not tell two of them apart; `placeholders` further words for nobody.
    """

    kind: str
    numbering: str
    alike: frozenset[Fold] = DEFAULT
    placeholders: tuple[str, ...] = ()

    def message(self, written: str) -> str | None:
        """Write what is hashed for a number.

        Kind and numbering come first, so that one text used for two things gives two keys.

        Args:
            written: The number as delivered.

        Returns:
            The message, or None where nobody is identified.
        """
        text = canonical(written, alike=self.alike)
        if not text or (self.kind == PERSON and is_nobody(written, also=self.placeholders)):
            return None
        return f"{self.kind}|{self.numbering}|{text}"


def numbers_of(source: Source, name: str) -> Numbers:
    """Say how a feed's column of numbers is read."""
    kind = number_kind(name)
    also = source.placeholders if kind == PERSON else ()
    return Numbers(kind, source.numbered_by(name), source.alike(name), also)


def hash_identity(numbers: Numbers, written: str, *, key: bytes) -> int | None:
    """Hash one identifier as `strip.sql` does, for a record that comes alone.

    Args:
        numbers: How it is read.
        written: The identifier as delivered.
        key: 32 random bytes of the fiscal year.

    Returns:
        The first 63 bits of HMAC-SHA256, or None where nobody is identified.

    Source: RFC 2104.
    """
    told = numbers.message(written)
    if told is None:
        return None
    digest = hmac.digest(key, told.encode(), "sha256")
    return int.from_bytes(digest) >> (_DIGEST_BITS - BITS)


def mark_of(numbers: Numbers, written: str, *, key: bytes) -> str:
    """Name a number by the first digits of its keyed hash, to speak of it outside the vault."""
    hashed = hash_identity(numbers, written, key=key)
    return "" if hashed is None else f"{hashed:016x}"[:_MARK]


def key_table(keys: Mapping[str, bytes]) -> pa.Table:
    """Give SQL the keys: one row a year, `year`, `inner_pad` and `outer_pad`.

    A table rather than values, because the engine prints values in its plans.

    Args:
        keys: 32 random bytes of each fiscal year, by the name that `identity_table` gives it.
    """
    blocks = {
        year: (hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(
            _BLOCK_BYTES, b"\0"
        )
        for year, key in keys.items()
    }
    pads = {
        name: pa.array(
            [bytes(byte ^ pad for byte in block) for block in blocks.values()], pa.binary()
        )
        for name, pad in {"inner_pad": _INNER, "outer_pad": _OUTER}.items()
    }
    return pa.table({"year": pa.array(list(blocks), pa.string()), **pads})


def identity_table(written: Iterable[tuple[Numbers, str, Iterable[str]]]) -> pa.Table:
    """Give SQL what to hash, one row for every identifier that somebody wrote and year.

    Args:
        written: How a column is read, the year with whose key, and what stands there, each once.

    Returns:
        Columns `kind`, `year`, `written`, `message`; identifiers of nobody have no row.
    """
    rows = [
        (numbers.kind, year, one, told)
        for numbers, year, several in written
        for one in several
        if (told := numbers.message(one)) is not None
    ]
    names = ("kind", "year", "written", "message")
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pa.table(
        [pa.array(column, pa.string()) for column in columns],
        schema=pa.schema([(name, pa.string()) for name in names]),
    )
