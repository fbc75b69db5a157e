"""Mirrors privacy/clip.py and privacy/assign.py."""

from collections import Counter
from collections.abc import Sequence
from math import isqrt

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.assign import assign_keys
from privacy.clip import clip_units
from privacy.errors import PrivacyError
from privacy.plan import Plan
from privacy.spec import WHOLE, Block
from tests.privacy.small import EVENTS, Incident, hold, make_policy, plan_year

PLAN = plan_year(make_policy({"contacts": {**EVENTS, "split": 1, "clip": 1.5}}))


def weights(
    engine: DuckDBPyConnection, plan: Plan, incidents: Sequence[Incident]
) -> dict[int, int]:
    """Weight of each unit that may not count whole."""
    block = plan.spec.blocks[0]
    hold(engine, incidents)
    assign_keys(plan.spec, block, connection=engine, incidents="private_incidents")
    clip_units(plan.spec, block, connection=engine)
    return dict(engine.sql("SELECT unit_key, weight FROM private_weights").fetchall())


def brute_force(block: Block, incidents: Sequence[Incident]) -> int:
    """Weight of a unit from the definition, in Python's own integers."""
    norm_squared = 0
    for table in block.tables:
        cells: Counter[tuple[object, ...]] = Counter()
        for one in incidents:
            key = tuple(
                one.month if dim == "month" else getattr(one, f"{dim}_code") for dim in table.dims
            )
            dropped = any(
                value in table.drop.get(dim, ()) for dim, value in zip(table.dims, key, strict=True)
            )
            if table.measure is None:
                cells[key] += 0 if dropped else 1
            elif one.onscene_min is not None:
                amount = min(max(one.onscene_min, 0), table.measure.range)
                cells[*key, "rest"] += table.measure.range - amount
                cells[*key, "sum"] += amount
        norm_squared += sum((table.factor * n) ** 2 for n in cells.values())
    return min(WHOLE, isqrt(WHOLE**2 * block.bound_squared // norm_squared))


records = st.builds(
    lambda area, naloxone, month, minutes: Incident(
        7, area_code=area, naloxone_code=naloxone, month=month, onscene_min=minutes
    ),
    area=st.sampled_from(["north", "hills"]),
    naloxone=st.sampled_from(["given", "not_given", "unknown"]),
    month=st.sampled_from(["2025-03", "2025-04"]),
    minutes=st.one_of(st.none(), st.integers(-9, 99)),
)


@settings(max_examples=60)
@given(pool=st.lists(records, min_size=1, max_size=3), times=st.integers(1, 400))
def test_a_weight_is_what_whole_numbers_of_any_size_say(
    engine: DuckDBPyConnection, pool: list[Incident], times: int
) -> None:
    """SQL in 128 bits and the definition in unbounded integers agree to the last unit."""
    incidents = [body for body in pool for _ in range(times)]

    found = weights(engine, PLAN, incidents).get(7, WHOLE)

    assert found == brute_force(PLAN.spec.blocks[0], incidents)


def test_a_unit_with_few_records_counts_whole_without_being_looked_at(
    engine: DuckDBPyConnection,
) -> None:
    """With a clip of 1.5, one record is always whole, and two may not be."""
    once, twice = [Incident(1)], [Incident(2), Incident(2)]

    found = weights(engine, PLAN, [*once, *twice])

    assert set(found) == {2}
    assert found[2] == brute_force(PLAN.spec.blocks[0], twice)


def test_units_do_not_change_each_others_weight(engine: DuckDBPyConnection) -> None:
    mine = [Incident(1)] * 30
    others = [Incident(unit % 5 + 2) for unit in range(900)]

    alone = weights(engine, PLAN, mine)[1]

    assert weights(engine, PLAN, [*mine, *others])[1] == alone


def test_a_record_that_falls_in_no_table_takes_nothing_from_the_others(
    engine: DuckDBPyConnection,
) -> None:
    """A unit whose records are all left out keeps its whole weight."""
    table = {"dims": ["naloxone"], "drop": {"naloxone": ["not_given"]}, "share": 1}
    plan = plan_year(
        make_policy(
            {"contacts": {"split": 1, "clip": 1, "expected": 9, "tables": {"naloxone": table}}}
        )
    )
    without = [Incident(1, naloxone_code="not_given")] * 50

    found = weights(engine, plan, [*without, Incident(1)])

    assert found.get(1, WHOLE) == WHOLE


def test_an_incident_without_a_unit_key_is_refused(engine: DuckDBPyConnection) -> None:
    with pytest.raises(PrivacyError, match=r"rows without a unit_key.*Mend the step `link`"):
        weights(engine, PLAN, [Incident(1), Incident(None)])
