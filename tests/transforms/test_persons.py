"""Mirrors transforms/persons.py."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.codes import load_codes
from data_contracts.errors import ContractError
from tests.transforms.town import VISIT, Row, Town, hash_number, multiset, rows_of
from tests.transforms.visits import drawn, visit
from transforms.link import incident_columns
from transforms.persons import gather_persons, person_columns, persons_file

pytestmark = pytest.mark.usefixtures("hasty_judge")

MONTHS = ("2025-01", "2025-02", "2025-03")
MADE = ("contacts_band_code", "repeat_30_90_code", "after_declining_code")


def persons(
    town: Town, visits: Sequence[Row], *, months: Sequence[str] = MONTHS
) -> list[dict[str, object]]:
    """Gather persons after months went through."""
    town.write("visits_all.csv", visits, header=VISIT)
    town.take(months=months)
    return rows_of(gather_persons(months, vault=town.vault, engine=town.engine).parent)


def test_a_known_person_is_one_row(outreach: Town) -> None:
    visits = [visit(n, f"2025-0{n}-03 10:00", Person=" p1" if n == 2 else "P1") for n in (1, 2, 3)]

    (row,) = persons(outreach, visits)

    key = outreach.vault.key("FY2025")
    assert row["unit_key"] == hash_number("participant", "P1", key=key)
    assert (row["block_code"], row["month"]) == ("persons", "2025-03")
    assert row["known_or_anonymous_code"] == "known"
    assert (row["gender_code"], row["age_band_code"]) == ("female", "30_to_39")
    assert [row[name] for name in MADE] == ["three_to_four", "within_30", "unknown"]


def test_each_contact_of_somebody_unknown_is_a_row(outreach: Town) -> None:
    visits = [
        visit(1, "2025-01-03 10:00", Person=""),
        visit(2, "2025-02-03 10:00", Person="", Outcome="Refused"),
        visit(3, "2025-02-04 10:00", May="Count"),
        visit(3, "2025-02-04 10:00", May="Count", Person="P2"),
    ]

    rows = persons(outreach, visits)

    assert len(rows) == 4
    for row in rows:
        assert row["known_or_anonymous_code"] == "anonymous"
        codes = {name: code for name, code in row.items() if name.endswith("_code")}
        assert set(codes.values()) == {"persons", "anonymous", "unknown"}


@pytest.mark.parametrize(
    ("ages", "band"),
    [
        (["34", "25", "34"], "30_to_39"),
        (["", "", "25"], "20_to_29"),
        (["34", "25"], "20_to_29"),
        (["71", "25", "34"], "20_to_29"),
        (["", "x"], "unknown"),
    ],
)
def test_what_was_written_most_often_holds(outreach: Town, ages: list[str], band: str) -> None:
    visits = [visit(n, f"2025-01-0{n + 1} 10:00", Age=age) for n, age in enumerate(ages)]

    forth = persons(outreach, visits, months=MONTHS[:1])
    back = persons(outreach, visits[::-1], months=MONTHS[:1])

    assert [row["age_band_code"] for row in forth] == [band]
    assert forth == back


@pytest.mark.parametrize(
    ("times", "band"),
    [(1, "one"), (2, "two"), (4, "three_to_four"), (9, "five_to_nine"), (10, "ten_plus")],
)
def test_contacts_are_counted_in_bands(outreach: Town, times: int, band: str) -> None:
    visits = [visit(n, f"2025-01-{n + 10} 10:00") for n in range(times)]

    (row,) = persons(outreach, visits, months=MONTHS[:1])

    assert row["contacts_band_code"] == band


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (["2025-01-01"], "once"),
        (["2025-01-01", "2025-01-31"], "within_30"),
        (["2025-01-01", "2025-02-01", "2025-02-02"], "within_30"),
        (["2025-01-01", "2025-03-31"], "within_90"),
    ],
)
def test_the_shortest_time_between_two_contacts_counts(
    outreach: Town, days: list[str], band: str
) -> None:
    visits = [visit(n, f"{day} 10:00") for n, day in enumerate(days)]

    (row,) = persons(outreach, visits)

    assert row["repeat_30_90_code"] == band


def test_where_a_month_is_missing_nobody_was_met_once_for_sure(outreach: Town) -> None:
    visits = [visit(1, "2025-02-01 10:00")]

    (row,) = persons(outreach, visits, months=["2025-02"])

    assert [row[name] for name in MADE] == ["one", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("then", "later", "told"),
    [
        ({"Outcome": "Helped"}, {"Outcome": "Helped"}, "never_declined"),
        ({"Outcome": "Refused"}, {"Outcome": "Helped"}, "helped_again"),
        ({"Offer": "No"}, {"Offer": "Yes"}, "helped_again"),
        ({"Offer": "No", "Outcome": "Helped"}, {"Kits": "2"}, "helped_again"),
        ({"Outcome": "Refused"}, {"Outcome": "Refused"}, "met_again"),
        ({"Outcome": "Refused"}, {"Outcome": "Jail"}, "met_again"),
        ({"Outcome": "Refused"}, {}, "met_again"),
        ({"Outcome": "Helped"}, {"Outcome": "Refused"}, "not_met_again"),
        ({}, {}, "unknown"),
    ],
)
@pytest.mark.parametrize("day", ["2025-01-02 11:00", "2025-03-02 10:00"])
def test_what_came_after_a_decline_is_told(
    outreach: Town, then: dict[str, str], later: dict[str, str], told: str, day: str
) -> None:
    visits = [
        visit(1, "2025-01-02 10:00", **{"Kits": "0", **then}),
        visit(2, day, **{"Kits": "0", **later}),
    ]

    (row,) = persons(outreach, visits)

    assert row["after_declining_code"] == told


def test_codes_are_of_their_lists_and_columns_those_promised(outreach: Town) -> None:
    rows = persons(outreach, drawn(3, persons=20), months=[*MONTHS, "2025-04"])

    schema = pq.read_schema(persons_file(outreach.vault, months=[*MONTHS, "2025-04"]))
    assert schema.names == list(person_columns())
    assert set(schema.types) == {pa.int64(), pa.string()}
    assert set(schema.names) - set(incident_columns()) == set(MADE)
    for row in rows:
        for name, code in row.items():
            if name.endswith("_code") and name != "block_code":
                assert code in load_codes(name.removesuffix("_code")).codes


def test_taking_a_unit_away_takes_its_rows_and_no_others(outreach: Town) -> None:
    visits = drawn(4, persons=15)
    visits += [{**one, "Visit": f"A{n}", "Person": ""} for n, one in enumerate(visits[:9])]
    months = [f"2025-0{n}" for n in range(1, 4)]
    whole = multiset(persons(outreach, visits, months=months))

    key = outreach.vault.key("FY2025")
    one, other = ("participant", "P3"), ("encounter", "A2")
    for (kind, number), column in ((one, "Person"), (other, "Visit")):
        others = [row for row in visits if row[column] != number]
        without = multiset(persons(outreach, others, months=months))
        gone = whole - without
        assert {dict(row)["unit_key"] for row in gone} == {hash_number(kind, number, key=key)}
        assert (gone.total(), not without - whole) == (1, True)


def test_gathering_again_gives_the_same_bytes(outreach: Town) -> None:
    persons(outreach, drawn(5, persons=10))
    file = persons_file(outreach.vault, months=MONTHS)
    before = file.read_bytes()

    gather_persons(MONTHS, vault=outreach.vault, engine=outreach.engine)

    assert file.read_bytes() == before


def test_other_blocks_are_nobodys_contact(town: Town) -> None:
    town.run([{"No": "C2", "End": "Nobody there"}], [], months=["2025-02"])

    assert rows_of(gather_persons(["2025-02"], vault=town.vault, engine=town.engine).parent) == []


def test_a_month_that_is_not_linked_stops_it(outreach: Town) -> None:
    persons(outreach, [], months=["2025-01"])

    with pytest.raises(ContractError, match=r"Months \['2025-02'\] are not linked"):
        gather_persons(["2025-01", "2025-02"], vault=outreach.vault, engine=outreach.engine)
