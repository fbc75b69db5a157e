"""The promise for a whole fiscal year: all that is released of it, with a correction in between.

A quarter is drawn; then the files of its months are delivered again, with people unlinked, renamed
or named at last; then the year is drawn. Whoever is taken away, with every record that is theirs,
moves each release by at most its own bound, so both by at most what the ledger was charged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings, target
from hypothesis import strategies as st

import transforms.freeze
from data_contracts.period import read_period
from privacy.count import count_cells
from privacy.plan import Plan, make_plan
from tests.privacy.riverton import policy_for_other_areas
from tests.transforms.conftest import hasty_judge, no_rest
from tests.transforms.town import CALL, MONTH, VISIT, Row, Town, build
from transforms.freeze import freeze_links
from transforms.frozen import FROZEN
from transforms.link import incident_file
from transforms.persons import gather_persons
from transforms.vault import parquet_files

__all__ = ["hasty_judge", "no_rest"]

MONTHS = (MONTH,)


@dataclass(frozen=True)
class Visit:
    """One record of one visit: whose it was when the quarter was drawn, and whose later."""

    before: str
    after: str
    kits: str = "7"

    @property
    def owner(self) -> str:
        """Whose record it is: a link that a release used, or else the later one."""
        return self.before or self.after


VISITS = st.lists(
    st.builds(
        Visit,
        before=st.sampled_from(["A", "A", "B", ""]),
        after=st.sampled_from(["A", "B", "", ""]),
        kits=st.sampled_from(["0", "7"]),
    ),
    min_size=1,
    max_size=12,
)
UNLINKED = [Visit("A", "")] * 12  # a person met twelve times, whom the correction makes strangers
RENAMED = [Visit("A", f"N{n}") for n in range(12)]  # or makes somebody else each time
MERGED = [Visit("A", "B")] * 9 + [Visit("B", "B")] * 3


@dataclass(frozen=True)
class City:
    """A town under Riverton's own policy."""

    town: Town
    quarter: Plan
    year: Plan

    def draw(self, visits: dict[int, Visit]) -> tuple[list[int], list[int]]:
        """Exact vectors of the quarter and, after the correction, of the year."""
        for month in MONTHS:
            for file in parquet_files(self.town.vault.table(FROZEN, month=month)):
                file.unlink()
        quarter = self._count(self.quarter, {n: one.before for n, one in visits.items()}, visits)
        return quarter, self._count(self.year, {n: one.after for n, one in visits.items()}, visits)

    def _count(self, plan: Plan, people: dict[int, str], visits: dict[int, Visit]) -> list[int]:
        town = self.town
        rows: list[Row] = [
            {"Visit": f"V{n}", "Call": "", "Person": who, "Kits": visits[n].kits}
            for n, who in people.items()
        ]
        town.write("calls_all.csv", [], header=CALL)
        town.write("visits_all.csv", rows, header=VISIT)
        town.take(months=MONTHS)
        files = [incident_file(town.vault, month=one) for one in MONTHS]
        files.append(gather_persons(MONTHS, vault=town.vault, engine=town.engine))
        transforms.freeze.freeze_links(
            town.record_sources(), months=MONTHS, vault=town.vault, engine=town.engine
        )
        connection = town.engine.connection
        connection.from_parquet(
            [str(file) for file in files], hive_partitioning=False, union_by_name=True
        ).create_view("incidents", replace=True)
        return count_cells(plan.spec, connection=connection, incidents="incidents")

    def rho(self, one: tuple[list[int], list[int]], other: tuple[list[int], list[int]]) -> float:
        """What the difference of two worlds costs, in parts of what both releases declare."""
        cost = declared = 0.0
        for plan, left, right in zip((self.quarter, self.year), one, other, strict=True):
            moved = sum((a - b) ** 2 for a, b in zip(left, right, strict=True))
            cost += moved / (2 * plan.spec.scale**2)
            declared += plan.spec.nano_rho / 1e9
        return cost / declared


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with build(tmp_path_factory.mktemp("window") / "town") as town:
        plans = (
            make_plan(policy_for_other_areas(), program=town.program, period=read_period(name))
            for name in ("2025-Q1", "FY2025")
        )
        yield City(town, *plans)


def away(visits: list[Visit], who: str) -> tuple[dict[int, Visit], dict[int, Visit]]:
    """Records with and without somebody; the others keep their numbers."""
    whole = dict(enumerate(visits))
    return whole, {n: one for n, one in whole.items() if one.owner != who}


@pytest.mark.usefixtures("hasty_judge")
@settings(max_examples=1)
@given(visits=VISITS, who=st.sampled_from(["A", "B"]))
@example(visits=UNLINKED, who="A")
@example(visits=RENAMED, who="A")
@example(visits=MERGED, who="B")
@example(visits=[Visit("", "A")] * 3 + [Visit("A", "A")] * 9, who="B")
def test_stability_one_participant_moves_quarter_and_year_by_what_both_declare(
    city: City, visits: list[Visit], who: str
) -> None:
    """A late link is not under the participant's limit in the quarter: see the next test."""
    visits = [one for one in visits if one.before or one.after != who]
    whole, rest = away(visits, who)

    cost = city.rho(city.draw(whole), city.draw(rest))

    target(cost)
    assert cost <= 1
    assert (cost > 0) == (len(rest) < len(whole))


@pytest.mark.usefixtures("hasty_judge")
def test_k_late_links_cost_k_squared_of_one_record_in_the_quarter_and_no_more(city: City) -> None:
    """The card says so: a contact released without a name counts as its own."""
    k = 9
    whole, rest = away([Visit("", "A")] * k, "A")

    with_them, without = city.draw(whole), city.draw(rest)

    pairs = zip(with_them, without, strict=True)
    quarter, year = (sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) for pair in pairs)
    assert year <= city.year.spec.bound_squared
    assert city.quarter.spec.bound_squared < quarter <= k**2 * city.quarter.spec.bound_squared


@pytest.mark.usefixtures("hasty_judge")
@pytest.mark.parametrize("visits", [UNLINKED, RENAMED], ids=["unlinked", "renamed"])
def test_the_same_check_fails_where_links_are_taken_back(
    city: City, visits: list[Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transforms.freeze, "freeze_links", lambda *_, **__: None)

    whole, rest = away(visits, "A")

    assert city.rho(city.draw(whole), city.draw(rest)) > 1
    assert freeze_links is not transforms.freeze.freeze_links
