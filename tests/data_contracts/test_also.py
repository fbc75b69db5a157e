"""One column of a feed may feed several code columns; and what a feed covers. See feed.py."""

from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from data_contracts.errors import ContractError
from data_contracts.feed import Source, SourceColumn
from data_contracts.program import Program, load_program
from data_contracts.rules import count_violations, write_rules
from data_contracts.source import load_source
from transforms.columns import texts
from transforms.meanings import word_table

CALLS = """
feed: calls
contract: calls
files: calls.csv
columns:
  No: {to: call_id}
  When: {to: received_datetime, format: "%Y-%m-%d %H:%M"}
  Zone: {to: area}
  Nature:
    to: call_type_code
    codes: {Welfare: welfare_check, Patrol: police_work}
    also: {initiated_code: {"WELFARE ": public, Patrol: officer}}
  Notes: {drop: free text}
places: {N: downtown}
"""
COVERAGE = """
coverage: {from: 2018-05-01, to: 2018-05-21, why: {en: It ends there., es: Acaba ahí.}}
"""


@pytest.fixture(scope="module")
def riverton(root: Path) -> Program:
    return load_program(root / "examples" / "riverton")


@pytest.fixture
def calls(tmp_path: Path, riverton: Program) -> Source:
    return load(tmp_path, riverton, CALLS)


def load(folder: Path, program: Program, text: str) -> Source:
    (folder / "calls.yaml").write_text(text, encoding="utf-8")
    return load_source(folder / "calls.yaml", program=program)


def test_one_column_feeds_two(calls: Source) -> None:
    assert calls.mapped["call_type_code"] == calls.mapped["initiated_code"] == "Nature"
    assert {"call_type_code", "initiated_code"} <= set(calls.given)


def test_each_is_read_by_its_own_codes(calls: Source) -> None:
    kind, starter = calls.column("call_type_code"), calls.column("initiated_code")

    assert kind is not None
    assert kind.codes == {"welfare": "welfare_check", "patrol": "police_work"}
    assert starter is not None
    assert starter.codes == {"welfare": "public", "patrol": "officer"}
    assert not starter.also


def test_both_get_their_texts_and_their_words(calls: Source, riverton: Program) -> None:
    written = texts(calls).sql
    words = {
        (row["column"], row["word"]): row["code"]
        for row in word_table(calls, program=riverton).to_pylist()
    }

    assert written["call_type_code"] == written["initiated_code"]
    assert words["call_type_code", "patrol"] == "police_work"
    assert words["initiated_code", "patrol"] == "officer"


def test_a_word_that_is_not_listed_is_counted_for_both(tmp_path: Path, riverton: Program) -> None:
    found = load(tmp_path, riverton, CALLS.replace(", Patrol: officer", ""))
    rules = [rule for rule in write_rules(found, tables=()) if rule.name.endswith(".unmapped")]
    asked = count_violations(rules)

    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE records AS SELECT * FROM (VALUES ('Patrol', 'Patrol', 'N'), "
            "('Theft', 'Theft', 'N')) AS t(call_type_code, initiated_code, area)"
        )
        row = database.execute(asked.sql, asked.values).fetchone() or ()

    counts = dict(zip(asked.names, row, strict=True))
    assert {name: counts[name] for name in ("records", *(rule.name for rule in rules))} == {
        "records": 2,
        "call_type_code.unmapped": 1,
        "initiated_code.unmapped": 2,
        "area.unmapped": 0,
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Patrol: officer", "Patrol: badge", "code list 'initiated' has no code 'badge'"),
        ("initiated_code:", "moods_code:", "calls has no column 'moods_code'"),
        ("initiated_code:", "path_code:", "code list 'path' has no code"),
        ("initiated_code:", "dispatch_min:", "codes and bands are for code columns"),
        ("initiated_code:", "dispatched_datetime:", "a time needs `format`"),
        ("initiated_code:", "call_type_code:", "`also` names 'call_type_code'"),
        ("Patrol: officer", "welfare: officer", "listed twice with different meanings"),
        ('{"WELFARE ": public, Patrol: officer}', "{}", "initiated_code"),
        ("to: call_type_code\n    codes:", "drop: no use\n    codes:", "it has no `also`"),
        ("  Nature:", "  Officer:", r"Officer: must not be collected \(police number\)"),
        (
            "Notes: {drop: free text}",
            "Asked: {to: initiated_code, codes: {A: public}}",
            "more than one goes to 'initiated_code'",
        ),
        (
            "No: {to: call_id}",
            "No: {to: call_id, also: {source_code: {7: other}}}",
            "only what goes to a code or a place",
        ),
        ("places:", "constants: {initiated_code: public}\nplaces:", "gives it already"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, riverton: Program, old: str, new: str, said: str
) -> None:
    assert old in CALLS

    with pytest.raises(ContractError, match=rf"sources/calls\.yaml, line \d+.*{said}"):
        load(tmp_path, riverton, CALLS.replace(old, new, 1))


def test_an_address_may_feed_no_code_beside_its_area(tmp_path: Path, riverton: Program) -> None:
    address = "Street Address: {to: area, also: {source_code: {N: other}}}"

    with pytest.raises(ContractError, match="Street Address: must not be collected"):
        load(tmp_path, riverton, CALLS.replace("Zone: {to: area}", address))


def test_a_dropped_column_feeds_nothing() -> None:
    assert SourceColumn(drop="free text").fed == ()


def test_a_source_says_what_it_covers(tmp_path: Path, riverton: Program, calls: Source) -> None:
    found = load(tmp_path, riverton, CALLS + COVERAGE)

    assert calls.coverage is None
    assert found.coverage is not None
    assert (str(found.coverage.first), str(found.coverage.last)) == ("2018-05-01", "2018-05-21")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2018-05-21", "2018-04-21", "ends before it begins"),
        ("2018-05-21", "May", "coverage.to"),
        (", es: Acaba ahí.", "", "English and Spanish are both needed"),
        ("It ends there.", '""', "coverage.why.en"),
    ],
)
def test_a_coverage_that_says_nothing_is_refused(
    tmp_path: Path, riverton: Program, old: str, new: str, said: str
) -> None:
    assert old in COVERAGE

    with pytest.raises(ContractError, match=said):
        load(tmp_path, riverton, CALLS + COVERAGE.replace(old, new))


def test_a_column_that_also_feeds_its_own_is_refused() -> None:
    with pytest.raises(ValidationError, match="goes already"):
        SourceColumn(to="source_code", also={"source_code": {"A": "other"}})
