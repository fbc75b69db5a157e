"""Count exactly. The chain: policy -> plan -> assign -> clip -> **count** -> charge -> measure.

What comes out is exact and private: only `measure` may hold it, and only until noise is added.
"""

from duckdb import DuckDBPyConnection

from privacy.assign import ASSIGNED, assign_keys
from privacy.clip import LENGTHS, WEIGHTS, clip_units
from privacy.spec import Cell, Spec, Table
from privacy.sql import counted, key_name, parts, read_sql, run

_MADE = (ASSIGNED, LENGTHS, WEIGHTS)


def count_cells(spec: Spec, *, connection: DuckDBPyConnection, incidents: str) -> list[int]:
    """Count every public cell of a release, each unit by its weight.

    **Stability:** adding or removing one privacy unit moves the output by at most
    `sqrt(spec.bound_squared)` in L2.

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
    """
    vector: list[int] = []
    try:
        for block in spec.blocks:
            assign_keys(spec, block, connection=connection, incidents=incidents)
            clip_units(spec, block, connection=connection)
            for table in block.tables:
                vector += count_table(spec, table, connection=connection)
    finally:
        for name in _MADE:
            run(connection, f"DROP TABLE IF EXISTS {name}", step="count")
    return vector


def count_table(spec: Spec, table: Table, *, connection: DuckDBPyConnection) -> list[int]:
    """Count the cells of one table over records that are assigned and clipped.

    Args:
        spec: What the release measures.
        table: A table of the block that was assigned.
        connection: Engine with the tables that `assign_keys` and `clip_units` made.

    Returns:
        Its part of the vector, statistic by statistic.

    Raises:
        PrivacyError: The engine stopped.
    """
    return _spread(spec, table, run(connection, _sum(spec, table), step="count"))


def _sum(spec: Spec, table: Table) -> str:
    cell = ", ".join(key_name(dim) for dim in table.dims)
    return read_sql("count").format(
        assigned=ASSIGNED,
        weights=WEIGHTS,
        counted=counted(spec, table),
        cell=f"{cell}," if cell else "",
        sums=", ".join(
            f"SUM(COALESCE(weights.weight, {spec.whole:d}) * ({part}))" for part in parts(table)
        ),
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
