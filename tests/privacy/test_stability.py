"""The promise as a property: one unit moves the exact vector by at most its bound."""

from collections.abc import Sequence
from functools import cache

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import assume, example, given, settings, target
from hypothesis import strategies as st

import privacy.clip
import privacy.count
from privacy.clip import SQUARE
from privacy.count import count_cells
from privacy.plan import Plan
from privacy.spec import Block
from privacy.sql import read_sql
from tests.privacy.small import EVENTS, MISSED, Incident, Terms, hold, make_policy, plan_year

CLIPS = (1, 1.5, 2.5, 4)
AREAS = {"north": "urban", "hills": "rural", "nowhere": None}
TYPES = {"overdose": "substance_use", "welfare_check": "welfare", None: None}

bodies = st.builds(
    Incident,
    unit_key=st.integers(1, 3),
    block_code=st.sampled_from(["contacts", "contacts", "no_contact", "another"]),
    month=st.sampled_from(["2025-01", "2025-12", "2026-01"]),
    area_code=st.sampled_from(sorted(AREAS)),
    area_kind_code=st.sampled_from(["urban", "rural", None]),
    call_type_code=st.sampled_from(["overdose", "welfare_check", None]),
    call_group_code=st.sampled_from(["substance_use", "welfare", "not a group"]),
    naloxone_code=st.sampled_from(["given", "not_given", None]),
    housing_code=st.sampled_from(["housed", "declined"]),
    path_code=st.sampled_from(["contact", "not_found", "unknown"]),
    onscene_min=st.one_of(st.none(), st.integers(-5, 90)),
)
repeats = st.one_of(st.integers(1, 4), st.integers(1, 4), st.sampled_from([17, 60, 1500]))


@st.composite
def collisions(draw: st.DrawFn) -> list[Incident]:
    """Few bodies shared by several units, some of them very often."""
    pool = draw(st.lists(bodies, min_size=1, max_size=4))
    parts = st.tuples(st.sampled_from(pool), st.integers(1, 3), repeats)
    return [
        body._replace(unit_key=unit)
        for body, unit, times in draw(st.lists(parts, min_size=1, max_size=7))
        for _ in range(times)
    ]


@cache
def plan_with(clip: float) -> Plan:
    contacts: Terms = {**EVENTS, "clip": clip}
    return plan_year(make_policy({"contacts": contacts, "no_contact": MISSED}))


def count(engine: DuckDBPyConnection, plan: Plan, incidents: Sequence[Incident]) -> list[int]:
    hold(engine, incidents)
    return count_cells(plan.spec, connection=engine, incidents="private_incidents")


def moved(plan: Plan, block: Block, one: list[int], other: list[int]) -> float:
    """Squared distance in a block, as a part of what its bound allows."""
    span = [series for series in plan.spec.series() if series.block == block]
    places = range(span[0].start, span[-1].stop)
    distance = sum((one[place] - other[place]) ** 2 for place in places)
    return distance / (plan.spec.whole**2 * block.bound_squared)


@settings(max_examples=80)
@given(incidents=collisions(), unit=st.integers(1, 3), clip=st.sampled_from(CLIPS))
@example(incidents=[Incident(1)] * 900, unit=1, clip=2.5)
@example(incidents=[Incident(1), Incident(1, block_code="no_contact")], unit=1, clip=1)
def test_stability_one_unit_moves_every_block_by_at_most_its_bound(
    engine: DuckDBPyConnection, incidents: list[Incident], unit: int, clip: float
) -> None:
    """Exact integers: each block stays within its own bound, so the release within their sum."""
    plan = plan_with(clip)
    without = [one for one in incidents if one.unit_key != unit]
    assume(len(without) < len(incidents))

    whole, rest = count(engine, plan, incidents), count(engine, plan, without)

    shares = [moved(plan, block, whole, rest) for block in plan.spec.blocks]
    target(max(shares))
    assert max(shares) <= 1
    assert sum((a - b) ** 2 for a, b in zip(whole, rest, strict=True)) <= plan.spec.bound_squared


def test_stability_bound_is_reached_so_that_no_noise_is_wasted(
    engine: DuckDBPyConnection,
) -> None:
    """A unit whose records fall in every table comes within a thousandth of its bound."""
    plan = plan_with(4)
    often = [Incident(1, onscene_min=60)] * 20

    share = moved(plan, plan.spec.blocks[0], count(engine, plan, often), count(engine, plan, []))

    assert 0.999 < share <= 1


BREAKS = {
    "every unit counts whole": (
        "LEAST({whole_squared}, {bound} // length_squared)",
        "{whole_squared}",
    ),
    "the fast path reaches too far": ("> {always_whole}", "> {always_whole} + 1"),
    "the norm is a sum of absolute values": ("SUM(({part}) * ({part}))", "SUM({part})"),
    "a weight is rounded up": ("THEN root + 1 ELSE root END", "THEN root + 1 ELSE root + 1 END"),
    "the norm is the largest cell": ("SUM(({part}) * ({part}))", "MAX(({part}) * ({part}))"),
    "the norm is that of one table": ("SUM(length_squared)", "MAX(length_squared)"),
    "what clipped units lack is not taken off": (
        "WHERE {counted}\n{grouped}",
        "WHERE {counted} AND records > 0\n{grouped}",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_same_check_catches_a_clip_that_is_broken(
    name: str, engine: DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong = BREAKS[name]
    steps = [read_sql(step) for step in ("frequent", "lengths", "clip", "count")]
    for module in (privacy.clip, privacy.count):
        monkeypatch.setattr(module, "read_sql", lambda step: read_sql(step).replace(right, wrong))
    monkeypatch.setattr(privacy.clip, "SQUARE", privacy.clip.SQUARE.replace(right, wrong))
    plan = plan_with(2.5)
    several = [[Incident(1, onscene_min=60)] * times for times in (3, 4, 5, 7, 11, 900)]
    several.append([Incident(1), Incident(1, area_code="hills", naloxone_code="unknown")] * 40)

    shares = [
        moved(plan, plan.spec.blocks[0], count(engine, plan, often), [0] * plan.spec.length)
        for often in several
    ]

    assert sum(text.count(right) for text in (*steps, SQUARE)) == 1
    assert max(shares) > 1
