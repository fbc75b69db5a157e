"""Say what tables over the same records have in common: every shared sum is one number.

Two tables agree on the finest table that both add up to: a total, a month, a coarser area.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from privacy.axes import line
from privacy.spec import Axis, Spec, Table

Matrix = NDArray[np.float64]

ZERO = 1e-9  # singular values of 0/1 systems are either rounding (1e-13) or above 1e-3


def directions(spec: Spec, tables: Sequence[Table], starts: Sequence[int]) -> Matrix:
    """Span the ways in which tables can differ and still agree with each other.

    Args:
        spec: Gives the public keys.
        tables: Tables over the same records.
        starts: Where each table's full grid begins among all cells; one more for the end.

    Returns:
        Orthonormal columns, one row a cell: every consistent set of tables is a sum of them.
    """
    rows = _constraints(spec, tables, starts)
    if not len(rows):
        return np.eye(rows.shape[1])
    _, values, right = np.linalg.svd(rows, full_matrices=True)
    return right[rank(values) :].T


def rank(values: Matrix) -> int:
    """Count the singular values that are not rounding."""
    return int(np.sum(values > ZERO * max(values, default=0)))


def _constraints(spec: Spec, tables: Sequence[Table], starts: Sequence[int]) -> Matrix:
    """One row for each number that two tables have in common: their difference is 0."""
    rows = [np.zeros((0, starts[-1]))]
    for dims in sorted({_common(spec.axes, *pair) for pair in combinations(tables, 2)}):
        having = [
            (place, _coarsen(spec, table, dims))
            for place, table in enumerate(tables)
            if set(dims) <= _names(spec.axes, table)
        ]
        first, sum_of_first = having[0]
        for place, its_sum in having[1:]:
            row = np.zeros((len(its_sum), starts[-1]))
            row[:, starts[first] : starts[first + 1]] = sum_of_first
            row[:, starts[place] : starts[place + 1]] = -its_sum
            rows.append(row)
    return np.concatenate(rows)


def _names(axes: Mapping[str, Axis], table: Table) -> set[str]:
    return {name for dim in table.dims for name in line(axes, dim)}


def _common(axes: Mapping[str, Axis], one: Table, other: Table) -> tuple[str, ...]:
    """Dimensions of the finest table that both add up to."""
    shared = _names(axes, one) & _names(axes, other)
    coarser = {name for dim in shared for name in line(axes, dim)[1:]}
    return tuple(sorted(shared - coarser))


def _coarsen(spec: Spec, table: Table, dims: tuple[str, ...]) -> Matrix:
    """Matrix that adds the full grid of a table up to coarser dimensions."""
    place = {cell: row for row, cell in enumerate(product(*(spec.axes[dim].keys for dim in dims)))}
    sources = [
        next(at for at, own in enumerate(table.dims) if dim in line(spec.axes, own)) for dim in dims
    ]
    grid = spec.grid(table, dropped=True)
    matrix = np.zeros((len(place), len(grid)))
    for column, cell in enumerate(grid):
        up = tuple(
            _lift(spec.axes, table.dims[at], cell[at], dim)
            for at, dim in zip(sources, dims, strict=True)
        )
        matrix[place[up], column] = 1
    return matrix


def _lift(axes: Mapping[str, Axis], dim: str, key: str, target: str) -> str:
    """Key that a key has in the dimension itself or in a coarser one."""
    while dim != target:
        axis = axes[dim]
        key, dim = axis.parent_of[axis.keys.index(key)], str(axis.parent)
    return key
