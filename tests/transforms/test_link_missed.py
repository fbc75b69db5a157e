"""Mirrors transforms/link.py: calls that met nobody are units of their own."""

import json
from dataclasses import replace
from datetime import date

import pytest

from data_contracts.errors import ContractError
from data_contracts.program import load_program
from tests.transforms.town import CALL, MONTH, VISIT, Row, Town, hash_number, rows_of
from transforms.freeze import freeze_links
from transforms.link import frozen_calls_file

pytestmark = pytest.mark.usefixtures("hasty_judge")


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
    assert {row["unit_key"]: row["path_code"] for row in missed} == {
        hash_number("call", "missed", key=key): "not_found",
        hash_number("call", "silent", key=key): "unknown",
    }
    assert len(rows) == 3
    assert {row["responder_code"] for row in missed} == {"unknown"}
    assert {row["kits_n"] for row in missed} == {None}


@pytest.mark.parametrize("ending", ["Nobody there", "", "Met"])
@pytest.mark.parametrize("person", ["P1", ""])
def test_a_call_that_a_visit_names_is_the_visitors_and_tells_of_it_however_it_ended(
    town: Town, ending: str, person: str
) -> None:
    town.run([{"No": "both", "End": ending}], [{"Call": "both", "Person": person}], months=[MONTH])

    (row,) = town.incidents()

    assert row["block_code"] == "contacts"
    assert (row["call_group_code"], row["response_min"]) == ("substance_use", 20)


AT_THE_EDGE = {
    "the visit after midnight": ("2025-02-28 23:50", "2025-03-01 00:10"),
    "the visit weeks later": ("2025-02-03 10:00", "2025-03-28 10:00"),
    "the call written down later": ("2025-03-01 00:05", "2025-02-28 23:55"),
}


@pytest.mark.parametrize("edge", AT_THE_EDGE)
@pytest.mark.parametrize("order", [(MONTH, "2025-03"), ("2025-03", MONTH)])
@pytest.mark.parametrize("ending", ["Nobody there", ""])
def test_a_visit_of_a_neighbouring_month_claims_a_call_whichever_month_came_first(
    town: Town, edge: str, order: tuple[str, str], ending: str
) -> None:
    received, start = AT_THE_EDGE[edge]
    calls = [{"Received": received, "Arrived": "", "End": ending}]

    town.run(calls, [{"Start": start, "End": ""}], months=order)

    (row,) = town.incidents()
    assert (row["block_code"], row["month"]) == ("contacts", start[:7])
    assert row["call_group_code"] == "substance_use"


@pytest.mark.parametrize(
    ("received", "start"),
    [
        ("2025-12-31 23:50", "2026-01-01 00:10"),
        ("2026-01-01 00:05", "2025-12-31 23:55"),
    ],
)
@pytest.mark.parametrize("order", [("2025-12", "2026-01"), ("2026-01", "2025-12")])
def test_a_call_and_its_visit_find_each_other_across_two_fiscal_years(
    town: Town, received: str, start: str, order: tuple[str, str]
) -> None:
    """The years hash with different keys: the call is known under both."""
    calls = [{"Received": received, "Arrived": "", "End": ""}]

    town.run(calls, [{"Start": start, "End": ""}], months=order, today=date(2026, 2, 10))

    (row,) = town.incidents()
    assert (row["block_code"], row["month"]) == ("contacts", start[:7])
    assert row["call_group_code"] == "substance_use"


def test_the_key_of_a_closed_year_is_not_made_again_for_its_neighbour(town: Town) -> None:
    town.vault.key("FY2025")
    town.vault.destroy_key("FY2025")
    calls = [{"Received": "2026-01-01 00:05", "Arrived": ""}]

    town.run(calls, [], months=["2026-01"], today=date(2026, 6, 1))

    (row,) = rows_of(town.vault.path("coded", "private_calls"))
    assert row["beside_key"] is None
    assert not town.vault.fingerprint("FY2025")


LAST_DAYS = [
    {"No": "soon", "Received": "2025-02-25 23:59", "End": ""},
    {"No": "late", "Received": "2025-02-26 00:00", "End": "Nobody there"},
]


