"""The promise that the wall rests on: one unit's records move that unit's rows and no other's."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.transforms.town import MONTH, RESPONSE, Incident, Town, build, multiset, rows_of
from transforms.engine import read_sql
from transforms.persons import gather_persons

BEFORE = "2025-01"
FEW = settings(max_examples=2)

Row = dict[str, str]

CALL_ROWS = st.fixed_dictionaries(
    {
        "No": st.sampled_from(["C1", "C2", "C3"]),
        "Received": st.sampled_from(["2025-01-31 23:50", "2025-02-03 10:00"]),
        "Arrived": st.sampled_from(["", "2025-02-03 10:20"]),
        "Where": st.sampled_from(["North side", "South side", ""]),
        "Kind": st.sampled_from(["Overdose", "Welfare Check"]),
        "End": st.sampled_from(["Met", "Nobody there", ""]),
    }
)
VISIT_ROWS = st.fixed_dictionaries(
    {
        "Visit": st.sampled_from(["V1", "V2", "V3"]),
        "Call": st.sampled_from(["C1", "C2", "C3", ""]),
        "Person": st.sampled_from(["A", "a ", "B", "C", "", "NULL", "unknown"]),
        "Start": st.sampled_from(["2025-01-02 09:00", "2025-02-01 00:05", "2025-02-03 10:20"]),
        "Where": st.sampled_from(["", "North side"]),
        "Kits": st.sampled_from(["1", "2"]),
        "Outcome": st.sampled_from(["", "Helped", "Refused"]),
        "May": st.sampled_from(["Link", "Link", "Count", ""]),
    }
)
RESPONSE_ROWS = st.fixed_dictionaries(
    {
        "Response": st.sampled_from(["R1", "C1", "V1", "A"]),
        "Day": st.sampled_from(["2025-01-20", "2025-02-20"]),
        "Rating": st.sampled_from(["5", "1", ""]),
    }
)
CALLS = st.lists(CALL_ROWS, max_size=5)
RESPONSES = st.lists(RESPONSE_ROWS, max_size=4)
VISITS = st.lists(VISIT_ROWS, min_size=1, max_size=9).map(lambda rows: rows + rows[:2])


A_CALL = {
    "No": "C1",
    "Received": "2025-02-03 10:00",
    "Arrived": "",
    "Where": "",
    "Kind": "Overdose",
    "End": "Nobody there",
}
A_VISIT = {
    "Visit": "V1",
    "Call": "C1",
    "Person": "A",
    "Start": "2025-02-03 10:20",
    "Where": "",
    "Kits": "1",
    "Outcome": "Refused",
    "May": "Count",
}
A_RESPONSE = {"Response": "A", "Day": "2025-02-20", "Rating": "5"}
TWINS = [A_VISIT, {**A_VISIT, "Person": "B"}]  # two people whose rows differ in nothing else
AGAIN = [
    {**A_VISIT, "May": "Link", "Visit": f"V{n}", "Person": who, "Start": start}
    for n, start in enumerate(["2025-01-02 09:00", "2025-02-03 10:20", "2025-02-03 10:20"])
    for who in ("A", "B")
]
NOBODYS = [{**A_VISIT, "Person": "unknown", "Visit": one, "May": "Link"} for one in ("V1", "V2")]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One program with one key for every example; each delivers its files anew."""
    with build(tmp_path_factory.mktemp("stability") / "town") as built:
        built.ask()
        yield built


def person(visit: Row) -> str | None:
    """Who was met, as the records say; None where nobody is known."""
    return {"A": "a", "a ": "a", "B": "b", "C": "c"}.get(visit["Person"])


def hashed(message: str, *, key: bytes) -> int:
    """First 63 bits of the keyed hash, worked out without the code that is tested."""
    return int.from_bytes(hmac.digest(key, message.encode(), "sha256")[:8]) >> 1


def unit(visit: Row, *, key: bytes) -> int:
    """Privacy unit of an encounter: the person where known and agreed, else the encounter."""
    if visit["May"] == "Link" and person(visit):
        return hashed(f"participant|visits|{person(visit)}", key=key)
    return hashed(f"encounter|visits|{visit['Visit'].lower()}", key=key)


def left(calls: list[Row], visits: list[Row], rest: list[Row]) -> list[Row]:
    """Leave out the calls that only the visits name which are gone."""
    gone = {visit["Call"] for visit in visits} - {visit["Call"] for visit in rest}
    return [call for call in calls if call["No"] not in gone]


