"""Mirrors transforms/recall.py."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import VISIT, VISITS, Town, rows_of
from tests.transforms.visits import MONTHS, recalled, told, visit

pytestmark = pytest.mark.usefixtures("hasty_judge")


@pytest.mark.parametrize(
    ("again", "band"),
    [
        ("2025-01-01 23:00", "within_30"),
        ("2025-01-31 00:05", "within_30"),
        ("2025-02-01 23:55", "within_90"),
        ("2025-04-01 10:00", "within_90"),
        ("2025-04-02 10:00", "later"),
        ("2025-06-01 10:00", "later"),
    ],
)
def test_the_days_since_the_person_was_met_before_are_a_band(
    outreach: Town, again: str, band: str
) -> None:
    visits = [visit(1, "2025-01-01 10:00"), visit(2, again)]

    found = told(outreach, visits, months=[one for one in MONTHS if one <= again[:7]])

    assert found == {"V1": ("first", "no"), "V2": (band, "no")}


def test_the_latest_contact_before_counts(outreach: Town) -> None:
    visits = [
        visit(1, "2025-01-01 10:00"),
        visit(2, "2025-01-20 10:00"),
        visit(3, "2025-02-10 10:00"),
        visit(4, "2025-02-10 12:00"),
    ]

    found = told(outreach, visits, months=MONTHS[:2])

    assert [found[f"V{n}"][0] for n in range(1, 5)] == ["first"] + ["within_30"] * 3


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"Outcome": "Refused"}, "yes"),
        ({"Outcome": " refused "}, "yes"),
        ({"Offer": "No"}, "yes"),
        ({"Outcome": "Helped", "Offer": "Yes"}, "no"),
        ({"Outcome": "A new word"}, "no"),
        ({}, "no"),
    ],
)
@pytest.mark.parametrize("again", ["2025-01-03 11:00", "2025-02-03 10:00"])
def test_who_said_no_before_is_met_after_a_decline(
    outreach: Town, change: dict[str, str], after: str, again: str
) -> None:
    visits = [visit(1, "2025-01-03 10:00", **change), visit(2, again, Outcome="Refused")]

    found = told(outreach, visits, months=MONTHS[:2])

    assert (found["V1"][1], found["V2"][1]) == ("no", after)


def test_saying_no_later_changes_nothing_before_it(outreach: Town) -> None:
    visits = [visit(1, "2025-02-03 10:00"), visit(2, "2025-02-04 10:00", Outcome="Refused")]

    assert told(outreach, visits, months=MONTHS[:2])["V1"] == ("first", "no")


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_contacts_in_one_minute_who_said_no_comes_last(outreach: Town, turned: bool) -> None:  # noqa: FBT001
    """Nobody knows which came first, so nothing is said to have come after the decline."""
    pair = ("Refused", "Helped") if turned else ("Helped", "Refused")
    visits = [visit(n, "2025-02-03 10:00", Outcome=one) for n, one in enumerate(pair)]

    found = told(outreach, visits, months=MONTHS[:2])

    helped, refused = (found[f"V{pair.index(one)}"] for one in ("Helped", "Refused"))
    assert (helped, refused) == (("first", "no"), ("within_30", "no"))


def test_the_order_of_lines_in_a_file_says_nothing(outreach: Town) -> None:
    visits = [
        visit(n, "2025-02-03 10:00", Outcome=("Refused", "Helped")[n % 2], Kits=str(n))
        for n in range(6)
    ]

    first = told(outreach, visits, months=MONTHS[:2])

    assert told(outreach, visits[::-1], months=MONTHS[:2]) == first


def test_a_feed_that_knows_only_days_tells_contacts_of_one_day_apart(outreach: Town) -> None:
    path = outreach.program.path("sources", "visits.yaml")
    written = 'encounter_datetime, format: "%Y-%m-%d %H:%M"'
    dated = 'encounter_datetime, format: "%Y-%m-%d", precision: date'
    path.write_text(path.read_text().replace(written, dated))
    visits = [visit(1, "2025-02-03"), visit(2, "2025-02-03"), visit(3, "2025-03-06")]

    found = told(outreach, visits, months=MONTHS[:3])

    assert sorted(found[name][0] for name in ("V1", "V2")) == ["first", "within_30"]
    assert found["V3"][0] == "within_90"


def test_several_records_of_a_person_at_one_encounter_are_one_contact(outreach: Town) -> None:
    visits = [visit(1, "2025-02-03 10:00", Kits=str(n)) for n in range(3)]
    visits += [visit(2, "2025-02-04 10:00")]

    found = told(outreach, visits, months=MONTHS[:2])

    assert found == {"V1": ("first", "no"), "V2": ("within_30", "no")}


@pytest.mark.parametrize("who", [{"Person": ""}, {"Person": "unknown"}, {"May": "Count"}])
def test_of_who_is_not_known_nothing_is_known(outreach: Town, who: dict[str, str]) -> None:
    visits = [visit(n, f"2025-02-0{n} 10:00", Outcome="Refused", **who) for n in (1, 2)]

    found = told(outreach, visits, months=MONTHS[:2])

    assert set(found.values()) == {("unknown", "unknown")}
    assert rows_of(outreach.vault.path("raw", "raw_recent_contacts")) == []


def test_a_month_that_is_not_coded_leaves_what_came_first_open(outreach: Town) -> None:
    visits = [
        visit(1, "2025-02-03 10:00"),
        visit(2, "2025-02-04 10:00", Outcome="Refused"),
        visit(3, "2025-03-04 10:00"),
    ]

    found = told(outreach, visits, months=["2025-02", "2025-03"])

    assert found == {
        "V1": ("unknown", "unknown"),
        "V2": ("within_30", "unknown"),
        "V3": ("within_30", "yes"),
    }


def share_client_numbers(outreach: Town) -> None:
    """Say in both feeds that one client number is one person in them."""
    for feed in ("visits", "walk_ins"):
        with outreach.program.path("sources", f"{feed}.yaml").open("a") as stream:
            stream.write("numbering: {participant: clients}\n")


def test_another_feed_of_the_table_holds_the_persons_other_contacts(outreach: Town) -> None:
    """It may have other words, and no column in which somebody could say no."""
    text = VISITS.replace("feed: visits", "feed: walk_ins").replace("visits_*", "walk_ins_*")
    text = text.replace("Refused: declined", "Gone: declined")
    lines = [line for line in text.splitlines() if "Offer:" not in line]
    outreach.program.path("sources", "walk_ins.yaml").write_text("\n".join([*lines, ""]))
    share_client_numbers(outreach)
    header = {name: value for name, value in VISIT.items() if name != "Offer"}
    walk_in = {**header, "Visit": "W1", "Call": "", "Start": "2025-02-02 10:00", "Outcome": "GONE"}
    outreach.write("walk_ins_a.csv", [walk_in], header=header)

    visits = [visit(1, "2025-02-01 10:00"), visit(2, "2025-02-03 10:00")]
    outreach.write("visits_all.csv", visits, header=VISIT)
    outreach.take(months=MONTHS[:2])

    assert recalled(outreach, {"V1", "V2", "W1"}, feeds=["visits", "walk_ins"]) == {
        "V1": ("first", "no"),
        "W1": ("within_30", "no"),
        "V2": ("within_30", "yes"),
    }


def test_where_nobody_can_say_no_nobody_knows_whether_they_did(outreach: Town) -> None:
    path = outreach.program.path("sources", "visits.yaml")
    lines = [
        line.split("{")[0] + "{drop: not needed}"
        if "Outcome:" in line or "Offer:" in line
        else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join([*lines, ""]))

    found = told(outreach, [visit(1, "2025-02-01 10:00")], months=MONTHS[:2])

    assert found == {"V1": ("first", "unknown")}


def test_a_feed_that_is_not_stripped_yet_stops_the_others(outreach: Town) -> None:
    text = VISITS.replace("feed: visits", "feed: walk_ins").replace("visits_*", "walk_ins_*")
    outreach.program.path("sources", "walk_ins.yaml").write_text(text)
    share_client_numbers(outreach)
    outreach.write("visits_all.csv", [visit(1, "2025-02-01 10:00")], header=VISIT)

    with pytest.raises(ContractError, match=r"Feeds \['walk_ins'\] are not stripped for 2025-02"):
        outreach.prepare("visits")


def test_only_a_key_and_a_day_outlive_the_month(outreach: Town) -> None:
    visits = [visit(1, "2025-01-03 10:20"), visit(2, "2025-01-30 23:50"), visit(3, "2025-01-05")]

    told(outreach, visits, months=MONTHS[:1])

    (file,) = outreach.vault.table("raw_recent_contacts", month="2025-01").iterdir()
    schema = pq.read_schema(file)
    assert dict(zip(schema.names, schema.types, strict=True)) == {
        "participant_key": pa.int64(),
        "last_day": pa.date32(),
    }
    assert [row["last_day"] for row in rows_of(file.parent)] == [date(2025, 1, 30)]
