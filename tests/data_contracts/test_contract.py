"""Mirrors data_contracts/contract.py."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from data_contracts.codes import load_codes
from data_contracts.contract import (
    Contract,
    ContractError,
    Role,
    Severity,
    Subject,
    contract_tables,
    load_contract,
    read_contract,
)

PARTICIPANT = {"calls", "encounters", "surveys"}
NONE = {"areas", "spending", "outcomes", "governance"}
TABLES = sorted({*PARTICIPANT, *NONE, "staffing"})


def text(root: Path, table: str) -> str:
    return (root / "data_contracts" / f"{table}.yaml").read_text(encoding="utf-8")


def change(root: Path, old: str, new: str) -> Contract:
    """Read the contract of calls with one thing changed."""
    whole = text(root, "calls")
    assert old in whole
    return read_contract(whole.replace(old, new, 1), file="calls.yaml")


@pytest.mark.parametrize("table", TABLES)
def test_contracts_are_odcs_and_survive_a_round_trip(root: Path, table: str) -> None:
    whole = text(root, table)

    again = OpenDataContractStandard.from_string(whole).to_yaml()

    schema = OpenDataContractStandard.json_schema()  # type: ignore[no-untyped-call]
    jsonschema.validate(yaml.safe_load(whole), json.loads(schema))
    assert read_contract(again, file=table) == load_contract(table)


@pytest.mark.parametrize("table", TABLES)
def test_everything_is_said_in_both_languages(table: str) -> None:
    contract = load_contract(table)

    told = [(contract.en, contract.es)]
    told += [(column.en, column.es) for column in contract.columns]
    told += [(rule.en, rule.es) for rule in contract.rules]

    assert all(en and es and en != es for en, es in told)
    assert contract.owner


@pytest.mark.parametrize("table", TABLES)
def test_every_code_column_has_its_list(table: str) -> None:
    for column in load_contract(table).columns:
        if column.role is Role.CODE:
            assert column.codes is not None
            assert column.name == f"{column.codes}_code"
            assert load_codes(column.codes).codes


@pytest.mark.parametrize("table", ["calls", "encounters"])
def test_bands_are_made_by_bounds(table: str) -> None:
    contract = load_contract(table)

    banded = [column for column in contract.columns if column.band_of or column.hour_of]

    assert banded
    assert all(load_codes(column.codes or "").bands for column in banded)


def test_every_contract_says_whom_it_is_about() -> None:
    subjects = {table: load_contract(table).subject for table in contract_tables()}

    assert subjects == {
        **dict.fromkeys(PARTICIPANT, Subject.PARTICIPANT),
        **dict.fromkeys(NONE, Subject.NONE),
        "staffing": Subject.STAFF,
    }


def test_records_about_participants_have_a_clock_and_other_tables_have_none() -> None:
    clocked = {table for table in TABLES if load_contract(table).clock}

    assert clocked == PARTICIPANT


def test_what_is_told_of_people_names_their_count() -> None:
    staffing = load_contract("staffing")

    assert {column.name for column in staffing.columns if column.people} == {"n_people", "n_left"}
    assert staffing.column("lived_experience_band_code").holds_for == "n_people"
    assert not any(
        column.people or column.holds_for
        for table in sorted(NONE)
        for column in load_contract(table).columns
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("holds_for, value: n_people", "holds_for, value: n_staff", "n_staff"),
        ("holds_for, value: n_people", "holds_for, value: n_posts", "does not count people"),
        (
            "lived_experience_band}\n          - {property: holds_for, value: n_people",
            "lived_experience_band}\n          - {property: people, value: true",
            "only a measure counts people",
        ),
    ],
)
def test_a_count_of_people_that_is_none_is_refused(
    root: Path, old: str, new: str, said: str
) -> None:
    whole = text(root, "staffing")
    assert old in whole

    with pytest.raises(ContractError, match=said):
        read_contract(whole.replace(old, new, 1), file="staffing.yaml")


def test_groups_of_persons_need_their_permission() -> None:
    contract = load_contract("encounters")

    personal = {column.name for column in contract.columns if column.personal}

    assert contract.permission == "record_permission_code"
    assert personal >= {"age_band_code", "gender_code", "race_code", "housing_code"}


def test_response_time_runs_from_request_to_arrival() -> None:
    column = load_contract("calls").column("response_min")

    assert column.parents == ("received_datetime", "arrived_datetime")
    assert (column.range, column.unit, column.derived) == (240, "minutes", True)


def test_a_rule_that_refuses_tolerates_nothing() -> None:
    refusing = [
        rule
        for table in TABLES
        for rule in load_contract(table).rules
        if rule.severity is Severity.REFUSE
    ]

    assert refusing
    assert {rule.tolerance for rule in refusing} == {0}


def test_an_unknown_table_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match="no contract 'moods'"):
        load_contract("moods")


def test_an_unknown_column_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match="'calls' has no column 'mood'"):
        load_contract("calls").column("mood")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{property: role, value: time}", "{property: role, value: moment}", "role"),
        ("{property: codes, value: source}", "{property: codes, value: mood}", "codes/mood.yaml"),
        ("value: received_datetime}", "value: begun_datetime}", "begun_datetime"),
        ("{property: band_of, value: response_min}", "{property: band_of, value: area}", "area"),
        ("{property: absent, value: not_arrived}", "{property: absent, value: lost}", "absent"),
        ("{property: range, value: 240}", "{property: range, value: 0}", "range"),
        ("subject, value: participant", "subject, value: suspect", "subject"),
        ("kind: DataContract", "kindly: DataContract", "kindly"),
        ("schema:", "schema: []\nservers:", "calls.yaml"),
    ],
)
def test_a_broken_contract_is_refused(root: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ContractError, match=said):
        change(root, old, new)


def test_unreadable_yaml_is_refused() -> None:
    with pytest.raises(ContractError, match=r"calls\.yaml, line 1, .*a bracket"):
        read_contract("a: [", file="calls.yaml")
