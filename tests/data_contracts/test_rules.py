"""Mirrors data_contracts/rules.py."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from data_contracts.contract import Contract, Severity
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.program import load_program
from data_contracts.rules import OF, Kind, Rule, count_violations, name_refusal, write_rules
from data_contracts.source import load_sources

Record = Mapping[str, str | None]

CALL: Record = {
    "call_id": "1",
    "received_datetime": "2025-03-01 10:00",
    "dispatched_datetime": "2025-03-01 10:05",
    "arrived_datetime": "2025-03-01 10:20",
    "area": "Downtown",
    "source_code": "911",
    "call_type_code": "Welfare Check",
    "path_code": "Contact",
}
VISIT: Record = {
    "encounter_id": "7",
    "call_id": "1",
    "participant_id": "p",
    "person_order": "1",
    "encounter_datetime": "2025-03-01 10:21",
    "departed_datetime": "2025-03-01 10:50",
    "kits_n": "2",
    "age_band_code": "34",
    "naloxone_code": "Yes",
}


@pytest.fixture(scope="module")
def sources(root: Path) -> dict[str, Source]:
    program = load_program(root / "examples" / "riverton")
    return {source.feed: source for source in load_sources(program)}


def moment(text: str | None) -> datetime | None:
    """Read a time; anything else is unreadable."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def connect(source: Source, records: list[Record]) -> duckdb.DuckDBPyConnection:
    """Hold the relation `records` that rules are promised, and a table of calls."""
    db = duckdb.connect()
    times = [name for name in source.given if name.endswith("_datetime")]
    columns = [f'"{name}" VARCHAR' for name in source.given]
    columns += [f'"{name}__{way}" TIMESTAMP' for name in times for way in ("at", "local")]
    db.execute(f"CREATE TABLE records ({', '.join(columns)})")
    number, clock = source.contract.record_id, f"{source.contract.clock}__at"
    db.execute(f'CREATE TABLE numbers_shared ("{number}" VARCHAR, "{clock}" TIMESTAMP)')
    db.execute(f'CREATE TABLE numbers_elsewhere ("{number}" VARCHAR)')
    db.execute("CREATE TABLE suspects (rule VARCHAR, name VARCHAR, written VARCHAR)")
    db.execute("CREATE TABLE calls (call_id VARCHAR)")
    db.execute("INSERT INTO calls VALUES ('1')")
    for record in records:
        values = [record.get(name) for name in source.given]
        read = [moment(record.get(name)) for name in times for _ in ("at", "local")]
        marks = ", ".join("?" for _ in columns)
        db.execute(f"INSERT INTO records VALUES ({marks})", [*values, *read])
    return db


def count(source: Source, records: list[Record]) -> dict[str, int]:
    """Counts of violations of one record or of records that repeat, those of zero left out.

    Without what blocks in a larger share, and how many look alike: records here share their minute.
    """
    statement = count_violations(write_rules(source, tables={"calls"}))
    with connect(source, records) as db:
        told = db.execute(statement.sql, dict(statement.values))
        names = [column[0] for column in told.description or ()]
        row = told.fetchone()
    assert row is not None
    found = dict(zip(names, row, strict=True))
    plain = [
        name
        for name in found
        if not name.endswith(OF) and ".mostly_" not in name and not name.endswith(".alike")
    ]
    return {name: found[name] for name in plain if found[name]}


