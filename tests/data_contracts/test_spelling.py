"""Mirrors data_contracts/spelling.py."""

import unicodedata

import duckdb
import pytest

from data_contracts.spelling import fold, fold_sql, tidy

ALIKE = [
    ("Peñón", unicodedata.normalize("NFD", "Peñón")),
    ("North Side", "North\u00a0Side"),
    ("North Side", "North\u202f\u2009Side"),
    ("Shelter", "\ufeffShel\u200bter\u200e"),
    ("Shelter", "Shel\u00adter"),
    ("Yes", "\uff39\uff45\uff53"),
    ("Didn't want", "Didn\u2019t want"),
    ('"Other"', "\u201cOther\u201d"),
    ("Follow-up", "Follow\u2013up"),
    ("office", "o\ufb03ce"),
    ("Yes", "Yes\ufe0f"),
    ("Refused", "  REFUSED.. "),
    ("A B", "a \t\n b"),
]


@pytest.mark.parametrize(("plain", "alike"), ALIKE)
def test_what_only_looks_alike_is_one_word(plain: str, alike: str) -> None:
    assert fold(plain) == fold(alike)


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        ("Shelter", "Sh\u0435lter"),  # a Cyrillic letter
        ("No", "N\u03bf"),  # a Greek one
        ("Peñón", "Penon"),
        ("1", "1.0"),
        ("Yes", "Y es"),
    ],
)
def test_what_is_another_word_stays_another(plain: str, other: str) -> None:
    assert fold(plain) != fold(other)


def test_a_plain_text_is_left_alone() -> None:
    assert tidy("  Follow-up. `x` ") == "  Follow-up. `x` "


@pytest.mark.parametrize(("plain", "alike"), ALIKE)
def test_sql_folds_what_was_landed_as_python_does(plain: str, alike: str) -> None:
    """Blanks are folded where records get their contract names; the rest is here."""
    landed = " ".join(tidy(alike).split())

    row = duckdb.execute(f"SELECT {fold_sql('word')} FROM (SELECT $1 AS word)", [landed]).fetchone()

    assert row == (fold(plain),)
