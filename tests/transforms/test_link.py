"""Mirrors transforms/link.py."""

import json

import pyarrow.parquet as pq
import pytest

from data_contracts.contract import load_contract
from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, RESPONSE, VISIT, Town, hash_number, rows_of
from transforms.code import coded_columns
from transforms.link import incident_columns

pytestmark = pytest.mark.usefixtures("hasty_judge")

SPENDING = """
feed: spending
contract: spending
files: "spending.csv"
columns:
  Entry: {to: entry_id}
  Booked: {to: booked_date, format: "%Y-%m-%d", precision: date}
  Year: {to: budget_year}
  Kind: {to: spending_kind_code, codes: {Cost: program_cost}}
  Stage: {to: spending_stage_code, codes: {Spent: spent}}
  Amount: {to: amount_usd}
"""


def test_an_encounter_carries_what_is_known_of_its_call(town: Town) -> None:
    town.run([{}], [{}], months=[MONTH])

    (row,) = town.incidents()

    assert row["unit_key"] == hash_number("participant", "P1", key=town.vault.key("FY2025"))
    assert row["block_code"] == "contacts"
    assert row["month"] == MONTH
    assert (row["call_group_code"], row["response_min"]) == ("substance_use", 20)
    assert (row["onscene_min"], row["kits_n"]) == (30, 2)


def test_an_encounter_without_a_call_does_not_know_the_calls_codes(town: Town) -> None:
    town.run([{}], [{"Call": ""}, {"Visit": "V2", "Call": "C9"}], months=[MONTH])

    rows = town.incidents()

    assert [row["call_type_code"] for row in rows] == ["unknown", "unknown"]
    assert [row["response_min"] for row in rows] == [None, None]
    assert [row["area_code"] for row in rows] == ["unknown", "unknown"]


def test_the_encounters_own_area_comes_before_the_calls(town: Town) -> None:
    visits = [{"Where": "South side"}, {"Visit": "V2"}]

    town.run([{}], visits, months=[MONTH])

    areas = {(row["area_code"], row["area_kind_code"]) for row in town.incidents()}
    assert areas == {("south", "rural"), ("north", "urban")}


def test_a_call_before_midnight_is_met_after_it(town: Town) -> None:
    calls = [{"Received": "2025-01-31 23:50", "Arrived": "2025-02-01 00:05"}]
    visits = [{"Start": "2025-02-01 00:05", "End": "2025-02-01 00:35"}]

    town.run(calls, visits, months=["2025-01", MONTH])

    (row,) = town.incidents()
    assert (row["month"], row["response_min"]) == (MONTH, 15)


def test_several_people_at_one_call_are_several_rows(town: Town) -> None:
    visits = [{}, {"Person": "P2"}, {"Person": ""}]

    town.run([{}], visits, months=[MONTH])

    rows = town.incidents()
    assert len(rows) == len({row["unit_key"] for row in rows}) == 3


def test_everybody_unknown_is_a_unit_of_their_own(town: Town) -> None:
    visits = [{"Visit": f"V{n}", "Person": ""} for n in range(5)]

    town.run([{}], visits, months=[MONTH])

    key = town.vault.key("FY2025")
    assert {row["unit_key"] for row in town.incidents()} == {
        hash_number("encounter", f"V{n}", key=key) for n in range(5)
    }


def test_a_call_delivered_with_two_contents_is_picked_by_content(town: Town) -> None:
    one, other = {"Kind": "Overdose"}, {"Kind": "Welfare Check"}
    town.run([one, other], [{}], months=[MONTH])
    first = town.incidents()

    town.run([other, one], [{}], months=[MONTH])

    assert len(first) == 1
    assert town.incidents() == first


def test_rows_are_sorted_by_unit_and_compressed(town: Town) -> None:
    visits = [{"Visit": f"V{n}", "Person": f"P{n}"} for n in range(20)]

    town.run([{}], visits, months=[MONTH])

    (file,) = town.vault.table("private_incidents", month=MONTH).iterdir()
    units = [int(str(row["unit_key"])) for row in rows_of(file.parent)]
    assert file.name == "incidents.parquet"
    assert units == sorted(units)
    assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "ZSTD"


def test_columns_are_those_promised_and_codes_are_never_null(town: Town) -> None:
    town.run([{"No": "C2", "End": "Nobody there"}], [{}], months=[MONTH])

    (file,) = town.vault.table("private_incidents", month=MONTH).iterdir()
    schema = pq.read_schema(file)
    assert schema.names == list(incident_columns())
    assert {str(kind) for kind in schema.types} == {"int64", "int32", "string"}
    assert [name for name in schema.names if str(schema.field(name).type) == "int64"] == [
        "unit_key"
    ]
    for row in town.incidents():
        assert None not in [value for name, value in row.items() if name.endswith("_code")]