def test_good_records_break_nothing(sources: dict[str, Source]) -> None:
    assert count(sources["calls"], [CALL]) == {"records": 1}
    assert count(sources["encounters"], [VISIT]) == {"records": 1}


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"call_id": None}, {"call_id.missing", "calls.refused"}),
        ({"received_datetime": None}, {"received_datetime.missing", "calls.refused"}),
        ({"received_datetime": "soon"}, {"received_datetime.unreadable", "calls.refused"}),
        ({"arrived_datetime": "soon"}, {"arrived_datetime.unreadable"}),
        ({"arrived_datetime": None}, set[str]()),
        ({"arrived_datetime": "2025-03-01 10:05"}, {"travel_min.instant"}),
        ({"arrived_datetime": "2025-03-02 10:00"}, set[str]()),
        ({"arrived_datetime": "2025-03-01 10:01"}, {"travel_min.order"}),
        ({"arrived_datetime": "2025-03-01 09:59"}, {"response_min.order", "travel_min.order"}),
        (
            {"arrived_datetime": "2025-03-03 10:20"},
            {"response_min.day_long", "travel_min.day_long"},
        ),
        (
            {"dispatched_datetime": "2025-03-01 00:00"},
            {"dispatched_datetime.midnight", "dispatch_min.order"},
        ),
        ({"source_code": "Carrier pigeon"}, {"source_code.unmapped"}),
        ({"source_code": None}, set[str]()),
        ({"call_type_code": "WELFARE check"}, set[str]()),
        ({"area": "Atlantis"}, {"area.unmapped"}),
        ({"area": "DOWNTOWN"}, set[str]()),
    ],
)
def test_a_bad_call_breaks_its_rules_and_no_other(
    sources: dict[str, Source], change: Record, broken: set[str]
) -> None:
    counts = count(sources["calls"], [CALL, {**CALL, "call_id": "2", **change}])

    assert counts == {"records": 2, **dict.fromkeys(broken, 1)}


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"kits_n": "two"}, {"kits_n.unreadable"}),
        ({"kits_n": "20"}, set[str]()),
        ({"kits_n": "0"}, set[str]()),
        ({"kits_n": "100"}, set[str]()),
        ({"kits_n": "101"}, {"kits_n.outside"}),
        ({"kits_n": "-1"}, {"kits_n.outside"}),
        ({"kits_n": "nan"}, {"kits_n.outside"}),
        ({"age_band_code": "old"}, {"age_band_code.unreadable"}),
        ({"age_band_code": "-3"}, {"age_band_code.outside"}),
        ({"age_band_code": "120"}, set[str]()),
        ({"age_band_code": "999"}, {"age_band_code.outside"}),
        ({"call_id": "9"}, {"call_id.reference"}),
        ({"call_id": None}, set[str]()),
        ({"departed_datetime": "2025-03-01 10:20"}, {"onscene_min.order"}),
        ({"naloxone_code": "maybe"}, {"naloxone_code.unmapped"}),
        ({"participant_id": None}, set[str]()),
    ],
)
def test_a_bad_visit_breaks_its_rules_and_no_other(
    sources: dict[str, Source], change: Record, broken: set[str]
) -> None:
    counts = count(sources["encounters"], [VISIT, {**VISIT, "encounter_id": "8", **change}])

    assert counts == {"records": 2, **dict.fromkeys(broken, 1)}


def test_the_same_record_twice_is_repeated_and_no_duplicate(sources: dict[str, Source]) -> None:
    assert count(sources["calls"], [CALL, CALL]) == {"records": 2, "calls.repeated": 1}


def test_one_number_with_two_contents_is_a_duplicate(sources: dict[str, Source]) -> None:
    counts = count(sources["calls"], [CALL, {**CALL, "area": "Southside"}])

    assert counts == {"records": 2, "calls.duplicate": 1}


def test_two_people_at_one_visit_are_no_duplicate(sources: dict[str, Source]) -> None:
    counts = count(sources["encounters"], [VISIT, {**VISIT, "person_order": "2"}])

    assert counts == {"records": 2}


def test_an_empty_month_is_told(sources: dict[str, Source]) -> None:
    assert count(sources["calls"], []) == {"calls.empty": 1}


def test_a_refused_record_names_its_first_rule(sources: dict[str, Source]) -> None:
    source = sources["calls"]
    refusal = name_refusal(write_rules(source, tables=()))
    nameless = {**CALL, "call_id": None, "received_datetime": "soon"}

    with connect(source, [CALL, nameless]) as db:
        db.execute(f"SELECT {refusal.sql} FROM records", dict(refusal.values))
        found = db.fetchall()

    assert found == [(None,), ("call_id.missing",)]


def test_only_a_rule_on_one_record_refuses(sources: dict[str, Source]) -> None:
    rules = [rule for one in sources.values() for rule in write_rules(one, tables={"calls"})]

    refusing = [rule for rule in rules if rule.severity is Severity.REFUSE]

    assert refusing
    assert {rule.kind for rule in refusing} == {Kind.RECORD}
    assert {rule.tolerance for rule in refusing} == {0}


