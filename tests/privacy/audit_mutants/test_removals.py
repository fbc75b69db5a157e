"""Removals are measured in whole numbers, and come to the bound without passing it."""

from collections.abc import Iterator

import duckdb
import pytest

from data_contracts.period import read_period
from data_contracts.program import load_program
from privacy.audit.broken_clip import no_bound, rounded_up
from privacy.audit.crowd import KINDS, TIMES, kind_of, make_crowd
from privacy.audit.removals import count_crowd, measure_removal, only, remove_each, without
from privacy.audit.stability import WORST, check_removals
from privacy.audit.verdict import Finding
from tests.privacy.riverton import QUARTERS, RIVERTON, YEAR, riverton_plan, riverton_policy

UNITS = 60


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


def removals(period: str, *, seed: int = 1) -> Finding:
    """Take 300 units out of a crowd."""
    program = load_program(RIVERTON)
    return check_removals(riverton_policy(), program, read_period(period), removals=300, seed=seed)


@pytest.mark.parametrize("period", [QUARTERS[0], YEAR])
def test_three_hundred_removals_come_to_the_bound_and_not_beyond(period: str) -> None:
    found = removals(period)

    assert found.ok, found.said
    assert 0.9999 < found.figures[WORST] <= 1


def test_a_weight_that_is_one_step_too_heavy_is_seen() -> None:
    with rounded_up():
        found = removals(QUARTERS[0])

    assert not found.ok
    assert 1 < found.figures[WORST] < 1.01


def test_what_is_measured_in_one_pass_is_what_a_true_removal_moves(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    spec = riverton_plan(YEAR).spec
    crowd = make_crowd(spec, units=UNITS, seed=5)

    each = remove_each(spec, crowd, connection=engine)

    whole = count_crowd(spec, crowd, connection=engine)
    for unit in range(0, UNITS, 13):
        rest = count_crowd(spec, without(crowd, unit), connection=engine)
        own = count_crowd(spec, only(crowd, unit), connection=engine)
        assert list(measure_removal(spec, whole, rest)) == each[unit]
        assert [a - b for a, b in zip(whole, rest, strict=True)] == own


def test_one_pass_sees_a_clip_that_is_not_there(engine: duckdb.DuckDBPyConnection) -> None:
    spec = riverton_plan(QUARTERS[0]).spec
    crowd = make_crowd(spec, units=UNITS, seed=5)

    with no_bound():
        each = remove_each(spec, crowd, connection=engine)

    assert any(one.over_bound > 1 for found in each.values() for one in found)


def test_a_crowd_is_in_every_block_and_its_kinds_take_turns() -> None:
    spec = riverton_plan(YEAR).spec

    crowd = make_crowd(spec, units=UNITS, seed=1)

    blocks = set(zip(crowd["unit_key"].to_pylist(), crowd["block_code"].to_pylist(), strict=True))
    assert blocks == {(unit, block.rows) for unit in range(UNITS) for block in spec.blocks}
    assert [kind_of(unit) for unit in range(len(KINDS))] == list(TIMES)
    assert make_crowd(spec, units=UNITS, seed=1).equals(crowd)
    assert not make_crowd(spec, units=UNITS, seed=2).equals(crowd)


def test_who_is_alike_in_every_record_falls_in_every_table(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    spec = riverton_plan(QUARTERS[0]).spec
    unit = KINDS.index("alike")
    crowd = only(make_crowd(spec, units=UNITS, seed=1), unit)

    vector = count_crowd(spec, crowd, connection=engine)

    assert all(any(vector[one.start : one.stop]) for one in spec.series())
    assert len(set(crowd["area_code"].to_pylist())) == 1
