"""Mirrors transforms/strip.py."""

from pathlib import Path

import duckdb
import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, VISIT, Town, hash_number, rows_of

pytestmark = pytest.mark.usefixtures("hasty_judge")

PERSONAL = ("gender_code", "age_band_code")


def stripped(town: Town, visits: list[dict[str, str]]) -> list[dict[str, object]]:
    """Rows of the visits after strip."""
    town.write("calls_a.csv", [{}], header=CALL)
    town.write("visits_a.csv", visits, header=VISIT)
    for feed in ("calls", "visits"):
        town.land(feed)
        town.judge(feed)
        town.strip_out(feed)
    return rows_of(town.vault.table("raw_stripped_encounters", month=MONTH))


def test_identifiers_become_keyed_integers(town: Town) -> None:
    (row,) = stripped(town, [{}])

    key = town.vault.key("FY2025")
    (call,) = rows_of(town.vault.table("raw_stripped_calls", month=MONTH))
    assert row["participant_key"] == hash_number("participant", "P1", key=key)
    assert row["encounter_key"] == hash_number("encounter", "V1", key=key)
    assert row["call_key"] == call["call_key"] == hash_number("call", "C1", key=key)
    assert not {"participant_id", "encounter_id", "call_id"} & set(row)


def test_a_person_is_one_however_their_number_is_typed(town: Town) -> None:
    rows = stripped(town, [{"Visit": "1"}, {"Visit": "2", "Person": " p1"}])

    assert len({row["participant_key"] for row in rows}) == 1


@pytest.mark.parametrize("may", ["Count", "", "NULL", "whatever"])
def test_without_permission_no_pseudonym_and_no_fact_about_the_person(town: Town, may: str) -> None:
    (row,) = stripped(town, [{"May": may}])

    assert row["participant_key"] is None
    assert [row[name] for name in PERSONAL] == [None, None]
    assert row["kits_n"] == "2"


def test_a_feed_that_says_nothing_of_permission_links_nobody(town: Town) -> None:
    path = town.program.path("sources", "visits.yaml")
    lines = [
        line.replace("{to: participant_id}", "{drop: no permission}")
        for line in path.read_text().splitlines()
        if "record_permission" not in line
    ]
    path.write_text("\n".join([*lines, ""]))
    header = {name: value for name, value in VISIT.items() if name != "May"}
    town.write("calls_a.csv", [{}], header=CALL)
    town.write("visits_a.csv", [{}], header=header)
    for feed in ("calls", "visits"):
        town.land(feed)
        town.judge(feed)
        town.strip_out(feed)

    (row,) = rows_of(town.vault.table("raw_stripped_encounters", month=MONTH))

    assert [row[name] for name in PERSONAL] == [None, None]


@pytest.mark.parametrize("person", ["", "NULL", "Unknown", " unknown "])
def test_nobody_known_has_no_key(town: Town, person: str) -> None:
    (row,) = stripped(town, [{"Person": person}])

    assert row["participant_key"] is None
    assert row["encounter_key"] is not None


def test_exact_repeats_collapse_within_one_person_and_record_only(town: Town) -> None:
    visits = [
        {},
        {},
        {"Notes": "delivered again with another note"},
        {"Person": "P2"},
        {"Visit": "V2"},
        {"Kits": "3"},
    ]

    rows = stripped(town, visits)

    assert len(rows) == 4


def test_two_people_who_may_not_be_linked_stay_two(town: Town) -> None:
    rows = stripped(town, [{"May": "Count"}, {"May": "Count", "Person": "P2"}])

    assert len(rows) == 2


def test_dropped_columns_and_texts_do_not_pass(town: Town) -> None:
    (row,) = stripped(town, [{"Notes": "a secret"}])

    assert "a secret" not in row.values()
    assert not {"notes", "record_number", "encounter_datetime"} & {name.lower() for name in row}


def test_a_column_that_the_contract_does_not_name_stops_the_run(town: Town) -> None:
    stripped(town, [{}])
    (file,) = town.vault.table("raw_judged_encounters", month=MONTH).iterdir()
    _add_column(file, name="ssn")

    with pytest.raises(ContractError, match=r"does not name: \['ssn'\]"):
        town.strip_out("visits")


def test_a_record_whose_number_is_only_blanks_stops_the_run(town: Town) -> None:
    with pytest.raises(ContractError, match="column 'encounter_id' is blank"):
        stripped(town, [{"Visit": "\x1c"}, {}])


def test_another_fiscal_year_has_another_key(town: Town) -> None:
    town.write("calls_a.csv", [{}, {"Received": "2025-08-01 10:00"}], header=CALL)
    program = town.program.model_copy(update={"fiscal_year_start": 7})
    object.__setattr__(town, "program", program)
    for month in ("2025-02", "2025-08"):
        town.land("calls", month=month)
        town.judge("calls", month=month)
        town.strip_out("calls", month=month)

    rows = rows_of(town.vault.path("raw", "raw_stripped_calls"))

    assert len({row["call_key"] for row in rows}) == 2
    assert {path.stem for path in town.vault.path("keys").iterdir()} == {"FY2025", "FY2026"}


def test_a_month_that_was_not_judged_is_refused(town: Town) -> None:
    with pytest.raises(ContractError, match="'calls' is not judged for 2025-02"):
        town.strip_out("calls")


def _add_column(file: Path, *, name: str) -> None:
    with duckdb.connect() as db:
        read = f"read_parquet('{file}', hive_partitioning = false)"
        rows = db.sql(f"SELECT *, 1 AS {name} FROM {read}")
        rows.create("judged")
        db.execute(f"COPY judged TO '{file}' (FORMAT parquet)")
