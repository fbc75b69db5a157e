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


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("../inbox/calls_{month}.csv", "leaves the inbox"),
        ("new/../../calls_{month}.csv", "leaves the inbox"),
        ("./calls_{month}.csv", "leaves the inbox"),
        ("new//calls_{month}.csv", "empty part"),
        ("", "empty part"),
        ("/data/calls_{month}.csv", "inside the inbox, not an absolute one"),
        ("~/calls_{month}.csv", "inside the inbox"),
        ("C:/data/calls_{month}.csv", "inside the inbox"),
        ("s3://bucket/calls_{month}.csv", "inside the inbox"),
        ("new\\calls_{month}.csv", "inside the inbox"),
        (".sync/calls_{month}.csv", "hidden"),
        ("new/.calls_{month}.csv", "hidden"),
        ("calls_{Month}.csv", "only {month}"),
        ("calls_{year}.csv", "only {month}"),
        ("calls_{month}.xlsx", "CSV in UTF-8"),
        ("calls_{month}.csv.gz", "CSV in UTF-8"),
    ],
)
def test_a_pattern_that_reads_no_delivered_file_is_refused(files: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        source(files=files)


@pytest.mark.parametrize(
    "files", ["calls_{month}.csv", "{month}/calls.csv", "**/calls*{month}.txt", "2025/calls.csv"]
)
def test_a_pattern_may_name_folders_of_the_inbox(files: str) -> None:
    assert source(files=files).files == files


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("%m/%d/%Y %I:%M", "%I is an hour of twelve, which needs %p"),
        ("%m/%d/%Y %-I:%M", "needs %p"),
        ("%F %H:%M", "%F, which is not read"),
        ("%m/%d/%Y", "no hour and no minute; say `precision: date`"),
        ("%m/%d/%Y %H", "no minute"),
        ("%m/%d/%Y %", "the format has no hour"),
    ],
)
def test_a_format_that_misreads_a_clock_is_refused(form: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SourceColumn(to="received_datetime", format=form)


@pytest.mark.parametrize("form", ["%m/%d/%y %I:%M %p", "%Y-%j %H:%M", "%d %b %Y %-H:%M:%S", "%c"])
def test_a_format_that_tells_a_whole_clock_is_read(form: str) -> None:
    column = SourceColumn(to="received_datetime", format=form)

    assert column.lacks(["year", "month", "day", "hour", "minute"]) == []


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
