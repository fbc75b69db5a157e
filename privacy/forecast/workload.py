"""Say how precise the wanted numbers of a block come out, and which table's precision matters.

The mathematics: docs/privacy/shares.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from duckdb import DuckDBPyConnection

from data_contracts.codes import UNKNOWN
from privacy.consistency import Matrix, rank
from privacy.count import count_table
from privacy.fit import fields, lay_out
from privacy.forecast.influence import Vector
from privacy.spec import Block, Spec, Table


class Against(IntEnum):
    """What the variance of a cell is measured against: a power of the table's mean cell.

    As it is, in records; against what a count varies by chance alone, which is its own size; or
    against the square of its size, so that all tables come out as precise in percent.
    """

    RECORDS = 0
    CHANCE = 1
    SIZE = 2


@dataclass(frozen=True)
class Field:
    """Tables over the same records, as a system of equations.

    `design` has a row for every drawn cell, over orthonormal directions that the tables determine;
    `table` is the place of each row's table in the block, `wanted` the weight of its variance.
    """

    design: Matrix
    table: tuple[int, ...]
    wanted: Vector


@dataclass(frozen=True)
class Workload:
    """The wanted numbers of a block: a weighted sum of the variances of its reconciled cells."""

    tables: int
    fields: tuple[Field, ...]

    def judge(self, precision: Vector) -> tuple[float, Vector]:
        """Add up the wanted variances under tables of these precisions.

        Args:
            precision: One over the variance of a drawn number, for each table of the block.

        Returns:
            The objective, and how much it falls for each unit of precision that a table gets more.
        """
        objective, falls = 0.0, np.zeros(self.tables)
        for field in self.fields:
            at = np.array(field.table)
            information = (field.design * precision[at, None]).T @ field.design
            covariance = field.design @ np.linalg.solve(information, field.design.T)
            objective += float(field.wanted @ np.diag(covariance))
            falls += np.bincount(at, covariance**2 @ field.wanted, self.tables)
        return objective, falls


def make_workload(
    spec: Spec, block: Block, wanted: Mapping[str, Sequence[float] | Vector]
) -> Workload:
    """Set the equations of a block up, once for all precisions.

    Args:
        spec: What the release measures; its present noise does not matter.
        block: One of its blocks.
        wanted: Weight of the variance of each drawn cell, in the order of `spec.grid`, by table.

    Returns:
        The workload.
    """
    place = {table.name: at for at, table in enumerate(block.tables)}
    found = []
    for tables in fields(block):
        _, drawn, free = lay_out(spec, tables)
        left, values, _ = np.linalg.svd(free[drawn], full_matrices=False)
        found.append(
            Field(
                design=left[:, : rank(values)] * values[: rank(values)],
                table=tuple(place[one.name] for one in tables for _ in spec.grid(one)),
                wanted=np.concatenate([np.array(wanted[one.name]) for one in tables]),
            )
        )
    return Workload(len(block.tables), tuple(found))


def weigh_cells(
    spec: Spec,
    block: Block,
    *,
    connection: DuckDBPyConnection,
    importance: Mapping[str, float],
    against: Against,
) -> dict[str, Vector]:
    """Weigh the variance of every cell, so that a table counts as much as it is important.

    Cells of something unknown are not wanted. Of a measure, counts and sums are wanted alike.

    Args:
        spec: What the release measures.
        block: A block whose made-up records are assigned and clipped.
        connection: Engine that holds them.
        importance: Of every table, by name; 1 where it is not named.
        against: What variances are measured against.

    Returns:
        Weights of the drawn cells of every table, by name.
    """
    return {
        table.name: importance.get(table.name, 1.0) * _weigh(spec, table, connection, against)
        for table in block.tables
    }


def _weigh(spec: Spec, table: Table, connection: DuckDBPyConnection, against: Against) -> Vector:
    told = np.array([float(UNKNOWN not in cell) for cell in spec.grid(table)])
    told = told if told.any() else np.ones(len(told))
    share = told / told.sum()
    drawn = np.array(count_table(spec, table, connection=connection), dtype=np.float64)
    drawn = drawn.reshape(len(table.drawn), len(told)) / (spec.whole * table.factor)
    most = table.measure.range if table.measure else 1
    count = max(float(share @ drawn.sum(axis=0)) / most, 1.0)
    weights: Vector = share / count**against
    if table.measure:
        mean = max(float(share @ drawn[1]) / count, 1.0)
        weights *= (2 / most**2 + 1 / mean**2) / 2
    return weights
