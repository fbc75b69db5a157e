"""Mirrors transforms/exact.py: what may never go round the wall."""

import re
from pathlib import Path

import pytest

from data_contracts.contract import Contract, Subject, contract_tables, load_contract, read_contract
from data_contracts.errors import ContractError
from transforms.exact import exact_file, public_columns, require_exact, write_public


def column(name: str, role: str, **properties: str) -> str:
    """One column in the shape of ODCS."""
    told = {"role": role, "es": '"Una columna."', **properties}
    return (
        f"      - name: {name}\n        logicalType: string\n        description: A column.\n"
        "        customProperties:\n"
        + "".join(f"          - {{property: {key}, value: {one}}}\n" for key, one in told.items())
    )


def changed(root: Path, table: str, *, old: str = "", new: str = "", more: str = "") -> Contract:
    """Read a contract with one thing changed, or one column more."""
    text = (root / "data_contracts" / f"{table}.yaml").read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1) if old else text
    return read_contract(
        text.replace("    properties:\n", f"    properties:\n{more}", 1), file=f"{table}.yaml"
    )


@pytest.mark.parametrize("table", ["spending", "outcomes", "governance", "staffing", "areas"])
def test_tables_without_a_participant_pass(table: str) -> None:
    require_exact(load_contract(table))


@pytest.mark.parametrize("table", ["calls", "encounters", "surveys"])
def test_a_table_about_participants_is_refused(table: str) -> None:
    with pytest.raises(ContractError, match="its subject is participant"):
        require_exact(load_contract(table))


def test_every_table_about_participants_is_refused_whatever_it_calls_itself() -> None:
    for table in contract_tables():
        contract = load_contract(table)
        if contract.subject is Subject.PARTICIPANT:
            for subject in (Subject.NONE, Subject.STAFF):
                with pytest.raises(ContractError, match="column about participants"):
                    require_exact(contract.model_copy(update={"subject": subject}))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (column("participant_id", "identifier"), "'participant_id' has the name of a column about"),
        (column("encounter_id", "identifier"), "'encounter_id' has the name of a column about"),
        (column("race_code", "code", codes="race"), "'race_code' has the name of a column about"),
        (column("client_key", "identifier"), "'client_key' tells of a participant by its name"),
        (column("case_number", "identifier"), "'case_number' tells of a participant by its name"),
        (column("housing_now_code", "code", codes="housing", personal="true"), "a fact about a"),
        (column("dob", "time"), r"'dob' must not be collected \(birth date\)"),
        (column("notes", "identifier"), r"'notes' must not be collected \(free text\)"),
        (column("paid_date", "time"), "more than one time"),
        (
            column("n_paid", "measure", range="9", unit="people"),
            r"'n_paid' counts people and does not say so",
        ),
        (
            column("cost_band_code", "code", codes="kits_band", band_of="amount_usd"),
            "'cost_band_code' is made of other columns",
        ),
    ],
)
def test_one_column_about_a_participant_is_enough(root: Path, more: str, said: str) -> None:
    with pytest.raises(ContractError, match=rf"'spending' may not be.*{said}.*spending\.yaml"):
        require_exact(changed(root, "spending", more=more))


def test_a_number_of_persons_is_refused(root: Path) -> None:
    key = "      - {property: record_id, value: entry_id}\n"
    contract = changed(
        root, "spending", old=key, new=f"{key}      - {{property: person_id, value: line_id}}\n"
    )

    with pytest.raises(ContractError, match="knows persons by number"):
        require_exact(contract)


def test_a_reference_to_participants_is_refused(root: Path) -> None:
    more = column("link_id", "identifier").replace(
        "        customProperties",
        "        relationships:\n          - {type: foreignKey, to: calls.call_id}\n"
        "        customProperties",
    )

    with pytest.raises(ContractError, match="'link_id' refers to 'calls'"):
        require_exact(changed(root, "outcomes", more=more))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (column("worker_key", "identifier"), "'worker_key' numbers something"),
        (column("lives_code", "code", codes="housing", personal="true"), "a fact about a person"),
        (column("n_new", "measure", range="9", unit="people"), "'n_new' counts people and does"),
    ],
)
def test_staff_that_could_be_told_apart_are_refused(root: Path, more: str, said: str) -> None:
    with pytest.raises(ContractError, match=f"'staffing' may not be.*{said}"):
        require_exact(changed(root, "staffing", more=more))


def test_staff_without_any_count_of_people_are_refused() -> None:
    contract = load_contract("staffing")
    told = tuple(
        one.model_copy(update={"holds_for": None}) for one in contract.columns if not one.people
    )

    with pytest.raises(ContractError, match="no column says of how many people"):
        require_exact(contract.model_copy(update={"columns": told}))


def test_numbers_of_rows_and_days_stay_in_the_vault() -> None:
    shown = public_columns(load_contract("spending"))

    assert list(shown)[:3] == ["month", "budget_year", "spending_kind_code"]
    assert not {"entry_id", "line_id", "booked_date"} & set(shown)


def test_no_exact_contract_can_hold_a_time_of_day_or_a_text() -> None:
    for table in ("spending", "outcomes", "governance", "staffing"):
        roles = {column.role.value for column in public_columns(load_contract(table)).values()}
        assert roles <= {"time", "place", "code", "measure"}


def test_anyone_may_read_what_is_written_and_a_failure_leaves_the_old(tmp_path: Path) -> None:
    file = exact_file(tmp_path / "public", table="spending")
    write_public(file, "old\n")

    with pytest.raises(UnicodeEncodeError):
        write_public(file, "new \udc80")

    assert file.read_text(encoding="utf-8") == "old\n"
    assert file.stat().st_mode & 0o777 == 0o644
    assert file.parent.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in file.parent.iterdir()] == ["spending.csv"]
    assert re.search(r"public/exact/spending\.csv$", file.as_posix())
