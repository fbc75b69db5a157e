"""Riverton's own policy, and records for it by the handful: any keys that a record may have."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import duckdb
import pyarrow as pa

from data_contracts.period import read_period
from data_contracts.program import load_program
from privacy.count import count_cells
from privacy.plan import Plan, make_plan
from privacy.policy import Policy, load_policy
from privacy.spec import Axis, Block, Spec
from tests.conftest import ROOT

RIVERTON = ROOT / "examples" / "riverton"
QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
YEAR = "FY2025"


class Record(NamedTuple):
    """One row: whose it is, which block's, and a number for every dimension's key.

    Without numbers it has keys that no table leaves out, so that it falls in every table.
    """

    unit_key: int
    block_code: str
    places: tuple[int, ...] = ()


@cache
def riverton_policy() -> Policy:
    return load_policy(RIVERTON / "privacy.yaml")


@cache
def policy_for_other_areas() -> Policy:
    """Riverton's policy without the public shares of its own areas."""
    terms = riverton_policy().model_dump(mode="json")
    for release in terms["releases"].values():
        for block in release["blocks"].values():
            block["profile"].pop("area", None)
    return Policy.model_validate(terms)


@cache
def riverton_plan(period: str) -> Plan:
    program = load_program(RIVERTON)
    return make_plan(riverton_policy(), program=program, period=read_period(period))


def count_records(
    plan: Plan, records: Sequence[Record], *, engine: duckdb.DuckDBPyConnection
) -> list[int]:
    """Exact vector of the release, as it is counted for the real one."""
    view = hold_records(plan, records, engine=engine)
    return count_cells(plan.spec, connection=engine, incidents=view)


def hold_records(
    plan: Plan, records: Sequence[Record], *, engine: duckdb.DuckDBPyConnection
) -> str:
    """Put records where the engine finds them, and say under which name."""
    names = ["unit_key", "block_code", *(axis.column for axis in plan.spec.axes.values())]
    rows = [
        dict(zip(names, (one.unit_key, one.block_code, *_keys(plan.spec, one)), strict=True))
        for one in records
    ]
    kinds = {"unit_key": pa.int64()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
    engine.register("riverton_records", pa.Table.from_pylist(rows, schema=schema))
    return "riverton_records"


def _keys(spec: Spec, record: Record) -> Iterable[str]:
    """Key of a record in every dimension; a coarser one follows from the finer one."""
    keys = {}
    for at, axis in enumerate(spec.axes.values()):
        choice = axis.keys if record.places else _counted(spec, axis)
        place = record.places[at % len(record.places)] if record.places else 0
        keys[axis.name] = choice[place % len(choice)]
    for axis in _finest_first(spec.axes):
        if axis.parent:
            keys[axis.parent] = axis.parent_of[axis.keys.index(keys[axis.name])]
    return keys.values()


def _counted(spec: Spec, axis: Axis) -> list[str]:
    """Keys of a dimension that no table leaves out, also not by the coarser one."""
    tables = [table for block in spec.blocks for table in block.tables]
    above = dict(zip(axis.keys, axis.parent_of or axis.keys, strict=True))
    return [
        key
        for key in axis.keys
        if not any(
            key in table.drop.get(axis.name, ())
            or above[key] in table.drop.get(axis.parent or axis.name, ())
            for table in tables
        )
    ]


def _finest_first(axes: Mapping[str, Axis]) -> list[Axis]:
    parents = {axis.parent for axis in axes.values()}
    return sorted(axes.values(), key=lambda axis: axis.name in parents)


def moved(plan: Plan, block: Block, one: list[int], other: list[int]) -> tuple[int, int]:
    """Squared distance in a block, and the square that its bound allows."""
    span = [series for series in plan.spec.series() if series.block == block]
    places = range(span[0].start, span[-1].stop)
    distance = sum((one[place] - other[place]) ** 2 for place in places)
    return distance, plan.spec.whole**2 * block.bound_squared
