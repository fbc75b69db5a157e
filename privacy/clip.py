"""Limit what one unit can move. The chain: policy -> plan -> assign -> **clip** -> count -> charge.

The argument, with what it needs and the test that checks it: docs/privacy/clip.md.
"""

from collections.abc import Sequence
from fractions import Fraction

from duckdb import DuckDBPyConnection

from privacy.assign import ASSIGNED
from privacy.spec import Block, Spec, Table
from privacy.sql import gathered, gathered_parts, in_a_cell, key_name, make, quote, read_sql, run

FREQUENT = quote("private_frequent")
WEIGHTS = quote("private_weights")
LENGTHS = quote("private_lengths")
SQUARE = "COALESCE(SUM(({part}) * ({part})), 0)"  # NULL where nothing was measured


def clip_units(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> None:
    """Give each unit one weight, so that all its records together move a block by its bound.

    Only units with more records than always fit are looked at. Their lengths are added up table by
    table, so that no more than one table's cells are in memory.

    Args:
        spec: What the release measures.
        block: One of its blocks.
        connection: Engine that holds its assigned records; gets a temporary table
            `private_weights` (`unit_key`, `weight`) of the units with so many records that they
            may not count whole, and `private_frequent` with the records of those. All other units
            weigh `spec.whole`.

    Raises:
        PrivacyError: The engine stopped.

    **Stability:** adding or removing one privacy unit changes no weight of another unit, and the
    weighted records of one unit move the block's vector by at most
    `spec.whole * sqrt(block.bound_squared)` in L2.

    >>> from privacy.assign import assign_keys
    >>> from privacy.example import INCIDENTS, three_records
    >>> for without in (None, 2):
    ...     spec, engine = three_records(without=without)
    ...     assign_keys(spec, spec.blocks[0], connection=engine, incidents=INCIDENTS)
    ...     clip_units(spec, spec.blocks[0], connection=engine)
    ...     engine.sql("SELECT unit_key, weight FROM private_weights").fetchall()
    [(1, 32768)]
    [(1, 32768)]
    """
    most = int(Fraction(block.clip))
    frequent = read_sql("frequent").format(assigned=ASSIGNED, always_whole=f"{most:d}")
    make(connection, FREQUENT, frequent, step="clip")
    first, *others = _by_cells(spec, block)
    make(connection, LENGTHS, _lengths(spec, first), step="clip")
    for tables in others:
        run(connection, f"INSERT INTO {LENGTHS} {_lengths(spec, tables)}", step="clip")
    weights = read_sql("clip").format(
        lengths=LENGTHS,
        whole=f"{spec.whole:d}",
        whole_squared=f"{spec.whole**2:d}",
        bound=f"{spec.whole**2 * block.bound_squared:d}",
    )
    make(connection, WEIGHTS, weights, step="clip")


def _by_cells(spec: Spec, block: Block) -> list[list[Table]]:
    """Put tables together that count the same cells, so that one pass measures them all."""
    found: dict[tuple[frozenset[str], str], list[Table]] = {}
    for table in block.tables:
        found.setdefault((frozenset(table.dims), in_a_cell(spec, table)), []).append(table)
    return list(found.values())


def _lengths(spec: Spec, tables: Sequence[Table]) -> str:
    return read_sql("lengths").format(
        frequent=FREQUENT,
        cell=", ".join(("unit_key", *(key_name(dim) for dim in tables[0].dims))),
        sums=gathered(tables),
        counted=in_a_cell(spec, tables[0]),
        squares=" + ".join(
            _square(table, part) for table in tables for part in gathered_parts(table)
        ),
    )


def _square(table: Table, part: str) -> str:
    return f"{table.factor**2:d} * {SQUARE.format(part=part)}"
