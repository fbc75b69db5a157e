"""Add published numbers up to totals, one-way and two-way cells, as a reader would."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from privacy.fit import Number
from privacy.spec import Block, Spec, Table

WAYS = ("total", "one_way", "two_way")

Floats = NDArray[np.float64]


def add_ways(spec: Spec, block: Block, numbers: Sequence[Number]) -> dict[str, Floats]:
    """Choose the sums of a block: its total, and every cell over one dimension and over two.

    Args:
        spec: What the release measures.
        block: One of its blocks, of counts only.
        numbers: What it publishes, in order.

    Returns:
        By way, a row for each sum and a column for each number; every pair of dimensions once.
    """
    found: dict[tuple[str, ...], Floats] = {}
    for table in block.tables:
        for way in range(len(WAYS)):
            for dims in combinations(table.dims, way):
                rows = list(_sums(spec, table, dims, numbers))
                if rows and tuple(sorted(dims)) not in found:
                    found[tuple(sorted(dims))] = np.array(rows)
    empty = np.zeros((0, len(numbers)))
    return {
        name: np.concatenate([empty, *(rows for dims, rows in found.items() if len(dims) == way)])
        for way, name in enumerate(WAYS)
    }


def _sums(
    spec: Spec, table: Table, dims: Sequence[str], numbers: Sequence[Number]
) -> Iterator[Floats]:
    """One row a key of the dimensions; a sum that lacks a cell is left out."""
    places = {number: place for place, number in enumerate(numbers)}
    kept = [table.dims.index(dim) for dim in dims]
    cells: dict[tuple[str, ...], list[int | None]] = {}
    for cell in spec.grid(table, dropped=True):
        key = tuple(cell[at] for at in kept)
        cells.setdefault(key, []).append(places.get(Number(table.name, cell, "count")))
    for whole in cells.values():
        if all(place is not None for place in whole):
            row = np.zeros(len(numbers))
            row[[place for place in whole if place is not None]] = 1
            yield row
