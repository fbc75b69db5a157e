"""Mirrors data_contracts/dimension.py."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_contracts.codes import load_codes
from data_contracts.contract import Role, load_contract
from data_contracts.dimension import Dimension, dimension
from data_contracts.errors import ContractError
from data_contracts.period import read_period
from data_contracts.program import load_program

Find = Callable[[str], Dimension]

CODES = sorted(
    {
        column.codes
        for table in ("calls", "encounters")
        for column in load_contract(table).columns
        if column.codes
    }
)


@pytest.fixture
def find(root: Path) -> Find:
    program = load_program(root / "examples" / "riverton")

    def found(name: str) -> Dimension:
        return dimension(name, program=program, period=read_period("2025-Q3"))

    return found


@pytest.mark.parametrize("name", ["month", "area", *CODES])
def test_every_key_has_a_label_in_both_languages(find: Find, name: str) -> None:
    found = find(name)

    assert len(set(found.keys)) == len(found.keys) > 0
    assert {len(labels) for labels in found.labels.values()} == {len(found.keys)}
    assert set(found.labels) == set(found.titles) == {"en", "es"}


@pytest.mark.parametrize("name", CODES)
def test_a_code_column_is_a_dimension(find: Find, name: str) -> None:
    columns = [
        column.name
        for table in ("calls", "encounters")
        for column in load_contract(table).columns
        if column.role is Role.CODE
    ]

    assert find(name).column in columns


def test_months_are_the_months_of_the_period(find: Find) -> None:
    found = find("month")

    assert found.keys == ("2025-07", "2025-08", "2025-09")
    assert found.labels["es"][0] == "julio 2025"


def test_areas_end_with_unknown_and_know_their_kind(find: Find) -> None:
    found = find("area")

    assert found.keys[-1] == found.parent_of[-1] == "unknown"
    assert set(found.parent_of) == set(load_codes("area_kind").codes)


def test_types_of_calls_know_their_group(find: Find) -> None:
    found = find("call_type")

    assert dict(zip(found.keys, found.parent_of, strict=True))["overdose"] == "substance_use"


def test_a_column_without_a_list_is_no_dimension(find: Find) -> None:
    with pytest.raises(ContractError, match="no code list"):
        find("birthday")
