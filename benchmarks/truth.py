"""Count what a release bounds and what it would be without a clip: on made-up records only.

What this reads is exact, so it is never run on the records of a program.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from privacy.assign import ASSIGNED, assign_keys
from privacy.clip import WEIGHTS, clip_units
from privacy.count import count_table
from privacy.fit import Number
from privacy.spec import Spec, Table
from privacy.sql import run

_NEVER = {"clip": str(10**9)}  # so many records nobody has


@dataclass(frozen=True)
class Truth:
    """What a release bounds.

    `bounded` is the clipped count of every published number, also of levels that a table leaves
    out; `counted` the total that a table counts, clipped and whole; `units` how many units a block
    has, and how many of them count in part.
    """

    bounded: Mapping[Number, float]
    counted: Mapping[str, tuple[float, float]]
    units: Mapping[str, tuple[int, int]]


def count_truth(spec: Spec, *, connection: DuckDBPyConnection, incidents: str) -> Truth:
    """Count every cell of every table, under the clip of its block and without one.

    Args:
        spec: What the release measures; tables of counts only.
        connection: Engine that holds the incidents.
        incidents: Name of the table or view.

    Returns:
        The truth about these records.
    """
    bounded: dict[Number, float] = {}
    counted: dict[str, tuple[float, float]] = {}
    units: dict[str, tuple[int, int]] = {}
    for block in spec.blocks:
        assign_keys(spec, block, connection=connection, incidents=incidents)
        clip_units(spec, block, connection=connection)
        units[block.name] = _count_units(spec, connection)
        clipped = {table.name: _count(spec, table, connection) for table in block.tables}
        clip_units(spec, block.model_copy(update=_NEVER), connection=connection)
        for table in block.tables:
            whole = _count(spec, table, connection)
            bounded |= clipped[table.name]
            counted[table.name] = (
                _total(spec, table, clipped[table.name]),
                _total(spec, table, whole),
            )
    return Truth(bounded, counted, units)


def _count(spec: Spec, table: Table, connection: DuckDBPyConnection) -> dict[Number, float]:
    whole = table.model_copy(update={"drop": {}})
    found = count_table(spec, whole, connection=connection)
    part = spec.whole * table.factor
    return {
        Number(table.name, cell, "count"): value / part
        for cell, value in zip(spec.grid(whole), found, strict=True)
    }


def _total(spec: Spec, table: Table, found: Mapping[Number, float]) -> float:
    """Add up the cells that the table counts, without the levels that it leaves out."""
    return sum(found[Number(table.name, cell, "count")] for cell in spec.grid(table))


def _count_units(spec: Spec, connection: DuckDBPyConnection) -> tuple[int, int]:
    everyone = f"SELECT COUNT(DISTINCT unit_key) FROM {ASSIGNED}"  # noqa: S608
    in_part = f"SELECT COUNT(*) FROM {WEIGHTS} WHERE weight < {spec.whole:d}"  # noqa: S608
    (all_of,), (some,) = (run(connection, query, step="count")[0] for query in (everyone, in_part))
    return int(str(all_of)), int(str(some))
