"""Mirrors data_contracts/feed.py."""

import pytest
from pydantic import ValidationError

from data_contracts.feed import Precision, Source, SourceColumn, fold_keys
from data_contracts.spelling import fold


def source(**changes: object) -> Source:
    """A small feed of calls."""
    facts: dict[str, object] = {
        "feed": "calls",
        "contract": "calls",
        "files": "calls_{month}.csv",
        "columns": {
            "No": {"to": "call_id"},
            "When": {"to": "received_datetime", "format": "%Y-%m-%d %H:%M"},
            "Kind": {"to": "source_code", "codes": {"Nine  One ONE": "line_911"}},
            "Notes": {"drop": "free text"},
        },
        "constants": {"path_code": "contact"},
    }
    return Source.model_validate({**facts, **changes})


def test_what_is_given_comes_in_the_contracts_order() -> None:
    found = source()

    assert found.given == ("call_id", "received_datetime", "source_code", "path_code")
    assert found.mapped == {"call_id": "No", "received_datetime": "When", "source_code": "Kind"}


def test_a_contract_column_knows_what_feeds_it() -> None:
    found = source()

    column = found.column("received_datetime")

    assert column is not None
    assert column.precision is Precision.MINUTE
    assert found.column("path_code") is None


def test_a_month_takes_its_own_file() -> None:
    assert source().glob("2025-03") == "calls_2025-03.csv"
    assert source().monthly
    assert not source(files="all.csv").monthly


def test_values_are_folded_on_both_sides() -> None:
    column = source().columns["Kind"]

    assert column.codes[fold(" nine one  one ")] == "line_911"


def test_two_meanings_of_one_value_are_refused() -> None:
    assert fold_keys({"Yes": "a", "YES": "a"}) == {"yes": "a"}
    with pytest.raises(ValueError, match="different meanings"):
        fold_keys({"Yes": "a", "yes ": "b"})


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "say either"),
        ({"to": "call_id", "drop": "x"}, "say either"),
        ({"drop": ""}, "drop"),
        ({"to": "received_datetime", "format": "%Y-%m-%d"}, "precision: date"),
        ({"to": "received_datetime", "format": "%H", "zone": "Mars/Olympus"}, "time zone"),
        ({"to": "call_id", "codez": {}}, "codez"),
    ],
)
def test_a_column_that_goes_nowhere_or_two_ways_is_refused(
    facts: dict[str, object], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        SourceColumn.model_validate(facts)


def test_a_feed_of_an_unknown_table_is_refused() -> None:
    with pytest.raises(ValidationError, match="no contract 'moods'"):
        source(contract="moods")