def incidents(
    city: Town, calls: list[Row], visits: list[Row], responses: list[Row] | None = None
) -> Counter[Incident]:
    """Run two months, gather their persons, and count the rows of both tables."""
    city.write("surveys_all.csv", responses or [], header=RESPONSE)
    city.run(calls, visits, months=[BEFORE, MONTH])
    persons = gather_persons([BEFORE, MONTH], vault=city.vault, engine=city.engine)
    return multiset(city.incidents()) + multiset(rows_of(persons.parent))


def of_units(rows: Counter[Incident], units: set[int]) -> Counter[Incident]:
    """Rows of some units."""
    return Counter({row: n for row, n in rows.items() if dict_of(row)["unit_key"] in units})


def dict_of(row: Incident) -> Mapping[str, object]:
    """Row as a mapping again."""
    return dict(row)


@FEW
@pytest.mark.usefixtures("hasty_judge")
@given(calls=CALLS, visits=VISITS, responses=RESPONSES, which=st.integers(0, 99))
@example(calls=[A_CALL], visits=TWINS, responses=[A_RESPONSE], which=0)
@example(calls=[A_CALL], visits=[A_VISIT], responses=[], which=0)
@example(calls=[A_CALL], visits=NOBODYS, responses=[], which=0)
@example(calls=[A_CALL], visits=AGAIN, responses=[], which=0)
def test_what_is_taken_away_takes_its_own_rows_and_no_others(
    city: Town, calls: list[Row], visits: list[Row], responses: list[Row], which: int
) -> None:
    """First one unit goes, then one participant; each with the calls that nobody else names."""
    key = city.vault.key("FY2025")
    chosen = visits[which % len(visits)]
    one = unit(chosen, key=key)
    theirs = [visit for visit in visits if person(visit) == person(chosen) or visit == chosen]
    others = [visit for visit in visits if visit not in theirs]
    rest = [visit for visit in visits if unit(visit, key=key) != one]

    whole = incidents(city, calls, visits, responses)
    without_unit = incidents(city, left(calls, visits, rest), rest, responses)
    without_person = incidents(city, left(calls, visits, others), others, responses)

    assert whole - without_unit == of_units(whole, {one})
    assert of_units(whole, {one}).total() > 0
    assert not without_unit - whole
    gone = whole - without_person
    assert gone == of_units(gone, {unit(visit, key=key) for visit in theirs})
    assert not without_person - whole
    met = Counter({row: n for row, n in gone.items() if dict_of(row)["block_code"] == "contacts"})
    assert met.total() == len({tuple(sorted(visit.items())) for visit in theirs})


@pytest.mark.usefixtures("hasty_judge")
@pytest.mark.parametrize("number", ["R1", "C1", "V1", "A"])
def test_a_response_that_is_taken_away_takes_its_own_rows_and_no_others(
    city: Town, number: str
) -> None:
    """Whatever its number is like: it is not the call, the visit or the person of that number."""
    others = [{**A_RESPONSE, "Response": other} for other in ("R2", "R3", "B")]
    theirs = [{**A_RESPONSE, "Response": number, "Rating": rating} for rating in ("5", "1")]
    one = hashed(f"response|surveys|{number.lower()}", key=city.vault.key("FY2025"))

    whole = incidents(city, [A_CALL], TWINS, theirs + others)
    without = incidents(city, [A_CALL], TWINS, others)

    gone = whole - without
    assert gone == of_units(whole, {one})
    assert [dict_of(row)["block_code"] for row in gone] == ["surveys"] * 2
    assert not without - whole


@pytest.mark.usefixtures("hasty_judge")
def test_collapsing_repeats_across_people_breaks_the_promise(
    city: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The property has teeth."""
    sql = read_sql("strip")
    shared = sql.replace("ORDER BY ALL", "QUALIFY row_number() OVER (PARTITION BY call_key) = 1")
    monkeypatch.setattr("transforms.strip.read_sql", lambda _: shared)
    city.program.path("sources", "surveys.yaml").unlink()
    visit = {"Visit": "V1", "Call": "", "Start": "2025-02-03 10:20", "Where": "", "Kits": "1"}
    two = [{**visit, "Person": one, "May": "Link"} for one in ("A", "B")]

    whole = incidents(city, [], two)
    without = [incidents(city, [], [one]) for one in two]

    assert shared != sql
    assert whole.total() == 2
    assert any(alone - whole for alone in without)


def test_every_step_of_the_chain_has_its_sql(root: Path) -> None:
    steps = {file.stem for file in (root / "transforms").glob("*.sql")}

    assert steps == {
        *("land", "judge", "crosscheck", "strip", "frozen", "recall", "code", "link", "persons"),
        "publish",
    }
    assert all((root / "transforms" / f"{step}.py").is_file() for step in steps)