def test_two_feeds_of_one_table_are_one_table(town: Town) -> None:
    path = town.program.path("sources", "visits.yaml")
    text = path.read_text().replace("feed: visits", "feed: walk_ins")
    text = text.replace("visits_*", "walk_ins_*")
    path.with_name("walk_ins.yaml").write_text(f"{text}numbering: {{participant: town}}\n")
    path.write_text(f"{path.read_text()}numbering: {{participant: town}}\n")
    town.write("walk_ins_a.csv", [{"Visit": "W1", "Person": "p1 "}], header=VISIT)
    town.write("calls_all.csv", [{}], header=CALL)
    town.write("visits_all.csv", [{}], header=VISIT)

    town.take(months=[MONTH])

    rows = town.incidents()
    assert len(rows) == 2
    assert len({row["unit_key"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("visit", "call", "police", "took_part"),
    [
        ("", "Backup", "backup_requested", "yes"),
        ("Nobody", "Backup", "none", "no"),
        ("Backup", "Nobody", "backup_requested", "yes"),
        ("", "", "unknown", "unknown"),
    ],
)
def test_the_call_fills_what_the_encounter_does_not_know(
    town: Town, visit: str, call: str, police: str, took_part: str
) -> None:
    town.run([{"Police": call}], [{"Police": visit}], months=[MONTH])

    (row,) = town.incidents()

    assert (row["police_code"], row["police_any_code"]) == (police, took_part)


def test_a_contact_says_whether_the_person_is_known(town: Town) -> None:
    visits = [{}, {"Visit": "V2", "Person": ""}, {"Visit": "V3", "May": "Count"}]

    town.run([{}], visits, months=[MONTH])

    key = town.vault.key("FY2025")
    assert {row["unit_key"]: row["known_or_anonymous_code"] for row in town.incidents()} == {
        hash_number("participant", "P1", key=key): "known",
        hash_number("encounter", "V2", key=key): "anonymous",
        hash_number("encounter", "V3", key=key): "anonymous",
    }


def test_a_response_is_its_own_unit_and_linked_to_nobody(town: Town) -> None:
    """Not even where somebody numbered it like a call, a visit or a person."""
    numbers = ("C1", "V1", "P1", "R1")
    town.ask()
    responses = [{"Response": number, "Where": "South side"} for number in numbers]
    town.write("surveys_all.csv", responses, header=RESPONSE)

    town.run([{}], [{}], months=[MONTH])

    rows = town.incidents()
    key = town.vault.key("FY2025")
    surveys = [row for row in rows if row["block_code"] == "surveys"]
    (contact,) = [row for row in rows if row["block_code"] == "contacts"]
    assert {row["unit_key"] for row in surveys} == {
        hash_number("response", number, key=key) for number in numbers
    }
    assert contact["unit_key"] not in {row["unit_key"] for row in surveys}
    assert {(row["satisfaction_code"], row["area_code"]) for row in surveys} == {
        ("very_satisfied", "south")
    }
    made = {"unit_key", "block_code", "month", *coded_columns(load_contract("surveys"))}
    for row in surveys:
        rest = {name: value for name, value in row.items() if name not in made}
        assert set(rest.values()) <= {"unknown", "not_recorded", None}
    assert contact["satisfaction_code"] == "unknown"


@pytest.mark.parametrize("feeds", [("calls",), ("visits",), ("surveys",), ("visits", "surveys")])
def test_a_program_may_have_some_feeds_only(town: Town, feeds: tuple[str, ...]) -> None:
    town.ask()
    town.write("surveys_all.csv", [{}], header=RESPONSE)
    for path in town.program.path("sources").iterdir():
        path.unlink() if path.stem not in feeds else None

    town.run([{"End": "Nobody there"}], [{"Call": ""}], months=[MONTH])

    blocks = {"calls": "no_contact", "visits": "contacts", "surveys": "surveys"}
    assert sorted(str(row["block_code"]) for row in town.incidents()) == sorted(
        blocks[feed] for feed in feeds
    )


def test_a_feed_whose_table_has_no_clock_takes_no_part(town: Town) -> None:
    town.run([{}], [{}], months=[MONTH])
    before = town.incidents()
    town.program.path("sources", "spending.yaml").write_text(SPENDING)

    town.link()

    assert town.incidents() == before
    for step in (town.strip_out, town.code):
        with pytest.raises(ContractError):
            step("spending")


def test_a_feed_that_is_not_coded_stops_the_month(town: Town) -> None:
    town.run([{}], [{}], months=[MONTH])
    town.vault.table("private_encounters", month=MONTH).joinpath("visits.parquet").unlink()

    with pytest.raises(ContractError, match=r"Feeds \['visits'\] are not coded for 2025-02"):
        town.link()


def test_a_month_without_any_record_is_an_empty_table(town: Town) -> None:
    town.run([], [], months=[MONTH])

    (file,) = town.vault.table("private_incidents", month=MONTH).iterdir()
    assert town.incidents() == []
    assert pq.read_schema(file).names == list(incident_columns())


def test_what_does_not_fit_together_is_in_a_check_and_not_in_the_table(town: Town) -> None:
    town.run([{}, {"No": "C2"}], [{}, {"Visit": "V2", "Call": "C9"}], months=[MONTH])

    told = json.loads(town.vault.check("private_incidents", month=MONTH).read_text())

    assert {rule["rule"]: rule["found"] for rule in told["rules"]} == {
        "calls.met_without_encounter": 1,
        "encounters.without_call": 1,
        "calls.missed_and_met": 0,
        "calls.waiting": 0,
    }
    assert told["records"] == len(town.incidents()) == 2
