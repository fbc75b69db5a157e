"""The promise for a year: whichever unit goes, its own blocks move by their bound, others not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, settings, target
from hypothesis import strategies as st

from data_contracts.period import read_period
from privacy.count import count_cells
from privacy.errors import PrivacyError
from privacy.plan import Plan, make_plan
from tests.privacy.riverton import moved, policy_for_other_areas
from tests.transforms.conftest import hasty_judge, no_rest
from tests.transforms.town import CALL as CALL_HEADER
from tests.transforms.town import RESPONSE, VISIT, VISITS, Town, build
from transforms.engine import read_sql
from transforms.identity import Numbers
from transforms.link import incident_file
from transforms.persons import gather_persons

__all__ = ["hasty_judge", "no_rest"]

Row = dict[str, str]

PEOPLE = Numbers("participant", "town")  # one numbering of the two feeds of visits
MONTHS = ("2025-01", "2025-02")
MISSED = {"Nobody there", ""}  # what the town's calls write where a call is a unit of its own
NUMBERS = ["C1", "C2", "A"]  # the same texts number calls, visits, people and responses
WHERE = st.sampled_from(["North side", "South side", ""])

CALLS = st.fixed_dictionaries(
    {
        "No": st.sampled_from(NUMBERS),
        "Received": st.sampled_from(["2025-01-31 23:50", "2025-02-03 10:00"]),
        "Arrived": st.sampled_from(["", "2025-02-03 10:20"]),
        "Where": WHERE,
        "Kind": st.sampled_from(["Overdose", "Welfare Check"]),
        "End": st.sampled_from(["Met", "Nobody there", ""]),
    }
)
MET = st.fixed_dictionaries(
    {
        "Via": st.sampled_from(["visits", "outreach"]),
        "Visit": st.sampled_from(["C1", "V2", "A"]),
        "Call": st.sampled_from([*NUMBERS, ""]),
        "Person": st.sampled_from(["A", "a ", "B", "", "unknown"]),
        "Start": st.sampled_from(["2025-01-02 09:00", "2025-02-01 00:05", "2025-02-03 10:20"]),
        "Where": WHERE,
        "Kits": st.sampled_from(["0", "7"]),
        "Gender": st.sampled_from(["W", "M", ""]),
        "Outcome": st.sampled_from(["", "Helped", "Refused"]),
        "May": st.sampled_from(["Link", "Link", "Count"]),
    }
)
ANSWERS = st.fixed_dictionaries(
    {
        "Response": st.sampled_from(NUMBERS),
        "Day": st.sampled_from(["2025-01-20", "2025-02-20"]),
        "Rating": st.sampled_from(["5", "1", ""]),
    }
)


@dataclass(frozen=True)
class Deliveries:
    """What the program delivered: rows of calls, visits in two feeds, and responses."""

    calls: tuple[Row, ...] = ()
    visits: tuple[Row, ...] = ()
    answers: tuple[Row, ...] = ()


def twice(rows: list[Row]) -> tuple[Row, ...]:
    """Deliver the first rows again."""
    return (*rows, *rows[:2])


DELIVERIES = st.builds(
    Deliveries,
    calls=st.lists(CALLS, max_size=5).map(twice),
    visits=st.lists(MET, max_size=10).map(twice),
    answers=st.lists(ANSWERS, max_size=4).map(twice),
)

CALL = {"No": "C1", "Received": "2025-01-31 23:50", "Kind": "Overdose", "End": "Met"}
SEEN = {"Via": "visits", "Visit": "V2", "Call": "C1", "Person": "A", "May": "Link"}
SEEN |= {"Start": "2025-02-01 00:05", "Kits": "7", "Gender": "W", "Outcome": "Refused"}
OFTEN = tuple({**SEEN, "Visit": f"V{n}", "Outcome": "Helped"} for n in range(9))
ALIKE = tuple({**SEEN, "Person": one, "May": "Count"} for one in ("A", "B", ""))
SPLIT = (CALL, {**CALL, "End": "Nobody there"}, {**CALL, "Received": "2025-02-03 10:00", "End": ""})
ANSWER = {"Response": "A", "Day": "2025-02-20", "Rating": "5"}
ANSWER_TOO = {**ANSWER, "Day": "2025-01-20", "Rating": "1"}


@dataclass(frozen=True)
class City:
    """A town with every feed about people, and the plan of its year."""

    town: Town
    plan: Plan

    def vector(self, given: Deliveries) -> list[int]:
        """Deliver, take the months in, gather their persons, clip and count."""
        town = self.town
        for feed in ("visits", "outreach"):
            rows = [{**one} for one in given.visits if one["Via"] == feed]
            for row in rows:
                del row["Via"]
            town.write(f"{feed}_all.csv", rows, header=VISIT)
        town.write("calls_all.csv", given.calls, header=CALL_HEADER)
        town.write("surveys_all.csv", given.answers, header=RESPONSE)
        town.take(months=MONTHS)
        files = [incident_file(town.vault, month=one) for one in MONTHS]
        files.append(gather_persons(MONTHS, vault=town.vault, engine=town.engine))
        connection = town.engine.connection
        connection.from_parquet(
            [str(file) for file in files], hive_partitioning=False, union_by_name=True
        ).create_view("incidents", replace=True)
        return count_cells(self.plan.spec, connection=connection, incidents="incidents")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A town under Riverton's own year."""
    policy = policy_for_other_areas()
    with build(tmp_path_factory.mktemp("stability") / "town") as town:
        town.ask()
        for feed in ("visits", "outreach"):
            text = f"{VISITS}numbering: {{participant: town}}\n".replace("visits_*", f"{feed}_*")
            text = text.replace("feed: visits", f"feed: {feed}")
            town.program.path("sources", f"{feed}.yaml").write_text(text, encoding="utf-8")
        period = read_period("FY2025")
        yield City(town, make_plan(policy, program=town.program, period=period))


