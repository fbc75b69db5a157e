"""The promise from the delivered file on: one participant moves the vector by at most the bound."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings, target
from hypothesis import strategies as st

from data_contracts.period import read_period
from privacy.count import count_cells
from privacy.plan import Plan, make_plan
from tests.privacy.riverton import policy_for_other_areas
from tests.transforms.conftest import hasty_judge, no_rest
from tests.transforms.town import MONTH, Town, build
from transforms.identity import Numbers
from transforms.link import incident_file

__all__ = ["hasty_judge", "no_rest"]

Row = dict[str, str]

PEOPLE = Numbers("participant", "visits")
NUMBERS = ["C1", "C2", "C3", "C4"]
PLACES = st.sampled_from(["North side", "South side", ""])
CALL_ROWS = st.fixed_dictionaries(
    {
        "No": st.sampled_from(NUMBERS),
        "Received": st.just("2025-02-03 10:00"),
        "Where": PLACES,
        "Kind": st.sampled_from(["Overdose", "Welfare Check"]),
        "End": st.sampled_from(["Met", "Nobody there", ""]),
    }
)
VISIT_ROWS = st.fixed_dictionaries(
    {
        "Visit": st.sampled_from(["V1", "V2", "V3", "V4", "V5"]),
        "Call": st.sampled_from([*NUMBERS, ""]),
        "Person": st.sampled_from(["A", "a ", "B", "C", ""]),
        "Start": st.sampled_from(["2025-02-01 00:05", "2025-02-03 10:20"]),
        "Where": PLACES,
        "Kits": st.sampled_from(["0", "1", "7"]),
        "Gender": st.sampled_from(["W", "M", ""]),
    }
)
VISITS = st.lists(VISIT_ROWS, min_size=1, max_size=14).map(lambda rows: rows + rows[:2])


@dataclass
class City:
    """A town, the plan of its quarter, and the worst distance seen."""

    town: Town
    plan: Plan
    worst: list[float] = field(default_factory=list)

    def vector(self, calls: list[Row], visits: list[Row]) -> list[int]:
        """Deliver, land, judge, strip, code, link, clip and count."""
        self.town.run(calls, visits, months=[MONTH])
        file = incident_file(self.town.vault, month=MONTH)
        connection = self.town.engine.connection
        connection.from_parquet(str(file)).create_view("incidents", replace=True)
        return count_cells(self.plan.spec, connection=connection, incidents="incidents")

    def ratio(self, one: list[int], other: list[int]) -> float:
        """Distance of two vectors in parts of the bound, squared."""
        moved = sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
        return moved / self.plan.spec.bound_squared


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A town under the default policy's own tables."""
    policy = policy_for_other_areas()
    with build(tmp_path_factory.mktemp("stability") / "town") as town:
        period = read_period("2025-Q1")
        yield City(town, make_plan(policy, program=town.program, period=period))


def who(visit: Mapping[str, str]) -> str | None:
    """The participant as intake reads the name; None where nobody is known."""
    return PEOPLE.message(visit["Person"])


@settings(max_examples=8)
@given(calls=st.lists(CALL_ROWS, max_size=5), visits=VISITS, which=st.integers(0, 99))
@pytest.mark.usefixtures("hasty_judge")
def test_stability_taking_one_participant_away_moves_the_vector_by_at_most_the_bound(
    city: City, calls: list[Row], visits: list[Row], which: int
) -> None:
    """All of one participant goes: their visits, and calls at which only they were met."""
    known = [visit for visit in visits if who(visit)] or visits
    chosen = known[which % len(known)]
    theirs = [
        visit
        for visit in visits
        if (who(visit) == who(chosen) if who(chosen) else visit["Visit"] == chosen["Visit"])
        and bool(who(visit)) == bool(who(chosen))
    ]
    others = [visit for visit in visits if visit not in theirs]
    alone = {visit["Call"] for visit in theirs} - {visit["Call"] for visit in others}
    left = [call for call in calls if call["No"] not in alone]

    ratio = city.ratio(city.vector(calls, visits), city.vector(left, others))
    target(ratio)
    city.worst.append(ratio)

    assert 0 < ratio <= 1


def test_stability_was_tried_near_the_bound(city: City) -> None:
    """A test that never comes near the bound would not see it broken."""
    visits = [
        {"Visit": f"V{n}", "Call": "", "Person": "A", "Kits": "7", "Gender": "W"} for n in range(12)
    ]
    empty = city.vector([], [])

    full = city.ratio(city.vector([], visits), empty)
    unclipped = city.ratio([len(visits) * cell for cell in city.vector([], visits[:1])], empty)

    contacts = next(block for block in city.plan.spec.blocks if block.name == "contacts")
    share = contacts.bound_squared * city.plan.spec.whole**2 / city.plan.spec.bound_squared
    assert 0.99 * share < full <= share
    assert unclipped > 1


def test_the_default_policy_has_both_blocks(city: City) -> None:
    assert {block.name for block in city.plan.spec.blocks} == {"contacts", "no_contact"}
