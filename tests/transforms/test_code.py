"""Mirrors transforms/code.py."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.codes import load_codes
from data_contracts.contract import load_contract
from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, RESPONSE, VISIT, Row, Town, rows_of
from transforms.code import check_harmless, coded_columns

pytestmark = pytest.mark.usefixtures("hasty_judge")


def coded(
    town: Town, feed: str, *, month: str = MONTH, header: Row | None = None, **changes: str
) -> dict[str, object]:
    """One record of a feed after code."""
    town.write("calls_a.csv", [changes] if feed == "calls" else [{}], header=CALL)
    town.write("visits_a.csv", [changes] if feed == "visits" else [{}], header=header or VISIT)
    for one in ("calls", "visits"):
        town.prepare(one, month=month)
    table = "private_calls" if feed == "calls" else "private_encounters"
    (row,) = rows_of(town.vault.table(table, month=month))
    return row


@pytest.mark.parametrize(
    ("arrived", "minutes", "band"),
    [
        ("2025-02-03 10:00", 0, "under_10"),
        ("2025-02-03 10:20", 20, "20_to_29"),
        ("2025-02-03 11:29", 89, "60_to_89"),
        ("2025-02-04 10:00", 240, "90_plus"),
        ("2025-02-04 10:01", None, "unknown"),
        ("2025-02-03 09:59", None, "unknown"),
        ("2025-02-04 00:00", None, "unknown"),
        ("soon", None, "unknown"),
        ("", None, "not_arrived"),
        ("NULL", None, "not_arrived"),
    ],
)
def test_a_duration_is_clipped_minutes_and_a_band(
    town: Town, arrived: str, minutes: int | None, band: str
) -> None:
    row = coded(town, "calls", Arrived=arrived)

    assert (row["response_min"], row["response_band_code"]) == (minutes, band)


@pytest.mark.parametrize(
    ("sent", "arrived", "minutes", "bands"),
    [
        ("2025-02-03 10:04", "2025-02-03 10:09", (4, 5), ("under_5", "5_to_9")),
        ("2025-02-03 10:30", "2025-02-03 11:15", (30, 45), ("30_to_59", "45_plus")),
        ("2025-02-03 11:00", "", (60, None), ("60_plus", "not_arrived")),
        ("", "2025-02-03 10:20", (None, None), ("not_dispatched", "unknown")),
        ("", "", (None, None), ("not_dispatched", "not_arrived")),
        ("2025-02-03 10:20", "2025-02-03 10:10", (20, None), ("20_to_29", "unknown")),
        ("later", "2025-02-03 10:20", (None, None), ("unknown", "unknown")),
    ],
)
def test_sending_and_travel_are_minutes_and_bands_too(
    town: Town,
    sent: str,
    arrived: str,
    minutes: tuple[int | None, int | None],
    bands: tuple[str, str],
) -> None:
    row = coded(town, "calls", Sent=sent, Arrived=arrived)

    assert (row["dispatch_min"], row["travel_min"]) == minutes
    assert (row["dispatch_band_code"], row["travel_band_code"]) == bands


@pytest.mark.parametrize(
    ("outcome", "hospital"),
    [("Hospital", "emergency_department"), ("Helped", "none"), ("", "unknown")],
)
def test_how_a_visit_ended_says_whether_in_a_hospital(
    town: Town, outcome: str, hospital: str
) -> None:
    path = town.program.path("sources", "visits.yaml")
    more = "Jail: arrest, Hospital: emergency_department}"
    path.write_text(path.read_text().replace("Jail: arrest}", more))

    assert coded(town, "visits", Outcome=outcome)["hospital_code"] == hospital


@pytest.mark.parametrize("feed", ["calls", "visits"])
@pytest.mark.parametrize(
    ("police", "took_part"), [("Backup", "yes"), ("Nobody", "no"), ("", "unknown")]
)
def test_who_asked_for_police_says_whether_they_took_part(
    town: Town, feed: str, police: str, took_part: str
) -> None:
    assert coded(town, feed, Police=police)["police_any_code"] == took_part


@pytest.mark.parametrize(
    ("team", "police", "found"),
    [
        ("co_response", "Nobody", ("in_team", "yes")),
        ("co_response", "", ("in_team", "yes")),
        ("co_response", "Backup", ("backup_requested", "yes")),
        ("crisis_team", "Nobody", ("none", "no")),
        ("crisis_team", "", ("unknown", "unknown")),
    ],
)
def test_a_team_with_police_has_police_whatever_the_police_column_says(
    town: Town, team: str, police: str, found: tuple[str, str]
) -> None:
    path = town.program.path("sources", "visits.yaml")
    path.write_text(path.read_text().replace("crisis_team", team))

    row = coded(town, "visits", Police=police)

    assert (row["police_code"], row["police_any_code"]) == found


@pytest.mark.parametrize(
    ("call", "order", "found"),
    [
        ("C1", "1", ("first", "yes")),
        ("C1", "2", ("another", "no")),
        ("", "1", ("no_call", "no")),
        ("", "2", ("no_call", "no")),
        ("C1", "", ("unknown", "unknown")),
        ("C1", "0", ("unknown", "unknown")),
    ],
)
def test_a_row_says_by_itself_whether_it_stands_for_a_call(
    ordered: Town, call: str, order: str, found: tuple[str, str]
) -> None:
    row = coded(ordered, "visits", header={**VISIT, "Order": ""}, Call=call, Order=order)

    assert (row["person_of_call_code"], row["first_of_call_code"]) == found


def test_without_the_number_of_calls_nobody_knows_what_stands_for_one(ordered: Town) -> None:
    path = ordered.program.path("sources", "visits.yaml")
    path.write_text(path.read_text().replace("Call: {to: call_id}", "Call: {drop: not kept}"))

    row = coded(ordered, "visits", header={**VISIT, "Order": ""}, Order="1")

    assert (row["person_of_call_code"], row["first_of_call_code"]) == ("unknown", "unknown")


def test_what_a_new_column_lacks_is_unknown(town: Town) -> None:
    call, visit = coded(town, "calls"), coded(town, "visits")

    assert call["initiated_code"] == "unknown"
    assert (visit["supplies_code"], visit["followup_72h_code"]) == ("unknown", "unknown")


def test_a_response_is_coded_and_its_day_ends(town: Town) -> None:
    town.ask()
    town.write("surveys_a.csv", [{"Theme": "heard", "Where": "South side"}], header=RESPONSE)
    town.prepare("surveys")

    (row,) = rows_of(town.vault.table("private_surveys", month=MONTH))

    assert (row["satisfaction_code"], row["main_theme_code"]) == ("very_satisfied", "felt_heard")
    assert (row["area_code"], row["felt_safe_code"]) == ("south", "unknown")
    assert set(row) == set(coded_columns(load_contract("surveys")))
    assert "2025-02-20" not in str(row)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2025-03-09 01:50", "2025-03-09 03:10", 20),
        ("2025-03-09 02:30", "2025-03-09 03:40", None),
        ("2025-03-09 00:30", "2025-03-09 01:10", 40),
        ("2025-11-02 01:30", "2025-11-02 02:10", None),
        ("2025-11-02 01:50", "2025-11-02 01:10", None),
        ("2025-11-02 00:50", "2025-11-02 02:10", 140),
    ],
)
def test_the_nights_when_clocks_change_make_no_false_minutes(
    town: Town, start: str, end: str, minutes: int | None
) -> None:
    row = coded(town, "visits", month=start[:7], Start=start, End=end)

    assert row["onscene_min"] == minutes


def test_no_duration_is_made_from_a_date(town: Town) -> None:
    path = town.program.path("sources", "visits.yaml")
    written = 'departed_datetime, format: "%Y-%m-%d %H:%M"'
    path.write_text(path.read_text().replace(written, f"{written}, precision: date"))

    row = coded(town, "visits")

    assert (row["onscene_min"], row["onscene_band_code"]) == (None, "unknown")


def test_a_time_in_another_zone_counts_in_the_month_of_the_program(town: Town) -> None:
    path = town.program.path("sources", "visits.yaml")
    written = 'encounter_datetime, format: "%Y-%m-%d %H:%M"'
    path.write_text(path.read_text().replace(written, f"{written}, zone: UTC"))

    row = coded(town, "visits", Start="2025-03-01 07:30", End="2025-02-28 23:45")

    assert row["month"] == "2025-02"
    assert row["time_of_day_code"] == "evening"
    assert row["onscene_min"] == 15


@pytest.mark.parametrize(
    ("start", "part"),
    [
        ("2025-02-03 05:59", "overnight"),
        ("2025-02-03 06:00", "morning"),
        ("2025-02-03 12:00", "afternoon"),
        ("2025-02-03 23:59", "evening"),
        ("2025-02-03 00:00", "unknown"),
    ],
)
def test_a_clock_becomes_a_part_of_the_day(town: Town, start: str, part: str) -> None:
    assert coded(town, "visits", Start=start)["time_of_day_code"] == part


@pytest.mark.parametrize(
    ("kits", "number", "band"),
    [
        ("0", 0, "none"),
        ("2", 2, "two"),
        ("2.9", 2, "two"),
        ("21", 20, "three_plus"),
        ("100", 20, "three_plus"),
        ("101", None, "unknown"),
        ("400", None, "unknown"),
        ("-3", None, "unknown"),
        ("NaN", None, "unknown"),
        ("inf", None, "unknown"),
        ("two", None, "unknown"),
        ("", None, "unknown"),
    ],
)
def test_a_number_is_clipped_and_banded(
    town: Town, kits: str, number: int | None, band: str
) -> None:
    row = coded(town, "visits", Kits=kits)

    assert (row["kits_n"], row["kits_band_code"]) == (number, band)


@pytest.mark.parametrize(
    ("age", "band"),
    [
        ("0", "under_20"),
        ("20", "20_to_29"),
        ("103", "70_plus"),
        ("-1", "unknown"),
        ("x", "unknown"),
    ],
)
def test_an_age_becomes_a_band(town: Town, age: str, band: str) -> None:
    assert coded(town, "visits", Age=age)["age_band_code"] == band


@pytest.mark.parametrize(
    ("where", "area", "kind"),
    [
        ("North side", "north", "urban"),
        (" SOUTH   side", "south", "rural"),
        ("Elsewhere", "unknown", "unknown"),
        ("", "unknown", "unknown"),
    ],
)
def test_a_place_becomes_an_area(town: Town, where: str, area: str, kind: str) -> None:
    row = coded(town, "calls", Where=where)

    assert (row["area_code"], row["area_kind_code"]) == (area, kind)


@pytest.mark.parametrize(
    ("kind", "finer", "coarser"),
    [
        ("welfare check", "welfare_check", "welfare"),
        ("Overdose", "overdose", "substance_use"),
        ("A new word", "unknown", "unknown"),
    ],
)
def test_a_word_becomes_a_code_and_its_group(
    town: Town, kind: str, finer: str, coarser: str
) -> None:
    row = coded(town, "calls", Kind=kind)

    assert (row["call_type_code"], row["call_group_code"]) == (finer, coarser)


def test_what_a_feed_lacks_is_its_lists_default(town: Town) -> None:
    row = coded(town, "visits", May="")

    assert row["responder_code"] == "crisis_team"
    assert row["police_code"] == "unknown"
    assert row["record_permission_code"] == "not_recorded"


@pytest.mark.parametrize("feed", ["calls", "visits"])
def test_every_code_is_of_its_list(town: Town, feed: str) -> None:
    row = coded(town, feed)

    contract = town.source(feed).contract
    for column in contract.columns:
        if column.codes:
            assert row[column.name] in load_codes(column.codes).codes


@pytest.mark.parametrize("table", ["calls", "encounters"])
def test_no_clock_place_or_identifier_is_left(town: Town, table: str) -> None:
    coded(town, "visits")

    (file,) = town.vault.table(f"private_{table}", month=MONTH).iterdir()
    schema = pq.read_schema(file)
    roles = load_contract(table).roles
    ended = {name for name, role in roles.items() if role in {"identifier", "time", "place"}}
    assert not ended & set(schema.names)
    assert {str(kind) for kind in schema.types} == {"int64", "int32", "string"}
    assert set(schema.names) == set(coded_columns(load_contract(table)))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("received_datetime", pa.timestamp("us")),
        ("day", pa.date32()),
        ("latitude", pa.float64()),
        ("call_id", pa.string()),
        ("source_code", pa.timestamp("us")),
        ("digest", pa.string()),
        ("response_min", pa.int64()),
    ],
)
def test_a_column_that_should_have_ended_stops_the_run(
    town: Town, name: str, kind: pa.DataType
) -> None:
    file = town.vault.path("raw", "x.parquet")
    pq.write_table(pa.table({name: pa.array([None], kind)}), file)

    with pytest.raises(ContractError, match=f"end where records are coded: \\['{name}'\\]"):
        check_harmless(file, allowed=coded_columns(load_contract("calls")), table="calls")


def test_a_month_that_was_not_stripped_is_refused(town: Town) -> None:
    with pytest.raises(ContractError, match="'calls' is not stripped for 2025-02"):
        town.code("calls")
