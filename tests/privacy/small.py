"""A small program, policies for it, and incidents by the handful."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from data_contracts.period import read_period
from data_contracts.program import Area, AreaKind, Custodian, CustodianKind, Program
from privacy.plan import Plan, make_plan
from privacy.policy import Policy

Terms = dict[str, object]

AFTER = dt.date(2026, 1, 15)
PROGRAM = Program(
    name="Smallville Crisis Response",
    city="Smallville",
    custodian=Custodian(name="Smallville Care", kind=CustodianKind.COMMUNITY_PROVIDER),
    time_zone="America/Denver",
    first_month="2025-01",
    contact="board@smallville.example",
    areas=(
        Area(code="north", name="North", kind=AreaKind.URBAN, population=3000),
        Area(code="south", name="South", kind=AreaKind.URBAN, population=2000),
        Area(code="hills", name="Hills", kind=AreaKind.RURAL, population=1000),
    ),
)
EVENTS: Terms = {
    "split": 0.7,
    "clip": 2.5,
    "expected": 400,
    "tables": {
        "area_group": {"dims": ["area", "call_group"], "share": 0.2},
        "kind": {"dims": ["area_kind"], "share": 0.1},
        "types": {"dims": ["call_type"], "share": 0.1},
        "naloxone": {"dims": ["naloxone"], "drop": {"naloxone": ["not_given"]}, "share": 0.3},
        "housing_month": {"dims": ["housing", "month"], "share": 0.1},
        "onscene": {
            "dims": ["area_kind"],
            "measure": {"column": "onscene_min", "range": 60},
            "share": 0.2,
        },
    },
}
MISSED: Terms = {
    "split": 0.3,
    "clip": 1,
    "expected": 900,
    "tables": {
        "path": {"dims": ["path"], "share": 0.6},
        "nc_area": {"dims": ["area"], "share": 0.4},
    },
}


class Incident(NamedTuple):
    """One row of `private_incidents`."""

    unit_key: int | None
    block_code: str = "contacts"
    month: str = "2025-05"
    area_code: str | None = "north"
    area_kind_code: str | None = "urban"
    call_type_code: str | None = "overdose"
    call_group_code: str | None = "substance_use"
    naloxone_code: str | None = "given"
    housing_code: str | None = "housed"
    path_code: str | None = "unknown"
    onscene_min: int | None = 20


def make_policy(blocks: Mapping[str, Terms] | None = None, *, rho: float = 0.12) -> Policy:
    """Terms with one yearly release."""
    return Policy.model_validate(
        {
            "unit": "participant",
            "synthetic": True,
            "cap_rho": 0.36,
            "deid_basis": "expert_determination",
            "retention": {"raw_days": 7, "coded_days": 90, "authority": "a schedule"},
            "releases": {
                "year": {
                    "rho": rho,
                    "per_year": 1,
                    "blocks": blocks or {"contacts": EVENTS, "no_contact": MISSED},
                }
            },
        }
    )


def one_block(tables: Mapping[str, Terms], *, clip: float = 1, expected: int = 400) -> Policy:
    """Terms with one block."""
    block: Terms = {"split": 1, "clip": clip, "expected": expected, "tables": dict(tables)}
    return make_policy({"contacts": block})


def plan_year(policy: Policy | None = None) -> Plan:
    """Plan fiscal year 2025."""
    return make_plan(policy or make_policy(), program=PROGRAM, period=read_period("FY2025"))


def hold(connection: duckdb.DuckDBPyConnection, incidents: Sequence[Incident]) -> None:
    """Put incidents where the engine finds them."""
    kinds = {"unit_key": pa.int64(), "onscene_min": pa.int32()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in Incident._fields])
    rows = [incident._asdict() for incident in incidents]
    connection.register("private_incidents", pa.Table.from_pylist(rows, schema=schema))


def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Ledger and public folder of a program directory."""
    return tmp_path / "ledger", tmp_path / "public"
