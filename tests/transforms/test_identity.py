"""Mirrors transforms/identity.py."""

import hashlib
import hmac

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.engine import read_sql
from transforms.identity import hash_identity, identity_table, key_table, message

KEYS = st.binary(min_size=32, max_size=32)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


def keyed(written: list[str], *, key: bytes) -> dict[str, int]:
    """What `strip.sql` makes of participants."""
    sql = read_sql("strip").partition("permitted AS")[0].format(columns="1")
    identities, keys = identity_table({"participant": written}), key_table(key)
    with duckdb.connect() as db:
        db.register("identities", identities)
        db.register("keys", keys)
        db.execute("CREATE TABLE judged AS SELECT 1")
        select = "SELECT written, key FROM keyed"
        rows = db.execute(f"{sql.rstrip().rstrip(',')} {select}").fetchall()
    return dict(rows)


@settings(max_examples=40)
@given(written=st.lists(TEXTS, unique=True, max_size=8), key=KEYS)
def test_sql_hashes_as_python_does(written: list[str], key: bytes) -> None:
    expected = {}
    for one in written:
        told = message("participant", one)
        if told is not None:
            digest = hmac.new(key, told.encode(), hashlib.sha256).digest()
            expected[one] = int.from_bytes(digest[:8]) >> 1

    assert keyed(written, key=key) == expected
    assert {one: hash_identity("participant", one, key=key) for one in expected} == expected


def test_a_known_answer() -> None:
    assert keyed(["CLI-7"], key=bytes(range(32))) == {
        "CLI-7": int.from_bytes(hmac.digest(bytes(range(32)), b"participant|cli-7", "sha256")[:8])
        >> 1
    }
    assert keyed(["CLI-7"], key=bytes(range(32))) != keyed(["CLI-7"], key=bytes(32))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cli-7", " CLI-7 "),
        ("ﬁ-1", "FI-1"),
        ("\u0041\u030a", "å"),
        ("STRASSE", "straße"),
        ("7", "\uff17"),
        ("a b", "a \u00a0 b"),
    ],
)
def test_an_identifier_is_one_however_it_is_typed(one: str, other: str) -> None:
    assert message("participant", one) == message("participant", other)


@given(TEXTS)
def test_the_normal_form_is_stable(written: str) -> None:
    told = message("encounter", written)

    assert told is None or message("encounter", told.removeprefix("encounter|")) == told


def test_one_text_as_two_kinds_is_two_identities() -> None:
    key = bytes(32)

    keys = {hash_identity(kind, "7", key=key) for kind in ("participant", "encounter", "call")}

    assert len(keys) == 3


@pytest.mark.parametrize("written", ["", "   ", "Unknown", " UNKNOWN\u00a0"])
def test_nobody_has_no_identity(written: str) -> None:
    assert message("participant", written) is None
    assert hash_identity("participant", written, key=bytes(32)) is None


def test_a_record_whose_number_says_unknown_still_has_one() -> None:
    assert message("encounter", "Unknown") == "encounter|unknown"
