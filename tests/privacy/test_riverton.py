"""One unit keeps within the bound under the default policy, with all its blocks; so does a year."""

from decimal import Decimal
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import assume, example, given, settings, target
from hypothesis import strategies as st

from privacy.errors import BudgetError
from privacy.ledger import Ledger
from privacy.measure import release
from privacy.noise import epsilon
from privacy.policy import NANO
from tests.privacy.entries import debit, files
from tests.privacy.riverton import (
    QUARTERS,
    YEAR,
    Record,
    count_records,
    moved,
    riverton_plan,
    riverton_policy,
)
from tests.privacy.small import AFTER

PERIODS = (QUARTERS[0], YEAR)
BLOCKS = ("contacts", "no_contact", "persons", "surveys")
TIMES = st.one_of(st.integers(1, 5), st.integers(1, 5), st.sampled_from([25, 60, 300]))


def frequent(unit: int, *, times: int) -> list[Record]:
    """Somebody who was met many times, always in the same way."""
    return [Record(unit, "contacts")] * times


def everywhere(unit: int, *, times: int) -> list[Record]:
    """The same person: met often, one of the persons, missed once, and asked once.

    The missed call and the response are under keys of their own, as they are in the vault.
    """
    return [
        *frequent(unit, times=times),
        Record(unit, "persons"),
        Record(unit + 1000, "no_contact"),
        Record(unit + 2000, "surveys"),
    ]


@st.composite
def crowds(draw: st.DrawFn) -> list[Record]:
    """Few bodies shared by three units in all blocks, some of them very often."""
    places = st.tuples(*(st.integers(0, 40) for _ in range(7)))
    pool = draw(st.lists(places, min_size=1, max_size=4))
    parts = st.tuples(
        st.sampled_from(pool), st.integers(1, 3), st.sampled_from(["contacts", *BLOCKS]), TIMES
    )
    return [
        Record(unit, block, body)
        for body, unit, block, times in draw(st.lists(parts, min_size=1, max_size=7))
        for _ in range(times)
    ]


@pytest.mark.parametrize("period", PERIODS)
@settings(max_examples=30)
@given(records=crowds(), unit=st.integers(1, 3))
@example(records=everywhere(1, times=300), unit=1)
@example(records=[*everywhere(1, times=3), *everywhere(2, times=40)], unit=2)
def test_stability_one_unit_moves_every_block_by_at_most_its_bound(
    engine: DuckDBPyConnection, period: str, records: list[Record], unit: int
) -> None:
    """Exact integers, over every table of the real policy: no ratio is above 1.000000."""
    plan = riverton_plan(period)
    without = [one for one in records if one.unit_key != unit]
    assume(len(without) < len(records))

    whole = count_records(plan, records, engine=engine)
    rest = count_records(plan, without, engine=engine)

    pairs = [moved(plan, block, whole, rest) for block in plan.spec.blocks]
    target(max(distance / bound for distance, bound in pairs))
    assert all(distance <= bound for distance, bound in pairs)
    assert sum(distance for distance, _ in pairs) <= plan.spec.bound_squared


@pytest.mark.parametrize("period", PERIODS)
def test_stability_somebody_in_every_block_is_covered_by_the_sum_and_by_nothing_less(
    engine: DuckDBPyConnection, period: str
) -> None:
    """Met 90 times, missed, counted and asked: all of the bound, far more than any one block."""
    plan = riverton_plan(period)
    others = [*frequent(7, times=30), *everywhere(8, times=2)]
    empty = count_records(plan, others, engine=engine)

    full = count_records(plan, [*others, *everywhere(1, times=90)], engine=engine)

    pairs = {block.name: moved(plan, block, full, empty) for block in plan.spec.blocks}
    ratios = {name: distance / bound for name, (distance, bound) in pairs.items()}
    assert all(0.999 < ratio <= 1 for ratio in ratios.values()), ratios
    together = sum(distance for distance, _ in pairs.values())
    assert 0.999 * plan.spec.bound_squared < together <= plan.spec.bound_squared
    assert together > 1.2 * max(bound for _, bound in pairs.values())


def test_the_anchor_counts_the_visits_again_under_a_wider_clip(
    engine: DuckDBPyConnection,
) -> None:
    """Of 20 visits of one person it keeps all, of 90 it keeps 24; the other tables keep 4."""
    plan = riverton_plan(YEAR)
    series = {one.table.name: one for one in plan.spec.series()}

    def visits(name: str, times: int) -> float:
        vector = count_records(plan, frequent(1, times=times), engine=engine)
        one = series[name]
        return sum(vector[one.start : one.stop]) / (plan.spec.whole * one.table.factor)

    assert visits("contacts_total", 20) == 20
    assert visits("contacts_total", 90) == pytest.approx(24, rel=1e-3)
    assert visits("contacts_month", 90) == pytest.approx(4, rel=1e-3)
    assert series["contacts_total"].cells == ((),)


def test_a_missed_call_falls_in_no_cell_of_those_who_were_met() -> None:
    """The path has 12 ways to end without a visit, and none of them is a visit."""
    keys = riverton_plan(YEAR).spec.axes["path"].keys

    assert len(keys) == 12 + 1
    assert "contact" not in keys
    assert keys[-1] == "unknown"


def test_the_correction_is_kept_from_every_ordinary_release(tmp_path: Path) -> None:
    """After four quarters and the year, not one billionth is left for another release."""
    policy = riverton_policy()
    ledger = Ledger(tmp_path / "ledger", public=tmp_path / "public")
    for period in (*QUARTERS, YEAR):
        plan = riverton_plan(period)
        zeros = [0] * plan.spec.length
        release(plan, ledger=ledger, exact=zeros.copy, today=AFTER)
    cap = riverton_plan(YEAR).nano_cap

    with pytest.raises(BudgetError, match=r"needs rho=0.000000001; 0 of 0.36 is left in FY2025"):
        ledger.require_room(debit("again", nano_rho=1), nano_cap=cap)
    with pytest.raises(BudgetError, match=r"needs rho=0.02; 0 of 0.36 is left"):
        ledger.charge(debit("fix", nano_rho=20_000_000), nano_cap=cap, files=files())

    assert sum(row.nano_rho for row in ledger.rows()) == 360_000_000
    assert int((policy.cap_rho - policy.correction_rho) * NANO) == cap == 360_000_000


def test_the_cap_and_its_epsilon_include_the_correction() -> None:
    policy = riverton_policy()

    assert (policy.cap_rho, policy.correction_rho) == (Decimal("0.38"), Decimal("0.02"))
    assert policy.calendar_rho == policy.cap_rho
    assert round(epsilon(float(policy.cap_rho)), 2) == 4.47
