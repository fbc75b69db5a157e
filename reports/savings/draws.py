"""Draw counts and assumptions together, so that a range holds all that is not known.

release + parameters -> **draws** -> model -> figures -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from reports.errors import ReportError
from reports.estimate import LEVEL
from reports.parameters import Span
from reports.released import Cells, Release
from reports.savings.formula import Vector

Matrix = npt.NDArray[np.float64]
DRAWS = 20_000
PERT_WEIGHT = 4.0  # of the central value, against one of each end


@dataclass(frozen=True, slots=True)
class Counts:
    """Named sums of released cells and how their noise varies together."""

    names: tuple[str, ...]
    mean: Vector
    covariance: Matrix

    def at(self, entries: int = 1) -> dict[str, Vector]:
        """Every sum at its estimate, that many times."""
        return {
            name: np.full(entries, value) for name, value in zip(self.names, self.mean, strict=True)
        }

    def draw(self, rng: Generator, entries: int) -> dict[str, Vector]:
        """Draw all sums together, normal around their estimates; nothing is cut off at zero."""
        values, vectors = np.linalg.eigh(self.covariance)
        spread = vectors * np.sqrt(np.clip(values, 0.0, None))
        drawn = self.mean + rng.standard_normal((entries, len(self.mean))) @ spread.T
        return {name: drawn[:, number] for number, name in enumerate(self.names)}


def count_together(release: Release, sums: Mapping[str, Cells]) -> Counts:
    """Add up named sums with their joint covariance, also where they share cells.

    Args:
        release: Whose cells they are.
        sums: By name.

    Returns:
        The sums in the same order.
    """
    names, cells = tuple(sums), list(sums.values())
    mean = np.array([release.moments(one)[0] for one in cells])
    covariance = np.zeros((len(cells), len(cells)))
    for row, one in enumerate(cells):
        for column in range(row, len(cells)):
            shared = release.moments(one, cells[column])[1]
            covariance[row, column] = covariance[column, row] = shared
    return Counts(names, mean, covariance)


def generator(release: Release) -> Generator:
    """Start the random numbers of a release from its own bytes: the same file, the same range.

    Raises:
        ReportError: The release lacks its measurements.
    """
    file = release.folder / "measurements.parquet"
    if not file.is_file():
        raise ReportError(f"Release {release.name} has no measurements.parquet. Publish it again.")
    return np.random.default_rng(int.from_bytes(sha256(file.read_bytes()).digest()[:8]))


def pert(rng: Generator, span: Span, entries: int) -> Vector:
    """Draw a value between low and high that is likeliest near the central one.

    Args:
        rng: Random numbers.
        span: Low, central and high.
        entries: How many.

    Returns:
        Draws; the central value itself where the ends do not differ.

    Source: Malcolm and others 1959, the PERT distribution.
    """
    wide = span.high - span.low
    if wide <= 0:
        return np.full(entries, span.central)
    up = 1 + PERT_WEIGHT * (span.central - span.low) / wide
    down = 1 + PERT_WEIGHT * (span.high - span.central) / wide
    return span.low + wide * rng.beta(up, down, entries)


def pert_together(rng: Generator, spans: Mapping[str, Span], entries: int) -> dict[str, Vector]:
    """Draw every value of one assumption, all high or all low together.

    Whoever guessed one kind of call too high has likely guessed them all too high, so draws of
    one file are put in one order. This makes ranges wider, never narrower.
    """
    drawn = {key: pert(rng, span, entries) for key, span in spans.items()}
    if len(drawn) == 1:
        return drawn
    order = rng.permutation(entries)
    return {key: np.sort(values)[order] for key, values in drawn.items()}


def range_of(draws: Vector) -> tuple[float, float, float]:
    """Median and ends of the 90% range of draws."""
    tail = (1 - LEVEL) / 2
    low, middle, high = np.quantile(draws, [tail, 0.5, 1 - tail])
    return float(middle), float(low), float(high)
