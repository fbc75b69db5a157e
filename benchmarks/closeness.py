"""Say how far estimates are from the truth: noise, bias and all."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.law import RANGE

ENOUGH = 100  # records that a cell needs for its mean to be judged

Cells = Mapping[str, Sequence[float]]  # `count` and `sum` of every cell, in one order


def count_error(found: Cells, truth: Cells) -> float:
    """Mean absolute error of a cell's count, in records, over all cells.

    >>> count_error({"count": [9, 12]}, {"count": [10, 10]})
    1.5
    """
    return float(np.abs(_array(found, "count") - _array(truth, "count")).mean())


def mean_error(found: Cells, truth: Cells) -> float:
    """Mean absolute error of a cell's mean, in minutes, over cells that have `ENOUGH` records.

    A noisy mean is kept within what a mean can be, for everyone alike.
    """
    enough = _array(truth, "count") >= ENOUGH
    return float(np.abs(_mean(found)[enough] - _mean(truth)[enough]).mean())


def _mean(cells: Cells) -> NDArray[np.float64]:
    counts = np.maximum(_array(cells, "count"), 1)
    return np.clip(_array(cells, "sum") / counts, 0, RANGE)


def _array(cells: Cells, name: str) -> NDArray[np.float64]:
    return np.asarray(cells[name], dtype=np.float64)
