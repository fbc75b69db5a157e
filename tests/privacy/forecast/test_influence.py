"""Mirrors privacy/forecast/influence.py: against sums record by record, and small differences."""

from collections import Counter

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from privacy.assign import assign_keys
from privacy.clip import WEIGHTS, clip_units
from privacy.forecast.influence import Influence, Vector, measure_influence
from privacy.plan import Plan
from privacy.sql import run
from tests.privacy.small import Incident, hold, plan_year

MANY = [
    *(Incident(1, area_code=area, onscene_min=20) for area in ("north", "north", "south") * 2),
    *(Incident(2, naloxone_code=code, onscene_min=None) for code in ("given", "not_given") * 3),
    Incident(3),
    *(Incident(unit) for unit in (4, 4, 4)),
]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_year()


@pytest.fixture
def influence(plan: Plan, engine: DuckDBPyConnection) -> Influence:
    hold(engine, MANY)
    block = plan.spec.blocks[0]
    assign_keys(plan.spec, block, connection=engine, incidents="private_incidents")
    return measure_influence(plan.spec, block, connection=engine)


def precision(plan: Plan) -> Vector:
    return np.array([plan.spec.raw_sd(table) ** -2.0 for table in plan.spec.blocks[0].tables])


def test_squares_are_those_of_counts_and_of_both_halves_of_a_measure(
    plan: Plan, influence: Influence
) -> None:
    """Of units with two records or more; unit 2 has no minutes, and unit 3 one record."""
    names = [table.name for table in plan.spec.blocks[0].tables]
    found = [dict(zip(names, row, strict=True)) for row in influence.squares]

    assert influence.records.tolist() == [6, 6, 3]
    assert found[0]["area_group"] == sum(
        n**2 for n in Counter(one.area_code for one in MANY[:6]).values()
    )
    assert found[0]["kind"] == 36
    assert found[0]["naloxone"] == 36
    assert found[0]["onscene"] == (6 * 40) ** 2 + (6 * 20) ** 2
    assert found[1]["naloxone"] == 9
    assert found[1]["onscene"] == 0
    assert dict(zip(names, influence.reach, strict=True))["onscene"] == 60**2


def test_what_is_lost_is_what_the_clip_itself_takes(
    plan: Plan, influence: Influence, engine: DuckDBPyConnection
) -> None:
    spec, block = plan.spec, plan.spec.blocks[0]
    clip_units(spec, block, connection=engine)
    rows = run(engine, f"SELECT unit_key, weight FROM {WEIGHTS}", step="test")
    weights = {int(str(unit)): int(str(weight)) / 2**16 for unit, weight in rows}
    times = Counter(one.unit_key for one in MANY)
    taken = sum(n * (1.0 - weights.get(unit or 0, 1.0)) for unit, n in times.items())

    assert influence.lost(precision(plan)) == pytest.approx(taken, abs=1e-3)
    assert taken > 3


def test_costs_are_the_slopes_of_what_is_lost(plan: Plan, influence: Influence) -> None:
    start = precision(plan)

    for at, cost in enumerate(influence.costs(start)):
        step = np.zeros(len(start))
        step[at] = start[at] * 1e-6
        slope = (influence.lost(start + step) - influence.lost(start - step)) / (2 * step[at])
        assert cost == pytest.approx(slope, rel=1e-4)


def test_precisions_grow_until_as_much_is_lost_as_may_be(plan: Plan, influence: Influence) -> None:
    tables = precision(plan) * np.array([1, 2, 3, 0.5, 1, 0.2])

    scale = influence.holding(tables, lost=2.5)

    assert influence.lost(tables * scale) == pytest.approx(2.5)


def test_where_nothing_is_lost_the_clip_stays(plan: Plan, influence: Influence) -> None:
    tables = precision(plan) * np.array([1, 2, 3, 0.5, 1, 0.2])

    scale = influence.holding(tables, lost=0)

    assert influence.widest(tables * scale) == pytest.approx(influence.clip**2)
    assert influence.widest(precision(plan)) == pytest.approx(influence.clip**2, rel=1e-6)
