"""Read a public release and add up its cells, each sum with its exact noise.

stored -> combine -> **released** -> estimate -> figures -> page

`open_release` and `open_year` are the way in, for the pages and for anybody else: they need the
public folder alone. `docs/released.md` shows how.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from pathlib import Path

import numpy as np

from reports.anchor import (
    CONTACTS,
    PLANNED,
    SCALED,
    PlannedScale,
    Scale,
    find_scale,
    is_mixed,
    scale_contacts,
)
from reports.cells import Cells, Grid, Statistic, Vector, add_up, read_grid, shared_noise
from reports.combine import GATE, combine
from reports.datapackage import read_package
from reports.errors import ReportError
from reports.estimate import Estimate, count, fieller, planned_mark, quantile, worse
from reports.stored import Stored

__all__ = ["Cells", "Release", "Statistic", "add_up", "open_release", "open_year"]

PIECES = 10  # of a band, so that the noise is known between its ends too
ERRORS = {block: np.ones((1, 1)) for block in PLANNED.values()}  # variance of what is in sd
Wanted = str | Sequence[str]


@dataclass(frozen=True)
class Release(Stored):
    """One release: its tables, and every sum, ratio and quantile of their cells with exact noise.

    Made by `open_release` or `open_year`. Wherever visits are added to, or divided by, cells of
    another block, they are first brought to their total: that of the anchor, else what the plan
    expected the limit to take is added back; with neither the figure is `bounded`.
    """

    @cached_property
    def scale(self) -> Scale | PlannedScale | None:
        """What visits are multiplied by before they meet other blocks, where that is known."""
        return find_scale(self)

    @property
    def anchored(self) -> bool:
        """Whether the total of visits was measured, and not only planned."""
        return isinstance(self.scale, Scale)

    def scaled(self, cells: Cells) -> Cells:
        """Bring cells of visits to their total now, also where they meet no other block."""
        return scale_contacts(self, cells)

    def select(
        self, table: str, *, statistic: Statistic = Statistic.COUNT, **where: Wanted
    ) -> Cells:
        """Choose cells of one table, to be added up.

        Args:
            table: Name of the table.
            statistic: Which statistic to add.
            where: Values of each dimension to keep; dimensions left out are summed over.

        Returns:
            Weights, one for every chosen cell.

        Raises:
            ReportError: No such table, dimension or statistic, or a wanted value has no cell.
        """
        grid = self._grid(table, statistic)
        chosen = np.ones(len(grid.cells), dtype=bool)
        for dim, wanted in where.items():
            keys, present = [wanted] if isinstance(wanted, str) else wanted, grid.keys.get(dim, {})
            if missing := [key for key in keys if key not in present]:
                raise ReportError(
                    f"Release {self.name}: table {table!r} has no cell with {dim} in {missing}."
                )
            chosen &= np.logical_or.reduce([present[key] for key in keys])
        if not chosen.any():
            raise ReportError(f"Release {self.name}: table {table!r} has no {statistic.value}.")
        block = self.package.tables[table].block
        weights = np.zeros(len(self.noise[block]))
        weights[grid.cells[chosen]] = 1.0
        promised = self.promised[block][grid.cells[chosen]]
        return Cells({block: weights}, at_least=float(promised.sum()))

    def keys(self, table: str, dim: str) -> frozenset[str]:
        """Values of a dimension that have a cell in a table; a level that was left out has none."""
        return frozenset(self._grid(table, Statistic.COUNT).keys.get(dim, {}))

    def _grid(self, table: str, statistic: Statistic) -> Grid:
        """Read where every value of a table stands, once."""
        if (table, statistic) not in self._grids:
            frame = self.table(table)
            dims = self.package.tables[table].dims
            self._grids[table, statistic] = read_grid(frame, dims, statistic)
        return self._grids[table, statistic]

    def moments(self, top: Cells, bottom: Cells | None = None) -> tuple[float, float]:
        """Value of a sum as it stands, and its covariance with another (or its variance)."""
        weights = self._unfold(top)
        known = {block: w for block, w in weights.items() if block not in ERRORS}
        value = sum(float(w @ self.estimates[block]) for block, w in known.items())
        noise = {**self.noise, **ERRORS}
        return value, shared_noise(weights, self._unfold(bottom or top), noise)

    def _unfold(self, cells: Cells) -> Mapping[str, Vector]:
        if SCALED not in cells.weights or self.scale is None:
            return cells.weights
        return self.scale.unfold(cells.weights, self.estimates[CONTACTS])

    def _planned_sd(self, cells: Cells) -> float:
        weights = {one: w for one, w in self._unfold(cells).items() if one not in ERRORS}
        return sqrt(max(0.0, shared_noise(weights, weights, self.planned_noise)))

    def _meet(self, *sums: Cells) -> tuple[tuple[Cells, ...], bool]:
        """Scale visits where they meet another block; else say that the figure is bounded."""
        if not is_mixed(sums):
            return sums, False
        return tuple(self.scaled(cells) for cells in sums), self.scale is None

    def sum(self, cells: Cells) -> Estimate:
        """Add up chosen cells.

        Args:
            cells: From `select`.

        Returns:
            The sum with its 90% range; marked from what the plan promised of its cells.
        """
        (one,), bounded = self._meet(cells)
        value, variance = self.moments(one)
        mark = planned_mark(one.at_least, self._planned_sd(one))
        return replace(count(value, sqrt(max(0.0, variance)), mark=mark), bounded=bounded)

    def total(
        self, table: str, statistic: Statistic = Statistic.COUNT, **where: Wanted
    ) -> Estimate:
        """Add up cells of one table, as in `release.total("naloxone", naloxone="given")`."""
        return self.sum(self.select(table, statistic=Statistic(statistic), **where))

    def covariance(self, one: Cells, other: Cells) -> float:
        """Covariance of the noise of two sums, each as `sum` gives it.

        Args:
            one: From `select`.
            other: From `select`; with the same cells it is the variance.

        Returns:
            In the product of their units; 0 where they share no block.
        """
        return self.moments(self._meet(one)[0][0], self._meet(other)[0][0])[1]

    def ratio(self, numerator: Cells, denominator: Cells) -> Estimate:
        """Divide one sum by another.

        Args:
            numerator: From `select`.
            denominator: From `select`; may share cells with the numerator.

        Returns:
            The ratio with its Fieller range; withheld where it is undefined.
        """
        (above, below), bounded = self._meet(numerator, denominator)
        top, shared = self.moments(above), self.moments(above, below)[1]
        mark = worse(self.sum(above).mark, self.sum(below).mark)
        return replace(fieller(top, self.moments(below), shared, mark=mark), bounded=bounded)

    def quantile(
        self, bands: Sequence[tuple[float, Cells]], part: float, *, planned: float = 0.0
    ) -> Estimate:
        """Find the point below which a part of all records lies.

        How records lie inside a band is not known. The value takes them as evenly spread; the range
        holds every point that is possible where their density rises or falls across each band in a
        straight line, however steeply.

        Args:
            bands: Lower bound and cells of each band, ascending; the last band is open.
            part: Between 0 and 1; the median is 0.5.
            planned: Records that the policy expected, where the bands hold a whole block.

        Returns:
            The point in the unit of the bands; its mark looks at the smaller side of it.
        """
        met, bounded = self._meet(*(cells for _, cells in bands))
        whole, starts = add_up(met), [start for start, _ in bands]
        below, points, cuts = whole.times(-part), list[float](), list[tuple[Cells, ...]]()
        for number, (start, cells) in enumerate(zip(starts, met, strict=True)):
            last = number == len(bands) - 1
            wide = 0.0 if last else starts[number + 1] - start
            for piece in range(1 if last else PIECES):
                points.append(start + wide * piece / PIECES)
                cuts.append(tuple(below + cells.times(u) for u in _spreads(piece / PIECES)))
            below = below + cells
        # Between two ends of a band the noise of what lies below is nowhere larger than at both.
        widest = max(self._planned_sd(even) for even, *_ in [*cuts[::PIECES], cuts[-1]])
        at_least = max(whole.at_least, planned)
        mark = planned_mark(at_least * min(part, 1 - part), widest)
        even, early, late = ([self.moments(cut) for cut in way] for way in zip(*cuts, strict=True))
        found = quantile(points, even, mark=mark, early=early, late=late)
        return replace(found, bounded=bounded)


def _spreads(part: float) -> tuple[float, float, float]:
    """Share of a band that lies below a part of it: evenly spread, crowded early, crowded late.

    >>> _spreads(0.5)
    (0.5, 0.75, 0.25)
    """
    return part, part * (2 - part), part * part


def open_release(folder: Path) -> Release:
    """Open a folder of `public/releases/`.

    >>> open_release(Path("public/releases/FY1900"))
    Traceback (most recent call last):
    reports.errors.ReportError: Release 'FY1900' has no datapackage.json. Publish it again.

    Args:
        folder: One release, as published.

    Returns:
        The release; tables are read when asked for.

    Raises:
        ReportError: `datapackage.json` is missing or has another shape.
    """
    return Release(folder=folder, package=read_package(folder))


def open_year(folder: Path, *, interim: Sequence[Path] = (), within: float = GATE) -> Release:
    """Open a yearly release together with the quarters or halves of the same year.

    Args:
        folder: The yearly release, as published.
        interim: Its quarters or halves, all of them; with none, this is `open_release`.
        within: How many sd of their difference a number of the parts may lie from the year's; where
            it lies further the year's own figure stands.

    Returns:
        The year with better values and covariance; `combined` says which numbers were not combined.

    Raises:
        ReportError: A file is missing, or the parts do not cover the months of the year.
    """
    return combine(open_release(folder), [open_release(one) for one in interim], within=within)
