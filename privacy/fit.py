"""Fit the tables of a block by generalised least squares, from the plan alone.

The fit is linear in the noisy numbers, so `plan` knows every sd before a record is read, and
`reconcile` needs nothing but the public bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from privacy.consistency import ZERO, Matrix, directions, rank
from privacy.spec import Block, Cell, Spec, Table


class Number(NamedTuple):
    """One published number: a statistic of one cell."""

    table: str
    cell: Cell
    statistic: str


@dataclass(frozen=True)
class BlockFit:
    """The best linear unbiased estimates of a block.

    `numbers` are in the order of publication; cells that no table determines are not there.
    `gain` has a row for each number and a column for each raw estimate (noisy / factor) in the
    order of `spec.series()`; `covariance` is that of the numbers.
    """

    numbers: tuple[Number, ...]
    gain: Matrix
    covariance: Matrix


def fit_block(spec: Spec, block: Block) -> BlockFit:
    """Fit all tables of a block.

    Counts of records are one system of equations; each measure is another, over the records that
    have it. A measure is drawn as `rest` (range - x, added up) and `sum`, which are two independent
    copies of one system: their sum is range times the count.

    Args:
        spec: What the release measures.
        block: One of its blocks.

    Returns:
        The fit; deterministic, the same on every run.
    """
    columns = {
        (series.table.name, series.statistic): range(series.start, series.stop)
        for series in spec.series()
        if series.block == block
    }
    offset = min(span.start for span in columns.values())
    width = max(span.stop for span in columns.values()) - offset
    found: dict[Number, Matrix] = {}
    for tables in fields(block):
        cells, gain = _fit_tables(spec, tables)
        for statistic, parts in _mixture(tables[0]).items():
            rows = np.zeros((len(cells), width))
            for drawn, weight in parts.items():
                places = [at - offset for one in tables for at in columns[one.name, drawn]]
                rows[:, places] += weight * gain
            for (table, cell), row in zip(cells, rows, strict=True):
                found[Number(table.name, cell, statistic)] = row
    numbers = [
        Number(table.name, cell, statistic)
        for table in block.tables
        for statistic in table.shown
        for cell in spec.grid(table, dropped=True)
    ]
    numbers = [number for number in numbers if number in found]
    gain = np.array([found[number] for number in numbers]).reshape(len(numbers), width)
    sds = np.zeros(width)
    for table in block.tables:
        for statistic in table.drawn:
            sds[[at - offset for at in columns[table.name, statistic]]] = spec.raw_sd(table)
    noisy = gain * sds
    return BlockFit(numbers=tuple(numbers), gain=gain, covariance=noisy @ noisy.T)


def fields(block: Block) -> list[list[Table]]:
    """Group tables by what they add up: records, or one measure."""
    groups: dict[str, list[Table]] = {}
    for table in block.tables:
        groups.setdefault(table.measure.model_dump_json() if table.measure else "", []).append(
            table
        )
    return list(groups.values())


def _mixture(table: Table) -> dict[str, dict[str, float]]:
    """Say how published statistics are made of drawn ones."""
    if table.measure is None:
        return {"count": {"count": 1}}
    return {
        "count": {"rest": 1 / table.measure.range, "sum": 1 / table.measure.range},
        "sum": {"sum": 1},
    }


def _fit_tables(spec: Spec, tables: Sequence[Table]) -> tuple[list[tuple[Table, Cell]], Matrix]:
    """Fit tables over the same records; levels they leave out are unknowns, not zeros."""
    places, drawn, free = lay_out(spec, tables)
    sds = np.array([spec.raw_sd(places[at][0]) for at in drawn])
    left, values, right = np.linalg.svd(free[drawn] / sds[:, None], full_matrices=False)
    kept = rank(values)
    reached = free @ right[:kept].T
    missed = np.linalg.norm(free - reached @ right[:kept], axis=1)
    known = np.flatnonzero(missed < np.sqrt(ZERO))
    gain = (reached[known] / values[:kept]) @ left[:, :kept].T / sds
    return [places[one] for one in known], gain


def lay_out(
    spec: Spec, tables: Sequence[Table]
) -> tuple[list[tuple[Table, Cell]], list[int], Matrix]:
    """Lay tables over the same records side by side.

    Args:
        spec: What the release measures.
        tables: Tables of one field.

    Returns:
        Every cell of their full grids; the places of those that are drawn; and the directions in
        which consistent tables can differ, as orthonormal columns with a row for each cell.
    """
    grids = [spec.grid(table, dropped=True) for table in tables]
    starts = [sum(len(grid) for grid in grids[:place]) for place in range(len(grids) + 1)]
    drawn = [
        start + grid.index(cell)
        for table, grid, start in zip(tables, grids, starts, strict=False)
        for cell in spec.grid(table)
    ]
    free = directions(spec, tables, starts)
    free[np.linalg.norm(free, axis=1) < np.sqrt(ZERO)] = 0  # no record can fall there: exactly 0
    places = [(table, cell) for table, grid in zip(tables, grids, strict=True) for cell in grid]
    return places, drawn, free
