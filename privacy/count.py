"""Count exactly. The chain: policy -> plan -> assign -> clip -> **count** -> charge -> measure.

What comes out is exact and private: only `measure` may hold it, and only until noise is added.
"""

from collections.abc import Iterator, Sequence
from math import prod

from duckdb import DuckDBPyConnection

from privacy.assign import ASSIGNED, assign_keys
from privacy.clip import FREQUENT, LENGTHS, WEIGHTS, clip_units
from privacy.spec import Block, Cell, Spec, Table
from privacy.sql import (
    counted,
    gathered,
    gathered_parts,
    key_name,
    lacking,
    make,
    quote,
    read_sql,
    run,
)

GATHERED = quote("private_gathered")

_MADE = (ASSIGNED, FREQUENT, LENGTHS, WEIGHTS, GATHERED)
_TOGETHER = 2**16  # combinations of keys that fit in a processor's cache


def count_cells(spec: Spec, *, connection: DuckDBPyConnection, incidents: str) -> list[int]:
    """Count every public cell of a release, each unit by its weight.

    Args:
        spec: What the release measures.
        connection: Engine that holds the incidents; its temporary tables are dropped again.
        incidents: Name of a table or view of private incidents: one row per incident and person,
            with `unit_key`, `block_code`, `month` and the columns of the policy's tables.

    Returns:
        The vector, in the order of `spec.series()`: weights are parts of `spec.whole`, and counts
        are multiplied by their table's factor. Cells without a record hold 0.

    Raises:
        PrivacyError: A column is missing, an incident has no unit key, or the engine stopped.

    **Stability:** adding or removing one privacy unit moves the output by at most
    `sqrt(spec.bound_squared)` in L2.

    >>> from privacy.example import INCIDENTS, three_records
    >>> spec, engine = three_records()
    >>> whole = count_cells(spec, connection=engine, incidents=INCIDENTS)
    >>> whole
    [65536, 65536, 0]
    >>> spec, engine = three_records(without=1)
    >>> rest = count_cells(spec, connection=engine, incidents=INCIDENTS)
    >>> sum((a - b) ** 2 for a, b in zip(whole, rest)) <= spec.bound_squared
    True
    """
    vector: list[int] = []
    try:
        for block in spec.blocks:
            assign_keys(spec, block, connection=connection, incidents=incidents)
            clip_units(spec, block, connection=connection)
            vector += _count_block(spec, block, connection=connection)
    finally:
        for name in _MADE:
            run(connection, f"DROP TABLE IF EXISTS {name}", step="count")
    return vector


def gather_tables(spec: Spec, tables: Sequence[Table], *, connection: DuckDBPyConnection) -> None:
    """Make a small temporary table from which several tables can be counted: one pass for all.

    Args:
        spec: What the release measures.
        tables: Tables of the block that was assigned.
        connection: Engine with the tables that `assign_keys` and `clip_units` made; gets the table
            `private_gathered`.

    Raises:
        PrivacyError: The engine stopped.

    **Stability:** as that of the tables which are counted from it.

    >>> from privacy.example import INCIDENTS, three_records
    >>> spec, engine = three_records()
    >>> block = spec.blocks[0]
    >>> assign_keys(spec, block, connection=engine, incidents=INCIDENTS)
    >>> clip_units(spec, block, connection=engine)
    >>> gather_tables(spec, block.tables, connection=engine)
    >>> [count_table(spec, one, connection=engine, is_gathered=True) for one in block.tables]
    [[65536, 65536, 0]]
    """
    keys = ", ".join(key_name(dim) for dim in _dims(tables))
    query = read_sql("gather").format(
        assigned=ASSIGNED,
        frequent=FREQUENT,
        weights=WEIGHTS,
        keys=f"{keys}," if keys else "",
        whole=gathered(tables, times=f"{spec.whole:d} * "),
        lacking=lacking(tables, lack=f"(weights.weight - {spec.whole:d})"),
        grouped=f"GROUP BY {keys}" if keys else "",
    )
    make(connection, GATHERED, query, step="count")


def count_table(
    spec: Spec, table: Table, *, connection: DuckDBPyConnection, is_gathered: bool = False
) -> list[int]:
    """Count the cells of one table over records that are assigned and clipped.

    Args:
        spec: What the release measures.
        table: A table of the block that was assigned.
        connection: Engine with the tables that `assign_keys` and `clip_units` made.
        is_gathered: Whether `gather_tables` was just called for this table, among others.

    Returns:
        Its part of the vector, statistic by statistic.

    Raises:
        PrivacyError: The engine stopped.

    **Stability:** adding or removing one privacy unit moves the output by what its records weigh
    together: with the block's other tables by at most `spec.whole * sqrt(block.bound_squared)`.

    >>> from privacy.example import INCIDENTS, three_records
    >>> spec, engine = three_records()
    >>> block = spec.blocks[0]
    >>> assign_keys(spec, block, connection=engine, incidents=INCIDENTS)
    >>> clip_units(spec, block, connection=engine)
    >>> count_table(spec, block.tables[0], connection=engine)
    [65536, 65536, 0]
    """
    if not is_gathered:
        gather_tables(spec, (table,), connection=connection)
    return _spread(spec, table, run(connection, _sum(spec, table), step="count"))


def _count_block(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> list[int]:
    found: dict[str, list[int]] = {}
    for tables in _together(spec, block.tables):
        gather_tables(spec, tables, connection=connection)
        for table in tables:
            found[table.name] = count_table(spec, table, connection=connection, is_gathered=True)
    return [number for table in block.tables for number in found[table.name]]


def _together(spec: Spec, tables: Sequence[Table]) -> Iterator[list[Table]]:
    """Put tables together that one pass over the records can gather in little room."""
    waiting = list(tables)
    while waiting:
        chosen = [waiting.pop(0)]
        for table in tuple(waiting):
            if _combinations(spec, [*chosen, table]) <= _TOGETHER:
                chosen.append(table)
                waiting.remove(table)
        yield chosen


def _combinations(spec: Spec, tables: Sequence[Table]) -> int:
    return prod(len(spec.axes[dim].keys) + 1 for dim in _dims(tables))


def _dims(tables: Sequence[Table]) -> dict[str, None]:
    return dict.fromkeys(dim for table in tables for dim in table.dims)


def _sum(spec: Spec, table: Table) -> str:
    cell = ", ".join(key_name(dim) for dim in table.dims)
    return read_sql("count").format(
        gathered=GATHERED,
        counted=counted(spec, table),
        cell=f"{cell}," if cell else "",
        sums=", ".join(f"SUM({part})" for part in gathered_parts(table)),
        grouped=f"GROUP BY {cell}" if cell else "",
    )


def _spread(spec: Spec, table: Table, rows: list[tuple[object, ...]]) -> list[int]:
    """Put what was found into the public grid; a cell without a record holds 0."""
    found: dict[Cell, tuple[object, ...]] = {}
    for row in rows:
        numbers, sums = row[: len(table.dims)], row[len(table.dims) :]
        keys = zip(table.dims, numbers, strict=True)
        cell = tuple(spec.axes[dim].keys[number] for dim, number in keys if type(number) is int)
        found[cell] = sums

    def value(cell: Cell, place: int) -> int:
        total = found[cell][place] if cell in found else None
        return table.factor * total if isinstance(total, int) else 0

    cells = spec.grid(table)
    return [value(cell, place) for place in range(len(table.drawn)) for cell in cells]
