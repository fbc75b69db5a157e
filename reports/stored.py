"""Read the files of a release as they were published.

**stored** -> combine -> released -> estimate -> page
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from data_contracts.period import Period
from reports.cells import Grid, Statistic, Vector, read_promised
from reports.combination import Combination
from reports.datapackage import Package
from reports.display import bend
from reports.errors import ReportError


def read_table(folder: Path, package: Package, name: str) -> pd.DataFrame:
    """Read one table.

    Args:
        folder: The release.
        package: What it says of itself.
        name: Name of the table.

    Returns:
        One row per cell and statistic: dimensions, `statistic`, `estimate`, `sd`, `low`, `high`,
        `planned`, `mark`, `cell`.

    Raises:
        ReportError: The release has no such table, or its file lacks a column.
    """
    if name not in package.tables:
        raise ReportError(
            f"Release {package.release} has no table {name!r}; it has {list(package.tables)}."
        )
    dims = package.tables[name].dims
    file = folder / "tables" / f"{name}.csv"
    if not file.is_file():
        raise ReportError(
            f"Release {package.release} lists tables/{name}.csv; the file is missing."
        )
    texts = dict.fromkeys((*dims, "statistic", "mark"), str)
    frame = pd.read_csv(file, dtype=texts, keep_default_na=False)
    needed = {*dims, "statistic", "estimate", "sd", "low", "high", "planned", "mark", "cell"}
    if missing := sorted(needed - set(frame.columns)):
        raise ReportError(f"Release {package.release}: tables/{name}.csv lacks columns {missing}.")
    return frame


def read_noise(folder: Path, package: Package) -> Mapping[str, Vector]:
    """Read the covariance of all cells of every block.

    Args:
        folder: The release.
        package: What it says of itself.

    Returns:
        A square matrix by block, in the order of the column `cell`.

    Raises:
        ReportError: The file is missing.
    """
    file = folder / "covariance.parquet"
    if not file.is_file():
        raise ReportError(f"Release {package.release} has no covariance.parquet. Publish it again.")
    found: dict[str, Vector] = {}
    for block, part in pd.read_parquet(file).groupby("block", sort=True):
        rows, columns = part["row"].to_numpy(int), part["column"].to_numpy(int)
        size = int(max(rows.max(), columns.max())) + 1
        matrix = np.zeros((size, size))
        matrix[rows, columns] = matrix[columns, rows] = part["value"].to_numpy(float)
        found[str(block)] = matrix
    return found


@dataclass(frozen=True)
class Stored:
    """The numbers of a release and their covariance, each file read when it is first asked for.

    `combined` says what a year was combined with; then its tables, values and noise are better
    than those in the files, and `own` is the release as it was published.
    """

    folder: Path
    package: Package
    combined: Combination | None = None
    _own: Self | None = field(default=None, repr=False, compare=False)
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    _bent: dict[str, Vector] = field(default_factory=dict, repr=False, compare=False)
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

    @property
    def own(self) -> Self:
        """The same release as it was published, not combined with any other."""
        return self._own or self

    def table(self, name: str) -> pd.DataFrame:
        """Read one table: as it was published, or with the better figures of a combined year.

        Args:
            name: Name of the table.

        Returns:
            One row per cell and statistic: dimensions, `statistic`, `estimate`, `sd`, `low`,
            `high`, `planned`, `mark`, `cell`.

        Raises:
            ReportError: The release has no such table, or its file lacks a column.
        """
        if name not in self._read:
            frame = read_table(self.folder, self.package, name)
            if self.combined:
                frame = self.combined.better(frame, self.package.tables[name].block)
            self._read[name] = frame
        return self._read[name]

    def display(self, table: str) -> pd.DataFrame:
        """Bend a table until no cell is below zero: to be looked at, never to be added up.

        All tables of a block are bent together, so they still agree. Sums of these figures are
        biased and have no range; for anything else use `table`, `total` or `ratio`.

        Args:
            table: Name of the table.

        Returns:
            One row per cell and statistic: dimensions, `statistic`, `mark`, `cell`, `display`.
        """
        frame, block = self.table(table), self.package.tables[table].block
        if block not in self._bent:
            self._bent[block] = bend(self.estimates[block], self.noise[block])
        shown = frame.drop(columns=["estimate", "sd", "low", "high", "planned"])
        return shown.assign(display=self._bent[block][frame["cell"].to_numpy(int)])

    @cached_property
    def estimates(self) -> Mapping[str, Vector]:
        """Estimate of every cell, by block, in the order of the column `cell`."""
        if self.combined:
            return {**self.own.estimates, **self.combined.estimates}
        return self._by_cell(lambda frame: frame["estimate"].to_numpy(float))

    @cached_property
    def noise(self) -> Mapping[str, Vector]:
        """Covariance of all cells, by block."""
        if self.combined:
            return {**self.own.noise, **self.combined.noise}
        return read_noise(self.folder, self.package)

    @cached_property
    def planned_noise(self) -> Mapping[str, Vector]:
        """The same as it was known before anything was drawn; marks look at this."""
        return {**self.noise, **(self.combined.planned if self.combined else {})}

    @cached_property
    def promised(self) -> Mapping[str, Vector]:
        """Size that the plan foresaw of every cell, by block."""
        if self.combined:
            return {**self.own.promised, **self.combined.promised}
        return self._by_cell(read_promised)

    def _by_cell(self, read: Callable[[pd.DataFrame], Vector]) -> Mapping[str, Vector]:
        found = {block: np.zeros(len(matrix)) for block, matrix in self.noise.items()}
        for name, about in self.package.tables.items():
            frame = self.table(name)
            if about.block not in found:
                raise ReportError(f"Release {self.name}: no covariance for block {about.block!r}.")
            found[about.block][frame["cell"].to_numpy(int)] = read(frame)
        return found
