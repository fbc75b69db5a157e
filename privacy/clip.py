"""Limit what one unit can move. The chain: policy -> plan -> assign -> **clip** -> count -> charge.

The argument, with what it needs and the test that checks it: docs/privacy/clip.md.
"""

from fractions import Fraction

from duckdb import DuckDBPyConnection

from privacy.assign import ASSIGNED
from privacy.spec import Block, Spec, Table
from privacy.sql import counted, key_name, make, parts, quote, read_sql

WEIGHTS = quote("private_weights")
LENGTHS = quote("private_lengths")


def clip_units(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> None:
    """Give each unit one weight, so that all its records together move a block by its bound.

    Lengths are added up table by table, so that no more than one table's cells are in memory.

    **Stability:** adding or removing one privacy unit changes no weight of another unit, and the
    weighted records of one unit move the block's vector by at most
    `spec.whole * sqrt(block.bound_squared)` in L2.

    Args:
        spec: What the release measures.
        block: One of its blocks.
        connection: Engine that holds its assigned records; gets a temporary table
            `private_weights` (`unit_key`, `weight`) of the units with so many records that they
            may not count whole. All others weigh `spec.whole`.

    Raises:
        PrivacyError: The engine stopped.
    """
    most = int(Fraction(block.clip))
    frequent = read_sql("frequent").format(assigned=ASSIGNED, always_whole=f"{most:d}")
    make(connection, LENGTHS, frequent, step="clip")
    for table in block.tables:
        make(connection, LENGTHS, _lengths(spec, table), step="clip")
    weights = read_sql("clip").format(
        lengths=LENGTHS,
        whole=f"{spec.whole:d}",
        whole_squared=f"{spec.whole**2:d}",
        bound=f"{spec.whole**2 * block.bound_squared:d}",
    )
    make(connection, WEIGHTS, weights, step="clip")


def _lengths(spec: Spec, table: Table) -> str:
    return read_sql("lengths").format(
        assigned=ASSIGNED,
        lengths=LENGTHS,
        moves="\n    UNION ALL\n    ".join(_moves(spec, table, part) for part in parts(table)),
    )


def _moves(spec: Spec, table: Table, part: str) -> str:
    cell = ", ".join(("unit_key", *(key_name(dim) for dim in table.dims)))
    return (
        f"SELECT unit_key, {table.factor:d} * CAST(SUM({part}) AS HUGEINT) AS moved "  # noqa: S608
        f"FROM met_often WHERE {counted(spec, table)} GROUP BY {cell}"
    )