def missed(town: Town) -> set[int]:
    """Calls of February that are units of their own."""
    rows = rows_of(town.vault.table("private_incidents", month=MONTH))
    return {int(str(row["unit_key"])) for row in rows if row["block_code"] == "no_contact"}


def calls_of(town: Town, *numbers: str) -> set[int | None]:
    key = town.vault.key("FY2025")
    return {hash_number("call", one, key=key) for one in numbers}


def test_a_call_of_the_last_days_waits_until_the_next_month_is_in(town: Town) -> None:
    """The month is drawn before March: a visit of March may still name it."""
    town.run(LAST_DAYS, [], months=[MONTH])
    before = missed(town)

    town.run(LAST_DAYS, [], months=["2025-03"])

    assert before == calls_of(town, "soon")
    assert missed(town) == calls_of(town, "soon", "late")
    told = json.loads(town.vault.check("private_incidents", month=MONTH).read_text())["rules"]
    assert {one["rule"]: one["found"] for one in told}["calls.waiting"] == 0


def test_a_month_that_has_hardly_begun_is_not_in_yet(town: Town) -> None:
    town.run(LAST_DAYS, [], months=[MONTH, "2025-03"], today=date(2025, 3, 3))
    early = missed(town)
    town.run(LAST_DAYS, [], months=["2025-03"], today=date(2025, 3, 4))

    assert (early, missed(town)) == (calls_of(town, "soon"), calls_of(town, "soon", "late"))


def test_nothing_waits_where_no_month_and_no_visit_can_come(town: Town) -> None:
    file = town.program.path("program.yaml")
    file.write_text(file.read_text() + "last_month: 2025-02\n")
    ended = replace(town, program=load_program(town.program.directory))
    ended.run(LAST_DAYS, [], months=[MONTH])
    assert missed(ended) == calls_of(town, "soon", "late")

    town.program.path("sources", "visits.yaml").unlink()
    town.run(LAST_DAYS, [], months=[MONTH])
    assert missed(town) == calls_of(town, "soon", "late")


def test_a_call_that_a_refused_record_names_is_no_unit_of_its_own(town: Town) -> None:
    """A visit that nobody can count was a visit all the same; so with a clock nobody can read."""
    calls = [{"No": one, "End": ""} for one in ("C1", "C2", "C3")]
    visits = [{"Visit": "", "Call": "C1"}, {"Visit": "V2", "Call": " c2", "Start": "32:05.0"}]

    town.run(calls, visits, months=[MONTH])

    assert missed(town) == calls_of(town, "C3")
    assert len(town.incidents()) == 1


SLIPPED = {
    "a comma in the notes": ["V1", "C1", "P1", "2025-02-03 10:20", *[""] * 8, "Link", "so", "yes"],
    "a comma before the number": ["V", "1", "C1", "P1", "2025-02-03 10:20", *[""] * 8, "Link", ""],
    "its end is missing": ["V1", "C1", "P1"],
    "a field before the number is missing": ["C1", "P1", "2025-02-03 10:20", *[""] * 8, "Link", ""],
    "a day of another year": ["V1", "C1", "P1", "2024-02-03 10:20", *[""] * 8, "Link", ""],
    "a day to come": ["V1", "C1", "P1", "2052-02-03 10:20", *[""] * 8, "Link", ""],
}


@pytest.mark.parametrize("kind", SLIPPED)
def test_a_call_that_a_record_put_aside_names_is_no_unit_of_its_own(town: Town, kind: str) -> None:
    """Or whoever was met twenty times, with a comma in each note, would be twenty units."""
    town.write("calls_all.csv", [{"No": one, "End": ""} for one in ("C1", "C2")], header=CALL)
    assert len(SLIPPED["a day to come"]) == len(VISIT)
    town.deliver("visits_all.csv", f"{','.join(VISIT)}\n{','.join(SLIPPED[kind])}\n".encode())

    town.take(months=[MONTH])

    assert missed(town) == calls_of(town, "C2")


@pytest.mark.parametrize("order", [(MONTH, "2025-05"), ("2025-05", MONTH)])
@pytest.mark.parametrize("visit", ["V1", ""], ids=["counted", "refused"])
def test_a_visit_of_any_month_of_the_year_claims_its_call(
    town: Town, order: tuple[str, str], visit: str
) -> None:
    calls = [{"No": "C1", "End": ""}, {"No": "C2", "End": "Nobody there"}]

    town.run(calls, [{"Visit": visit, "Start": "2025-05-03 10:00", "End": ""}], months=order)

    assert missed(town) == calls_of(town, "C2")


