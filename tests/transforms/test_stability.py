"""The promise that the wall rests on: one unit's records move that unit's rows and no other's."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.transforms.town import CALL, MONTH, Incident, Town, build, multiset
from transforms.engine import read_sql

BEFORE = "2025-01"
FEW = settings(max_examples=20)

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
        "Start": st.sampled_from(["2025-02-01 00:05", "2025-02-03 10:20"]),
        "Where": st.sampled_from(["", "North side"]),
        "Kits": st.sampled_from(["1", "2"]),
        "May": st.sampled_from(["Link", "Link", "Count", ""]),
    }
)
CALLS = st.lists(CALL_ROWS, max_size=5)
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
    "May": "Count",
}
TWINS = [A_VISIT, {**A_VISIT, "Person": "B"}]  # two people whose rows differ in nothing else
NOBODYS = [{**A_VISIT, "Person": "unknown", "Visit": one, "May": "Link"} for one in ("V1", "V2")]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One program with one key for every example; each delivers its files anew."""
    with build(tmp_path_factory.mktemp("stability") / "town") as built:
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
        return hashed(f"participant|{person(visit)}", key=key)
    return hashed(f"encounter|{visit['Visit'].lower()}", key=key)


def calls_of(numbers: set[str], *, key: bytes) -> set[int]:
    """Units of calls that met nobody."""
    return {hashed(f"call|{number.lower()}", key=key) for number in numbers}


def incidents(city: Town, calls: list[Row], visits: list[Row]) -> Counter[Incident]:
    """Run a month, and the calls of the one before, and count the rows."""
    city.write("calls_all.csv", calls, header=CALL)
    city.prepare("calls", month=BEFORE)
    city.run(calls, visits, months=[MONTH])
    return multiset(city.incidents())


def of_units(rows: Counter[Incident], units: set[int]) -> Counter[Incident]:
    """Rows of some units."""
    return Counter({row: n for row, n in rows.items() if dict_of(row)["unit_key"] in units})


def dict_of(row: Incident) -> Mapping[str, object]:
    """Row as a mapping again."""
    return dict(row)


@FEW
@pytest.mark.usefixtures("hasty_judge")
@given(calls=CALLS, visits=VISITS, which=st.integers(0, 99))
@example(calls=[A_CALL], visits=TWINS, which=0)
@example(calls=[A_CALL], visits=[A_VISIT], which=0)
@example(calls=[A_CALL], visits=NOBODYS, which=0)
def test_what_is_taken_away_takes_its_own_rows_and_no_others(
    city: Town, calls: list[Row], visits: list[Row], which: int
) -> None:
    """First the encounters of one unit go, then one participant and calls where only they were.

    Where calls stay, not even a call that met nobody moves when its encounter goes.
    """
    key = city.vault.key("FY2025")
    chosen = visits[which % len(visits)]
    one = unit(chosen, key=key)
    theirs = [visit for visit in visits if person(visit) == person(chosen) or visit == chosen]
    others = [visit for visit in visits if visit not in theirs]
    alone = {visit["Call"] for visit in theirs} - {visit["Call"] for visit in others}
    kept = [call for call in calls if call["No"] not in alone]

    whole = incidents(city, calls, visits)
    without_unit = incidents(city, calls, [v for v in visits if unit(v, key=key) != one])
    without_person = incidents(city, kept, others)

    assert whole - without_unit == of_units(whole, {one})
    assert of_units(whole, {one}).total() > 0
    assert not without_unit - whole
    gone = whole - without_person
    assert gone == of_units(
        gone, {unit(visit, key=key) for visit in theirs} | calls_of(alone, key=key)
    )
    assert not without_person - whole
    met = Counter({row: n for row, n in gone.items() if dict_of(row)["block_code"] == "contacts"})
    assert met.total() == len({tuple(sorted(visit.items())) for visit in theirs})


@pytest.mark.usefixtures("hasty_judge")
def test_collapsing_repeats_across_people_breaks_the_promise(
    city: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The property has teeth."""
    sql = read_sql("strip")
    shared = sql.replace("ORDER BY ALL", "QUALIFY row_number() OVER (PARTITION BY call_key) = 1")
    monkeypatch.setattr("transforms.strip.read_sql", lambda _: shared)
    visit = {"Visit": "V1", "Call": "", "Start": "2025-02-03 10:20", "Where": "", "Kits": "1"}
    two = [{**visit, "Person": one, "May": "Link"} for one in ("A", "B")]

    whole = incidents(city, [], two)
    without = [incidents(city, [], [one]) for one in two]

    assert shared != sql
    assert whole.total() == 1
    assert any(alone - whole for alone in without)


def test_every_step_of_the_chain_has_its_sql(root: Path) -> None:
    steps = {file.stem for file in (root / "transforms").glob("*.sql")}

    assert steps == {"land", "judge", "strip", "code", "link"}
    assert all((root / "transforms" / f"{step}.py").is_file() for step in steps)
