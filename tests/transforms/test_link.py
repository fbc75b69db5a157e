"""Mirrors transforms/link.py."""

import json

import pyarrow.parquet as pq
import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, VISIT, Town, rows_of
from transforms.identity import hash_identity
from transforms.link import incident_columns

pytestmark = pytest.mark.usefixtures("hasty_judge")


def test_an_encounter_carries_what_is_known_of_its_call(town: Town) -> None:
    town.run([{}], [{}], months=[MONTH])

    (row,) = town.incidents()

    assert row["unit_key"] == hash_identity("participant", "P1", key=town.vault.key("FY2025"))
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


def test_a_call_that_met_nobody_says_so_itself(town: Town) -> None:
    calls = [
        {"No": "met"},
        {"No": "missed", "End": "Nobody there"},
        {"No": "silent", "End": ""},
        {"No": "both", "End": "Nobody there"},
    ]

    town.run(calls, [{"Call": "both"}], months=[MONTH])

    rows = town.incidents()
    key = town.vault.key("FY2025")
    missed = [row for row in rows if row["block_code"] == "no_contact"]
    assert {row["unit_key"] for row in missed} == {
        hash_identity("call", "missed", key=key),
        hash_identity("call", "both", key=key),
    }
    assert len(rows) == 3
    assert {row["responder_code"] for row in missed} == {"unknown"}
    assert {row["kits_n"] for row in missed} == {None}


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
        hash_identity("encounter", f"V{n}", key=key) for n in range(5)
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
    path.with_name("walk_ins.yaml").write_text(text.replace("visits_*", "walk_ins_*"))
    town.write("walk_ins_a.csv", [{"Visit": "W1", "Person": "p1 "}], header=VISIT)
    town.write("calls_all.csv", [{}], header=CALL)
    town.write("visits_all.csv", [{}], header=VISIT)

    for feed in ("calls", "visits", "walk_ins"):
        town.prepare(feed)
    town.link()

    rows = town.incidents()
    assert len(rows) == 2
    assert len({row["unit_key"] for row in rows}) == 1


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
    }
    assert told["records"] == len(town.incidents()) == 2