def freeze(town: Town) -> None:
    """A release of February is about to be drawn."""
    freeze_links(town.record_sources(), months=[MONTH], vault=town.vault, engine=town.engine)


@pytest.mark.parametrize("correction", [{"Call": ""}, {"Call": "C9"}, None])
def test_a_call_that_a_release_counted_as_somebodys_never_becomes_a_unit_of_its_own(
    town: Town, correction: Row | None
) -> None:
    """Or the year would count a person's calls again, each by itself and unclipped."""
    calls = [{"End": ""}]
    town.run(calls, [{}], months=[MONTH])
    before = missed(town)
    freeze(town)

    town.run(calls, [correction] if correction else [], months=[MONTH])

    assert before == missed(town) == set()


def test_a_late_visit_takes_a_call_that_a_release_counted_by_itself(town: Town) -> None:
    """The quarter counted the call; the year counts the visit, and the call in it, once."""
    calls = [{"Received": "2025-02-10 10:00", "End": ""}]
    town.run(calls, [], months=[MONTH])
    alone = missed(town)
    freeze(town)

    town.run(calls, [{"Start": "2025-03-20 10:00", "End": ""}], months=["2025-03"])

    assert (alone, missed(town)) == (calls_of(town, "C1"), set())
    (row,) = town.incidents()
    assert (row["block_code"], row["call_group_code"]) == ("contacts", "substance_use")


def test_a_later_release_needs_the_calls_that_an_earlier_one_used(town: Town) -> None:
    town.run([{}], [{}], months=[MONTH])
    freeze(town)
    frozen_calls_file(town.vault, month=MONTH).unlink()

    with pytest.raises(ContractError, match=r"calls .* of 2025-02 .*newest backup of vault/"):
        freeze_links(
            town.record_sources(),
            months=["2025-03"],
            released=[MONTH],
            vault=town.vault,
            engine=town.engine,
        )


def test_a_release_that_read_numbers_otherwise_closes_the_year_to_the_change(town: Town) -> None:
    town.run([{}], [{}], months=[MONTH])
    freeze(town)
    source = town.program.path("sources", "visits.yaml")
    source.write_text(source.read_text().replace("participant_id}", "participant_id, alike: []}"))

    with pytest.raises(ContractError, match=r"\['visits'\] read their numbers otherwise.*alike"):
        freeze_links(
            town.record_sources(),
            months=[MONTH],
            released=[MONTH],
            vault=town.vault,
            engine=town.engine,
        )


def test_what_calls_and_visits_deny_each_other_is_counted_in_the_check(town: Town) -> None:
    calls = [{"No": "C1", "End": "Nobody there"}, {"No": "C2", "End": ""}, {"No": "C3"}]

    town.run(calls, [{}, {"Visit": "V2", "Call": "C2"}], months=[MONTH])

    told = json.loads(town.vault.check("private_incidents", month=MONTH).read_text())["rules"]
    assert {one["rule"]: one["found"] for one in told} == {
        "calls.met_without_encounter": 1,
        "encounters.without_call": 0,
        "calls.missed_and_met": 1,
        "calls.waiting": 0,
    }


def test_without_an_ending_no_call_is_taken_for_one_that_met_nobody(town: Town) -> None:
    file = town.program.path("sources", "calls.yaml")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = ["  End: {drop: not kept}\n" if "path_code" in one else one for one in lines]
    file.write_text("".join(changed), encoding="utf-8")

    town.run([{"No": "silent"}], [], months=[MONTH])

    assert town.incidents() == []


def test_a_call_that_met_nobody_keeps_its_police_and_its_minutes(town: Town) -> None:
    calls = [{"End": "Nobody there", "Police": "Backup", "Sent": "2025-02-03 10:05"}]

    town.run(calls, [], months=[MONTH])

    (row,) = town.incidents()
    assert (row["police_code"], row["police_any_code"]) == ("backup_requested", "yes")
    assert (row["dispatch_band_code"], row["travel_band_code"]) == ("5_to_9", "10_to_19")
    assert row["known_or_anonymous_code"] == "unknown"
