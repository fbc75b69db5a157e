"""Mirrors transforms/identity.py."""

import hashlib
import hmac

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.identifiers import Fold
from transforms.engine import read_sql
from transforms.identity import Numbers, hash_identity, identity_table, key_table

PEOPLE = Numbers("participant", "clinic")
VISITS = Numbers("encounter", "visits")
KEYS = st.binary(min_size=32, max_size=32)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


def keyed(written: list[str], *, key: bytes) -> dict[str, int]:
    """What `strip.sql` makes of participants."""
    sql = read_sql("strip").partition("permitted AS")[0].format(columns="1")
    identities, keys = identity_table([(PEOPLE, "this", written)]), key_table({"this": key})
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
        told = PEOPLE.message(one)
        if told is not None:
            digest = hmac.new(key, told.encode(), hashlib.sha256).digest()
            expected[one] = int.from_bytes(digest[:8]) >> 1

    assert keyed(written, key=key) == expected
    assert {one: hash_identity(PEOPLE, one, key=key) for one in expected} == expected


def test_a_known_answer() -> None:
    assert keyed(["CLI-7"], key=bytes(range(32))) == {
        "CLI-7": int.from_bytes(
            hmac.digest(bytes(range(32)), b"participant|clinic|cli-7", "sha256")[:8]
        )
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
    assert PEOPLE.message(one) == PEOPLE.message(other)


@given(TEXTS)
def test_the_normal_form_is_stable(written: str) -> None:
    told = VISITS.message(written)

    assert told is None or VISITS.message(told.removeprefix("encounter|visits|")) == told


def test_one_text_as_two_kinds_is_two_identities() -> None:
    key = bytes(32)

    kinds = [Numbers(kind, "town") for kind in ("participant", "encounter", "call")]

    assert len({hash_identity(one, "7", key=key) for one in kinds}) == len(kinds)


def test_one_text_in_two_numberings_is_two_identities() -> None:
    lines = [Numbers("call", "line_911"), Numbers("call", "line_988")]

    assert len({hash_identity(one, "1001", key=bytes(32)) for one in lines}) == len(lines)


def test_what_is_alike_is_one_identity_only_where_the_program_says_so() -> None:
    strict, loose = (
        Numbers("participant", "clinic", frozenset(alike)) for alike in ([], list(Fold))
    )
    forms = ["A-007", "a-007", "A-7", "A -7", "A7", "A_7"]

    assert len({strict.message(one) for one in forms}) == len(forms)
    assert len({loose.message(one) for one in forms}) == 1
    assert loose.message("1001.0") == loose.message("1001") != strict.message("1001.0")


@pytest.mark.parametrize(
    "written",
    [
        *("", "   ", "Unknown", " UNKNOWN\u00a0", "Anonymous", "Refused", "John Doe", "0", "N/A"),
        *("?", "999999", "xxx", "unknown person", "test", "anónimo", "Desconocida", "se negó"),
        *(
            "JOHNDOE",
            "No-Name",
            "S/D",
            "-1",
            "Baby Boy Doe",
            "Declined to state",
            "FNU LNU",
            "se niega",
        ),
        *("Doe, Jane 2", "Refused to give name", "no quiso dar su nombre", "Unknown male #3"),
    ],
)
def test_nobody_has_no_identity(written: str) -> None:
    assert PEOPLE.message(written) is None
    assert hash_identity(PEOPLE, written, key=bytes(32)) is None


def test_a_record_whose_number_says_unknown_still_has_one() -> None:
    assert VISITS.message("Unknown") == "encounter|visits|unknown"
