"""Mirrors privacy/audit/canaries.py."""

import math

import pyarrow as pa
import pytest

from privacy.audit.canaries import CANARIES, Canary, make_canaries
from privacy.audit.frames import give_keys, make_crowd
from privacy.audit.membership import Mechanism
from tests.privacy.riverton import QUARTERS, riverton_plan
from tests.privacy.small import make_policy, one_block, plan_year

SPEC = riverton_plan(QUARTERS[0]).spec
MADE = {canary.name: canary for canary in make_canaries(SPEC)}


def reach(canary: Canary) -> float:
    """How far a canary moves the exact vector, as a part of the most that one unit may."""
    mechanism, crowd = Mechanism(SPEC), make_crowd(SPEC)
    without = mechanism.exact(crowd)
    within = mechanism.exact(pa.concat_tables([crowd, canary.rows]))
    squared = sum((one - other) ** 2 for one, other in zip(within, without, strict=True))
    assert squared <= SPEC.bound_squared
    return math.sqrt(squared / SPEC.bound_squared)


@pytest.mark.parametrize("name", CANARIES)
def test_a_canary_is_one_unit_that_uses_the_whole_bound(name: str) -> None:
    rows = MADE[name].rows

    assert len(set(give_keys(rows)["unit_key"].to_pylist())) == 1
    assert reach(MADE[name]) > 0.99


def test_concentrated_moves_one_cell_of_every_table() -> None:
    said = MADE["concentrated"].rows.drop_columns("block_code").to_pylist()

    assert len(said) >= 40
    assert all(row == said[0] for row in said)


def test_spread_goes_through_every_area_and_kind_of_call() -> None:
    rows = MADE["spread"].rows

    assert set(rows["area_code"].to_pylist()) == set(SPEC.axes["area"].keys)
    assert set(rows["call_group_code"].to_pylist()) == set(SPEC.axes["call_group"].keys)


def test_one_per_district_is_once_in_every_area_of_a_block() -> None:
    rows = MADE["one_per_district"].rows

    blocks = rows["block_code"].to_pylist()
    places = list(zip(blocks, rows["area_code"].to_pylist(), strict=True))
    assert len(places) == len(set(places)) == len(set(blocks)) * len(SPEC.axes["area"].keys)


def test_null_id_has_no_participant_in_any_row() -> None:
    rows = MADE["null_id"].rows

    assert set(rows["participant"].to_pylist()) == {None}
    assert len(set(rows["incident"].to_pylist())) == 1


def test_a_wide_clip_gets_more_rows_and_a_policy_without_areas_a_canary() -> None:
    spec = plan_year(one_block({"types": {"dims": ["call_type"], "share": 1}}, clip=60)).spec

    made = {canary.name: canary.rows.num_rows for canary in make_canaries(spec)}

    assert made["concentrated"] == made["null_id"] == 120
    assert made["one_per_district"] == 1


def test_canaries_can_be_made_of_sums() -> None:
    names = [canary.name for canary in make_canaries(plan_year(make_policy()).spec)]

    assert names == list(CANARIES)
