"""Read and spoil the weights that the clip gave. The chain: broken -> **weights** -> mutants."""

import math
import os
from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from privacy.assign import ASSIGNED
from privacy.clip import WEIGHTS
from privacy.spec import Block, Spec, Table
from privacy.sql import counted, key_name, parts


def read_weights(connection: DuckDBPyConnection) -> dict[int, int]:
    """Read the weights of the units that do not count whole for sure."""
    return dict(connection.execute(f"SELECT unit_key, weight FROM {WEIGHTS}").fetchall())  # noqa: S608


def write_weights(connection: DuckDBPyConnection, weights: Mapping[int, int]) -> None:
    """Put other weights in their place."""
    connection.execute(f"DELETE FROM {WEIGHTS}")  # noqa: S608
    if weights:
        values = ", ".join(f"({unit:d}, {weight:d})" for unit, weight in weights.items())
        connection.execute(f"INSERT INTO {WEIGHTS} (unit_key, weight) VALUES {values}")  # noqa: S608


def norms_in_double(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> dict[int, int]:
    """Weigh the frequent units of a block by sums of doubles, in an order of the moment.

    Whole numbers rule this mistake out: with doubles, the order in which an engine adds decides
    how a person counts, and the order may change with somebody else's records.

    Args:
        spec: What the release measures.
        block: The block, assigned and clipped by the real code.
        connection: Engine with its tables.

    Returns:
        The weight of each unit that the real code clipped.

    Source: docs/privacy/clip.md, hazard H2.
    """
    squares: dict[int, list[float]] = {unit: [] for unit in read_weights(connection)}
    for table in block.tables:
        for part in parts(table):
            for unit, times in connection.execute(_cells(spec, table, part)).fetchall():
                if unit in squares:
                    moved = table.factor * float(times) / spec.scale
                    squares[unit].append(moved * moved)
    bound = block.bound_squared / spec.scale**2
    return {unit: _weigh(spec, bound, terms) for unit, terms in squares.items()}


def _weigh(spec: Spec, bound: float, terms: list[float]) -> int:
    length = 0.0
    for term in sorted(terms, key=lambda _: os.urandom(8)):
        length += term
    return min(spec.whole, int(spec.whole * math.sqrt(bound / length))) if length else spec.whole


def _cells(spec: Spec, table: Table, part: str) -> str:
    cell = ", ".join(("unit_key", *(key_name(dim) for dim in table.dims)))
    return (
        f"SELECT unit_key, SUM({part}) FROM {ASSIGNED} "  # noqa: S608
        f"WHERE {counted(spec, table)} GROUP BY {cell}"
    )
