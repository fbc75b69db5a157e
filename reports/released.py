"""Read a public release and add up its cells, each sum with its exact noise.

**released** -> estimate -> figures -> page
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from data_contracts.period import Period
from reports.cells import Cells, Grid, Statistic, Vector, add_up, between, read_grid
from reports.datapackage import Package, read_package
from reports.errors import ReportError
from reports.estimate import Estimate, count, fieller, planned_mark, quantile, worse

__all__ = ["Cells", "Release", "Statistic", "add_up", "open_release"]

PIECES = 10  # of a band, so that the noise is known between its ends too
Wanted = str | Sequence[str]


@dataclass(frozen=True)
class Release:
    """One release: its tables, and the covariance that makes every sum exact.

    Made by `open_release`; reads each table when it is first asked for.
    """

    folder: Path
    package: Package
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    _grids: dict[tuple[str, Statistic], Grid] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def name(self) -> str:
        """Name of the release, which is its period's."""
        return self.package.release

    @property
    def period(self) -> Period:
        """Months that it covers."""
        return self.package.period

    @property
    def status(self) -> str:
        """`SAMPLE`, `EXERCISE`, `DRAFT` or `FINAL`."""
        return self.package.status

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, in the order of the release."""
        return tuple(self.package.tables)

    def table(self, name: str) -> pd.DataFrame:
        """Read one table as it was published.

        Args:
            name: Name of the table.

        Returns:
            One row per cell and statistic: dimensions, `statistic`, `estimate`, `sd`, `low`,
            `high`, `mark`, `cell`.

        Raises:
            ReportError: The release has no such table, or its file lacks a column.
        """
        if name not in self.package.tables:
            raise ReportError(
                f"Release {self.name} has no table {name!r}; it has {list(self.tables)}."
            )
        if name not in self._read:
            self._read[name] = self._load(name)
        return self._read[name]

    def _load(self, name: str) -> pd.DataFrame:
        dims = self.package.tables[name].dims
        file = self.folder / "tables" / f"{name}.csv"
        if not file.is_file():
            raise ReportError(f"Release {self.name} lists tables/{name}.csv; the file is missing.")
        texts = dict.fromkeys((*dims, "statistic", "mark"), str)
        frame = pd.read_csv(file, dtype=texts, keep_default_na=False)
        needed = {*dims, "statistic", "estimate", "sd", "low", "high", "mark", "cell"}
        if missing := sorted(needed - set(frame.columns)):
            raise ReportError(f"Release {self.name}: tables/{name}.csv lacks columns {missing}.")
        return frame

    @cached_property
    def _covariance(self) -> Mapping[str, Vector]:
        file = self.folder / "covariance.parquet"
        if not file.is_file():
            raise ReportError(f"Release {self.name} has no covariance.parquet. Publish it again.")
        found: dict[str, Vector] = {}
        for block, part in pd.read_parquet(file).groupby("block", sort=True):
            rows, columns = part["row"].to_numpy(int), part["column"].to_numpy(int)
            size = int(max(rows.max(), columns.max())) + 1
            matrix = np.zeros((size, size))
            matrix[rows, columns] = matrix[columns, rows] = part["value"].to_numpy(float)
            found[str(block)] = matrix
        return found

    @cached_property
    def _values(self) -> Mapping[str, Vector]:
        found = {block: np.zeros(len(matrix)) for block, matrix in self._covariance.items()}
        for name, about in self.package.tables.items():
            frame = self.table(name)
            if about.block not in found:
                raise ReportError(f"Release {self.name}: no covariance for block {about.block!r}.")
            found[about.block][frame["cell"].to_numpy(int)] = frame["estimate"].to_numpy(float)
        return found

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
        weights = np.zeros(len(self._covariance[block]))
        weights[grid.cells[chosen]] = 1.0
        return Cells({block: weights}, at_least=float(grid.promised[chosen].sum()))

    def keys(self, table: str, dim: str) -> frozenset[str]:
        """Values of a dimension that have a cell in a table; a level that was left out has none."""
        return frozenset(self._grid(table, Statistic.COUNT).keys.get(dim, {}))

    def _grid(self, table: str, statistic: Statistic) -> Grid:
        """Read where every value of a table stands, once."""
        if (table, statistic) not in self._grids:
            dims = self.package.tables[table].dims
            self._grids[table, statistic] = read_grid(self.table(table), dims, statistic)
        return self._grids[table, statistic]

    def moments(self, top: Cells, bottom: Cells | None = None) -> tuple[float, float]:
        """Value of a sum, and its covariance with another (its variance with itself)."""
        value = sum(float(w @ self._values[block]) for block, w in top.weights.items())
        other = (bottom or top).weights
        covariance = sum(
            between(w, other[block], self._covariance[block])
            for block, w in top.weights.items()
            if block in other
        )
        return value, covariance

    def sum(self, cells: Cells) -> Estimate:
        """Add up chosen cells.

        Args:
            cells: From `select`.

        Returns:
            The sum with its 90% range; marked from what the plan promised of its cells.
        """
        value, variance = self.moments(cells)
        sd = max(0.0, variance) ** 0.5
        return count(value, sd, mark=planned_mark(cells.at_least, sd))

    def total(
        self, table: str, statistic: Statistic = Statistic.COUNT, **where: Wanted
    ) -> Estimate:
        """Add up cells of one table, as in `release.total("naloxone", naloxone="given")`."""
        return self.sum(self.select(table, statistic=Statistic(statistic), **where))

    def ratio(self, numerator: Cells, denominator: Cells) -> Estimate:
        """Divide one sum by another.

        Args:
            numerator: From `select`.
            denominator: From `select`; may share cells with the numerator.

        Returns:
            The ratio with its Fieller range; withheld where it is undefined.
        """
        bottom = self.moments(denominator)
        top, shared = self.moments(numerator), self.moments(numerator, denominator)[1]
        mark = worse(self.sum(numerator).mark, self.sum(denominator).mark)
        return fieller(top, bottom, shared, mark=mark)

    def quantile(
        self, bands: Sequence[tuple[float, Cells]], part: float, *, planned: float = 0.0
    ) -> Estimate:
        """Find the point below which a part of all records lies.

        Args:
            bands: Lower bound and cells of each band, ascending; the last band is open.
            part: Between 0 and 1; the median is 0.5.
            planned: Records that the policy expected, where the bands hold a whole block.

        Returns:
            The point in the unit of the bands; its mark looks at the smaller side of it.
        """
        whole = add_up(cells for _, cells in bands)
        below, points, excess = whole.times(-part), [], []
        for number, (start, cells) in enumerate(bands):
            last = number == len(bands) - 1
            wide = 0.0 if last else bands[number + 1][0] - start
            for piece in range(1 if last else PIECES):
                points.append(start + wide * piece / PIECES)
                excess.append(self.moments(below + cells.times(piece / PIECES)))
            below = below + cells
        widest = max(variance for _, variance in excess) ** 0.5
        at_least = max(whole.at_least, planned)
        mark = planned_mark(at_least * min(part, 1 - part), widest)
        return quantile(points, excess, mark=mark)


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