def unit(visit: Mapping[str, str]) -> tuple[str, str | None]:
    """Whose a row of visits is: a participant's, or that of the visit itself."""
    known = PEOPLE.message(visit["Person"]) if visit["May"] == "Link" else None
    number = Numbers("encounter", visit["Via"]).message(visit["Visit"])
    return ("participant", known) if known else ("visit", number)


def without(given: Deliveries, *, kind: str, which: int) -> tuple[Deliveries, set[str]]:
    """Take one unit away; say in which blocks it may be. Nobody where there is none."""
    if kind == "call":
        named = {one["Call"] for one in given.visits}
        units = sorted({call["No"] for call in given.calls if call["End"] in MISSED} - named)
        gone = units[which % len(units)] if units else None
        left = [one for one in given.calls if one["No"] != gone or one["End"] not in MISSED]
        return replace(given, calls=tuple(left)), {"no_contact"}
    if kind == "answer":
        numbers = sorted({one["Response"] for one in given.answers})
        number = numbers[which % len(numbers)] if numbers else None
        others = tuple(one for one in given.answers if one["Response"] != number)
        return replace(given, answers=others), {"surveys"}
    found = sorted({str(unit(one)): unit(one) for one in given.visits}.items())
    found = [one for one in found if one[1][0] == kind]
    who = found[which % len(found)][1] if found else None
    rest = tuple(one for one in given.visits if unit(one) != who)
    alone = {one["Call"] for one in given.visits} - {one["Call"] for one in rest}
    calls = tuple(one for one in given.calls if one["No"] not in alone)
    return replace(given, calls=calls, visits=rest), {"contacts", "persons", "anchor"}


@pytest.mark.usefixtures("hasty_judge")
@settings(max_examples=2)
@given(
    given=DELIVERIES,
    kind=st.sampled_from(["participant", "visit", "call", "answer"]),
    which=st.integers(0, 99),
)
@example(given=Deliveries(calls=(CALL,), visits=OFTEN), kind="participant", which=0)
@example(given=Deliveries(calls=SPLIT, visits=(*ALIKE, SEEN)), kind="visit", which=0)
@example(given=Deliveries(calls=SPLIT, visits=ALIKE), kind="call", which=0)
@example(given=Deliveries(SPLIT, (SEEN,), (ANSWER, ANSWER_TOO)), kind="answer", which=0)
def test_stability_one_unit_moves_its_own_blocks_within_their_bounds_and_no_other(
    city: City, given: Deliveries, kind: str, which: int
) -> None:
    """A participant, a visit where nobody is known, a call that met nobody, or a response."""
    rest, blocks = without(given, kind=kind, which=which)

    whole, left = city.vector(given), city.vector(rest)

    pairs = {block.name: moved(city.plan, block, whole, left) for block in city.plan.spec.blocks}
    target(max(distance / bound for distance, bound in pairs.values()))
    assert {name for name, (distance, _) in pairs.items() if distance} <= blocks
    assert all(distance <= bound for distance, bound in pairs.values())
    if rest != given:
        assert any(distance for distance, _ in pairs.values())


@pytest.mark.usefixtures("hasty_judge")
@pytest.mark.parametrize("one", range(3))
def test_stability_one_of_several_at_one_visit_moves_it_by_no_more_than_the_bound(
    city: City, one: int
) -> None:
    """Nobody is known, so all of them are one unit; and each by themselves is within it too."""
    crowd = (*ALIKE, *({**ALIKE[2], "Gender": word, "Kits": "0"} for word in ("M", "W", "")))
    rest = tuple(row for number, row in enumerate(crowd) if number != one)

    whole, left = (city.vector(Deliveries(visits=rows)) for rows in (crowd, rest))

    pairs = {block.name: moved(city.plan, block, whole, left) for block in city.plan.spec.blocks}
    assert all(distance <= bound for distance, bound in pairs.values())
    assert pairs["contacts"][0] > 0


UNLESS_NAMED = "AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.call_key = calls.call_key)"
BREAKS = {
    "a call that a visit names is counted by itself": (UNLESS_NAMED, ""),
    "nobody is a participant": ("coalesce(participant_key, encounter_key)", "participant_key"),
    "visits of the next month are not asked": (
        "SELECT call_key FROM encounters_near",
        "SELECT call_key FROM encounters",
    ),
}


@pytest.mark.usefixtures("hasty_judge")
@pytest.mark.parametrize("name", BREAKS)
def test_the_same_check_catches_a_link_that_is_broken(
    city: City, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong = BREAKS[name]
    assert right in read_sql("link")
    monkeypatch.setattr(
        "transforms.link.read_sql", lambda step: read_sql(step).replace(right, wrong)
    )
    nobody = tuple({**one, "Call": ""} for one in ALIKE)
    silent = {**CALL, "End": ""}
    given = Deliveries(calls=(silent, *SPLIT[2:]), visits=(*nobody, SEEN))

    def holds(kind: str) -> bool:
        rest, blocks = without(given, kind=kind, which=0)
        whole, left = city.vector(given), city.vector(rest)
        pairs = ((one.name, moved(city.plan, one, whole, left)) for one in city.plan.spec.blocks)
        return all(far <= most * (name in blocks) for name, (far, most) in pairs)

    try:
        kept = all(holds(kind) for kind in ("call", "participant", "visit"))
    except PrivacyError:
        kept = False
    assert not kept