def test_a_table_that_nobody_delivers_is_not_referred_to(sources: dict[str, Source]) -> None:
    names = [rule.name for rule in write_rules(sources["encounters"], tables=())]

    assert "call_id.reference" not in names


def test_no_duration_is_made_from_a_date(root: Path) -> None:
    (tempe,) = load_sources(load_program(root / "examples" / "tempe"))

    kinds = {rule.name.rpartition(".")[2] for rule in write_rules(tempe, tables=())}

    assert not kinds & {"order", "midnight", "day_long", "reference"}
    assert kinds >= {"missing", "unmapped", "repeated", "refused"}


def test_values_of_the_source_file_are_bound_and_never_pasted(sources: dict[str, Source]) -> None:
    statement = count_violations(write_rules(sources["calls"], tables=()))

    assert "carrier" not in statement.sql
    assert "downtown" not in statement.sql
    assert "downtown" in statement.values.values()


def test_names_of_rules_are_unique(sources: dict[str, Source]) -> None:
    for source in sources.values():
        names = [rule.name for rule in write_rules(source, tables={"calls"})]
        assert len(set(names)) == len(names)


def test_a_check_that_does_not_exist_is_refused(sources: dict[str, Source]) -> None:
    source = sources["calls"]
    contract: Contract = source.contract
    odd = contract.rules[0].model_copy(update={"kind": "vibes"})
    changed = source.model_copy(update={"contract": contract.model_copy(update={"rules": (odd,)})})

    with pytest.raises(ContractError, match="a check 'vibes'; there are"):
        write_rules(changed, tables=())


def test_the_sql_is_in_the_dialect_that_spark_shares(sources: dict[str, Source]) -> None:
    sqlglot = pytest.importorskip("sqlglot")
    rules: tuple[Rule, ...] = write_rules(sources["encounters"], tables={"calls"})

    text = count_violations(rules).sql

    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level="RAISE")
    assert spark.count("FILTER") >= len([rule for rule in rules if rule.kind is Kind.RECORD])


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({}, 1),
        ({"dispatched_datetime": "2025-03-01 10:06", "path_code": "Not found"}, 1),  # a second unit
        ({"area": "DOWNTOWN."}, 1),
        ({"received_datetime": "2025-03-01 10:01"}, 0),
        ({"call_type_code": "Overdose"}, 0),
    ],
)
def test_calls_that_look_like_one_are_counted(
    sources: dict[str, Source], change: Record, alike: int
) -> None:
    rules = write_rules(sources["calls"], tables=())
    statement = count_violations(rules)

    with connect(sources["calls"], [CALL, {**CALL, "call_id": "2", **change}]) as db:
        row = db.execute(statement.sql, dict(statement.values)).fetchone()

    counts = dict(zip(statement.names, row or (), strict=True))
    assert (counts["calls.alike"], counts["calls.alike of"]) == (alike, 2)


def test_what_blocks_in_a_larger_share_is_of_the_values_that_are_there(
    sources: dict[str, Source],
) -> None:
    """Half of the words of a column that is mostly blank are wrong: a column was lost."""
    blank = {**VISIT, "naloxone_code": None}
    strange = {**VISIT, "naloxone_code": "maybe"}
    rules = write_rules(sources["encounters"], tables={"calls"})
    statement = count_violations(rules, sources["encounters"])

    with connect(sources["encounters"], [blank] * 80 + [VISIT] * 5 + [strange] * 5) as db:
        row = db.execute(statement.sql, dict(statement.values)).fetchone()

    counts = dict(zip(statement.names, row or (), strict=True))
    name = "naloxone_code.mostly_unmapped"
    (rule,) = [one for one in rules if one.name == name]
    assert (counts[name], counts[f"{name} of"], counts["records"]) == (5, 10, 90)
    assert (rule.severity, rule.tolerance, rule.least) == (Severity.BLOCK, 10, 2)
    assert (counts["kept"], counts["naloxone_code told"], counts["rows"]) == (90, 5, 3)
