"""Say what made-up people add to each table, and what a clip takes from them.

The mathematics: docs/privacy/shares.md.
"""

from dataclasses import dataclass

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from privacy.assign import ASSIGNED
from privacy.consistency import Matrix
from privacy.spec import Block, Spec, Table
from privacy.sql import counted, key_name, parts, read_sql, run

Vector = NDArray[np.float64]

_HALVINGS = 60  # of an interval: to the last digit of a double


@dataclass(frozen=True)
class Influence:
    """What units with several records add to the tables of a block, and what bounds them.

    `records` has one number a unit; `squares` a row a unit and a column a table, the squared
    length of its counts; `reach` the square of the most that one record moves each table;
    `squared_clip` is the block's bound in units of noise, squared; `clip` the same in records that
    fall in every table.
    """

    records: Vector
    squares: Matrix
    reach: Vector
    squared_clip: float
    clip: float

    def lost(self, precision: Vector, *, scale: float = 1) -> float:
        """Records that the clip takes away under `scale` times these precisions."""
        return self._lose(self.squares @ precision * scale)

    def costs(self, precision: Vector) -> Vector:
        """Lost records for each unit of precision that a table gets more."""
        lengths = self.squares @ precision
        over = lengths > self.squared_clip
        steepness = self.records[over] / lengths[over] ** 1.5
        found: Vector = np.sqrt(self.squared_clip) / 2 * (steepness @ self.squares[over])
        return found

    def widest(self, precision: Vector) -> float:
        """Factor by which precisions may grow until the clip is that of one record."""
        return self.squared_clip / float(self.reach @ precision)

    def holding(self, precision: Vector, *, lost: float) -> float:
        """Factor by which precisions may grow until so many records are lost.

        Where nothing is to be lost, until the clip is as many records as it is now.
        """
        widest = self.widest(precision)
        if lost <= 0:
            return widest / self.clip**2
        lengths = self.squares @ precision
        low, high = np.log(widest) - 2 * np.log(self.records.max()), np.log(widest)
        low = min(low, high)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self._lose(lengths * np.exp(middle)) > lost:
                high = middle
            else:
                low = middle
        return float(np.exp(low))

    def _lose(self, lengths: Vector) -> float:
        weight = np.sqrt(self.squared_clip / np.maximum(lengths, self.squared_clip))
        return float(self.records @ (1 - weight))


def measure_influence(spec: Spec, block: Block, *, connection: DuckDBPyConnection) -> Influence:
    """Measure what assigned, made-up units add to a block.

    Args:
        spec: What the release measures.
        block: One of its blocks, whose records `assign_keys` has assigned.
        connection: Engine that holds them.

    Returns:
        The influence of all units with two records or more; a clip never takes from another.

    Raises:
        PrivacyError: The engine stopped.
    """
    moves = [
        _moves(spec, table, part, place)
        for place, table in enumerate(block.tables)
        for part in parts(table)
    ]
    query = read_sql("forecast/influence").format(
        assigned=ASSIGNED, moves="\n    UNION ALL\n    ".join(moves)
    )
    rows = run(connection, query, step="influence")
    units = {unit: at for at, unit in enumerate(dict.fromkeys(unit for unit, *_ in rows))}
    records, squares = np.zeros(len(units)), np.zeros((len(units), len(block.tables)))
    for unit, number, place, squared in rows:
        records[units[unit]] = float(str(number))
        if place is not None:
            squares[units[unit], int(str(place))] = float(str(squared))
    return Influence(
        records=records,
        squares=squares,
        reach=np.array(
            [float(table.measure.range if table.measure else 1) for table in block.tables]
        )
        ** 2,
        squared_clip=spec.whole**2 * block.bound_squared / spec.scale**2,
        clip=float(block.clip),
    )


def _moves(spec: Spec, table: Table, part: str, place: int) -> str:
    cell = ", ".join(("unit_key", *(key_name(dim) for dim in table.dims)))
    return (
        f"SELECT unit_key, {place:d} AS place, CAST(SUM({part}) AS DOUBLE) AS moved "  # noqa: S608
        f"FROM met_often WHERE {counted(spec, table)} GROUP BY {cell}"
    )
