"""Bend estimates until none is below zero: to be looked at, never to be added up.

released -> **display** -> page
"""

import numpy as np
from scipy.optimize import nnls

from reports.cells import Vector, find_root
from reports.errors import ReportError

ZERO = 1e-9  # distance from an aim of length 1 that is rounding


def bend(values: Vector, noise: Vector) -> Vector:
    """Find the nearest estimates of a block that are not negative and still agree.

    Near is measured by the noise: the change z that explains it has the least sum of squares among
    all with v + U z >= 0, where U U' is the covariance. All tables of the block stay consistent,
    but what is lifted from below zero is taken from elsewhere or added on top: sums are biased.

    Args:
        values: Estimate of every cell of a block.
        noise: Their covariance.

    Returns:
        As many values, none below zero; those that were positive hardly move.

    Raises:
        ReportError: The estimates cannot be bent, because they do not agree with each other.

    Source: Lawson and Hanson 1974, Solving Least Squares Problems, chapter 23 (least distance
        programming through non-negative least squares).
    """
    if not (values < 0).any():
        return values
    root = find_root(noise)
    sds = np.sqrt(np.clip(np.diag(noise), 1.0, None))
    sides = np.vstack([root.T / sds, -values / sds])
    aim = np.zeros(len(sides))
    aim[-1] = 1.0
    found, distance = nnls(sides, aim)
    if distance < ZERO:
        raise ReportError("A block has no estimates without negative cells. Publish it again.")
    left = sides @ found - aim
    bent: Vector = values - root @ (left[:-1] / left[-1])
    return np.clip(bent, 0.0, None)
