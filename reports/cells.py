"""Add up cells of a release, each sum with the weights that make its noise exact.

released -> **cells** -> estimate
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from reports.estimate import CAUTION_SD, ROUNDING, USE_SD, Mark

ROUNDED = 1e-3
Vector = npt.NDArray[np.float64]


class Statistic(StrEnum):
    """What a cell holds: records, or their sum in the unit of a measure."""

    COUNT = "count"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Cells:
    """A weighted sum of released cells: weights by block, and what the plan promises of it.

    `at_least` is the size that the plan foresaw of the sum, in records or the measure's unit.
    """

    weights: Mapping[str, Vector]
    at_least: float = 0.0

    def __add__(self, other: "Cells") -> "Cells":
        """Add two sums."""
        weights = dict(self.weights)
        for block, vector in other.weights.items():
            weights[block] = weights[block] + vector if block in weights else vector
        return Cells(weights, self.at_least + other.at_least)

    def times(self, factor: float) -> "Cells":
        """Scale a sum."""
        weights = {block: vector * factor for block, vector in self.weights.items()}
        return Cells(weights, self.at_least * max(0.0, factor))


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a table and statistic: their places, and where each value stands."""

    cells: npt.NDArray[np.int64]
    keys: Mapping[str, Mapping[str, npt.NDArray[np.bool_]]]


def read_grid(frame: pd.DataFrame, dims: Iterable[str], statistic: Statistic) -> Grid:
    """Read where every value of a published table stands."""
    frame = frame[frame["statistic"] == statistic.value]
    return Grid(
        frame["cell"].to_numpy(int),
        {dim: {key: (frame[dim] == key).to_numpy() for key in frame[dim].unique()} for dim in dims},
    )


def read_promised(frame: pd.DataFrame) -> Vector:
    """Size that the plan foresaw of every cell of a published table.

    A sum is marked by the sum of these sizes: cells too small to be read may be large together.
    Where a mark says less than the size, because the size is a guess, so much is believed of it
    as the mark says.
    """
    rows = zip(frame["planned"], frame["mark"], frame["sd"], strict=True)
    return np.array([_believed(float(size), Mark(mark), float(sd)) for size, mark, sd in rows])


def _believed(size: float, mark: Mark, sd: float) -> float:
    above = {Mark.CAUTION: USE_SD, Mark.WITHHELD: CAUTION_SD}.get(mark)
    return size if above is None else min(size, above * ROUNDING**2 * sd)


def between(one: Vector, other: Vector, covariance: Vector) -> float:
    """Covariance of two sums of cells; most cells weigh nothing, and are not looked at."""
    rows, columns = np.flatnonzero(one), np.flatnonzero(other)
    return float(one[rows] @ covariance[np.ix_(rows, columns)] @ other[columns])


def find_root(noise: Vector) -> Vector:
    """Write a covariance as root @ root.T, without what the rounding of published figures adds.

    Tables of a block agree, so most covariances are singular; to three decimals they only nearly
    are. What is left out has a variance below a thousandth of that of an ordinary cell.
    """
    spread, directions = np.linalg.eigh(noise)
    kept = spread > ROUNDED * float(np.diag(noise).mean())
    root: Vector = directions[:, kept] * np.sqrt(spread[kept])
    return root


def shared_noise(
    one: Mapping[str, Vector], other: Mapping[str, Vector], noise: Mapping[str, Vector]
) -> float:
    """Covariance of two sums over several blocks, which are drawn independently."""
    blocks = one.keys() & other.keys()
    return sum(between(one[block], other[block], noise[block]) for block in sorted(blocks))


def add_up(parts: Iterable[Cells]) -> Cells:
    """Add any number of sums of cells."""
    found = Cells({})
    for part in parts:
        found = found + part
    return found
