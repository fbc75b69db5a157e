"""Take units out of a crowd, and measure how far the exact vector moves.

The chain: crowd -> **removals** -> stability. Whole numbers only: no rounding decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from privacy import assign, clip, count
from privacy.assign import ASSIGNED
from privacy.clip import WEIGHTS
from privacy.spec import Block, Spec, Table
from privacy.sql import counted, key_name, parts, run

CROWD, _WORLDS = "made_up_crowd", "made_up_worlds"
WHOLE = "all blocks"


@dataclass(frozen=True, slots=True)
class Removal:
    """How far one unit moves one block, or the whole: squared distance and squared bound."""

    where: str
    squared: int
    bound_squared: int

    @property
    def over_bound(self) -> Fraction:
        """Squared distance in parts of the squared bound; at most 1 where the promise holds."""
        return Fraction(self.squared, self.bound_squared)


def count_crowd(spec: Spec, crowd: pa.Table, *, connection: DuckDBPyConnection) -> list[int]:
    """Count made-up records by the code that counts real ones."""
    connection.register(CROWD, crowd)
    try:
        return count.count_cells(spec, connection=connection, incidents=CROWD)
    finally:
        connection.unregister(CROWD)


def without(crowd: pa.Table, unit: int) -> pa.Table:
    """Take a unit out of a crowd."""
    return crowd.filter(pc.not_equal(crowd["unit_key"], unit))


def only(crowd: pa.Table, unit: int) -> pa.Table:
    """Take everybody else out of a crowd."""
    return crowd.filter(pc.equal(crowd["unit_key"], unit))


def measure_removal(spec: Spec, whole: list[int], rest: list[int]) -> Iterator[Removal]:
    """Compare two exact vectors, block by block and as a whole.

    Args:
        spec: What the release measures.
        whole: Its vector.
        rest: Its vector without a unit.

    Yields:
        One distance a block, and last that of the whole vector.
    """
    moved = [(a - b) ** 2 for a, b in zip(whole, rest, strict=True)]
    for block in spec.blocks:
        series = [one for one in spec.series() if one.block.name == block.name]
        squared = sum(moved[series[0].start : series[-1].stop])
        yield Removal(block.name, squared, spec.whole**2 * block.bound_squared)
    yield Removal(WHOLE, sum(moved), spec.bound_squared)


def remove_each(
    spec: Spec, crowd: pa.Table, *, connection: DuckDBPyConnection
) -> dict[int, list[Removal]]:
    """Measure what each unit of a crowd moves, all in one pass.

    A unit moves exactly what its weighted records add, since they change no weight of another; that
    this is so is checked apart, by taking some of them out in truth.

    Args:
        spec: What the release measures.
        crowd: See `privacy.audit.crowd`.
        connection: Engine; its temporary tables are dropped again.

    Returns:
        By unit: a distance for every block, and last that of the whole vector.
    """
    found: dict[int, list[Removal]] = {unit: [] for unit in crowd["unit_key"].unique().to_pylist()}
    connection.register(CROWD, crowd)
    try:
        for block in spec.blocks:
            squares = _squares(spec, block, connection=connection)
            bound = spec.whole**2 * block.bound_squared
            for unit, removals in found.items():
                removals.append(Removal(block.name, squares.get(unit, 0), bound))
    finally:
        for name in (ASSIGNED, WEIGHTS):
            run(connection, f"DROP TABLE IF EXISTS {name}", step="audit")
        connection.unregister(CROWD)
    for removals in found.values():
        squared = sum(one.squared for one in removals)
        removals.append(Removal(WHOLE, squared, spec.bound_squared))
    return found


def _squares(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> Mapping[int, int]:
    """Add up each unit's squared moves of a block, in the units of the vector."""
    assign.assign_keys(spec, block, connection=connection, incidents=CROWD)
    clip.clip_units(spec, block, connection=connection)
    totals: dict[int, int] = {}
    for table in block.tables:
        for part in parts(table):
            query = _moves(spec, table, part)
            for unit, squared in run(connection, query, step="audit"):
                totals[int(str(unit))] = totals.get(int(str(unit)), 0) + int(str(squared))
    return totals


def _moves(spec: Spec, table: Table, part: str) -> str:
    """Write the sum of squares of what each unit adds to the cells of a table."""
    cell = ", ".join(("records.unit_key", *(f"records.{key_name(dim)}" for dim in table.dims)))
    weight = f"COALESCE(weights.weight, {spec.whole:d})"
    return f"""
        WITH moves AS (
            SELECT records.unit_key,
                {table.factor:d} * CAST(SUM({weight} * ({part})) AS HUGEINT) AS moved
            FROM {ASSIGNED} AS records
            LEFT JOIN {WEIGHTS} AS weights ON weights.unit_key = records.unit_key
            WHERE {counted(spec, table)}
            GROUP BY {cell}
        )
        SELECT unit_key, SUM(moved * moved) FROM moves GROUP BY unit_key
    """  # noqa: S608


def measure_pairs(
    spec: Spec, incidents: str, worlds: pa.Table, *, connection: DuckDBPyConnection
) -> dict[int, int]:
    """Measure how far two worlds lie apart, for many pairs of worlds that share nothing.

    Each unit is of one world and one side of it. What a world adds to the vector is what its
    weighted records add, since no unit changes the weight of another.

    Args:
        spec: What the release measures.
        incidents: Relation of incidents of all worlds together.
        worlds: `unit_key`, `world`, and `side`: 1 or -1.
        connection: Engine; its temporary tables are dropped again.

    Returns:
        By world: squared distance of its sides, over all blocks, in the units of the vector.
    """
    found: dict[int, int] = {}
    connection.register(_WORLDS, worlds)
    try:
        for block in spec.blocks:
            assign.assign_keys(spec, block, connection=connection, incidents=incidents)
            clip.clip_units(spec, block, connection=connection)
            for table in block.tables:
                for part in parts(table):
                    query = _differences(spec, table, part)
                    for world, squared in run(connection, query, step="audit"):
                        found[int(str(world))] = found.get(int(str(world)), 0) + int(str(squared))
    finally:
        for name in (ASSIGNED, WEIGHTS):
            run(connection, f"DROP TABLE IF EXISTS {name}", step="audit")
        connection.unregister(_WORLDS)
    return found


def _differences(spec: Spec, table: Table, part: str) -> str:
    """Write the sum of squares of what the sides of each world differ by, over a table's cells."""
    cell = ", ".join(("worlds.world", *(f"records.{key_name(dim)}" for dim in table.dims)))
    weight = f"COALESCE(weights.weight, {spec.whole:d})"
    return f"""
        WITH moves AS (
            SELECT worlds.world,
                {table.factor:d} * CAST(SUM(worlds.side * {weight} * ({part})) AS HUGEINT) AS moved
            FROM {ASSIGNED} AS records
            JOIN {_WORLDS} AS worlds ON worlds.unit_key = records.unit_key
            LEFT JOIN {WEIGHTS} AS weights ON weights.unit_key = records.unit_key
            WHERE {counted(spec, table)}
            GROUP BY {cell}
        )
        SELECT world, SUM(moved * moved) FROM moves GROUP BY world
    """  # noqa: S608
