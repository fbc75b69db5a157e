"""Mirrors data_contracts/program.py."""

from pathlib import Path

import pytest
import yaml

from data_contracts.codes import load_codes
from data_contracts.contract import load_contract
from data_contracts.errors import ContractError
from data_contracts.program import Area, AreaKind, Program, load_program

FACTS: dict[str, object] = {
    "name": "Care",
    "city": "Riverton",
    "custodian": {"name": "Clinic", "kind": "health_agency"},
    "time_zone": "America/Denver",
    "first_month": "2025-01",
    "contact": "board@riverton.example",
    "areas": [{"code": "a", "name": "A", "kind": "rural", "population": 10}],
}


def load(folder: Path, **changes: object) -> Program:
    text = yaml.safe_dump({**FACTS, **changes})
    (folder / "program.yaml").write_text(text, encoding="utf-8")
    return load_program(folder)


@pytest.mark.parametrize("name", ["milwaukee", "riverton", "tempe"])
def test_examples_load(root: Path, name: str) -> None:
    found = load_program(root / "examples" / name)

    assert found.path("sources").is_dir()
    assert set(found.about) == {"en", "es"}


def test_tempe_says_that_it_is_an_exercise(root: Path) -> None:
    found = load_program(root / "examples" / "tempe")

    assert "exercise" in found.about["en"]
    assert "ejercicio" in found.about["es"]
    assert (found.first_month, found.last_month) == ("2017-01", "2023-01")


def test_riverton_has_two_areas_of_each_kind(root: Path) -> None:
    kinds = [area.kind for area in load_program(root / "examples" / "riverton").areas]

    assert sorted(kinds) == sorted(2 * list(AreaKind))


def test_law_enforcement_may_not_hold_a_vault(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"custodian\.kind"):
        load(tmp_path, custodian={"name": "Police", "kind": "law_enforcement"})


def test_a_name_of_law_enforcement_is_refused_whatever_its_kind(tmp_path: Path) -> None:
    """privacy.md, C11: the card then said that no law enforcement agency may hold a vault."""
    police = {"name": "Riverton Police Department", "kind": "other"}

    with pytest.raises(ContractError, match=r"'police'.*not_law_enforcement"):
        load(tmp_path, custodian=police)
    with pytest.raises(ContractError, match="needs a sentence in `en` and in `es`"):
        load(tmp_path, custodian={**police, "not_law_enforcement": {"en": "It is none."}})
    with pytest.raises(ContractError, match="needs a sentence in `en` and in `es`"):
        load(tmp_path, custodian={**police, "not_law_enforcement": {"en": "No.", "es": " "}})


def test_a_written_statement_lets_a_name_through(tmp_path: Path) -> None:
    words = {"en": "A clinic in the old police station.", "es": "Una clínica."}
    clinic = {"name": "Old Police Station Clinic", "kind": "health_agency"}

    found = load(tmp_path, custodian={**clinic, "not_law_enforcement": words})

    assert found.custodian.not_law_enforcement == words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("first_month", "2025-13"),
        ("fiscal_year_start", 13),
        ("areas", []),
        ("areas", [{"code": "unknown", "name": "U", "kind": "rural", "population": 1}]),
        ("surprise", 1),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(ContractError, match=rf"program\.yaml, line \d+, {field}"):
        load(tmp_path, **{field: value})


def test_a_folder_without_program_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"has no program\.yaml"):
        load_program(tmp_path)


@pytest.mark.parametrize("content", ["a: [", "- 1"])
def test_unreadable_yaml_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "program.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(ContractError, match=r"program\.yaml"):
        load_program(tmp_path)


def test_areas_are_what_their_contract_says() -> None:
    contract = load_contract("areas")
    written = {"code": "area_code", "kind": "area_kind_code"}

    names = {written.get(field, field) for field in Area.model_fields}

    assert names == set(contract.roles)
    assert {kind.value for kind in AreaKind} < set(load_codes("area_kind").codes)
