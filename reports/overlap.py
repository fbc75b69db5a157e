"""Find every number that a year and its parts both tell, whatever their tables are called.

stored -> **overlap** -> combine

A number is a cell over some dimensions, such as (area_kind = rural, part = 2025-Q3). Finer tables
tell coarser numbers: area tells its kind, month tells the part of the year that it lies in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from reports.cells import Statistic, Vector
from reports.datapackage import TableFacts
from reports.stored import Stored

MONTH, PART = "month", "part"  # a part of the year is coarser than its months
Dims = tuple[str, ...]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """Numbers of one block that a year and its parts both tell.

    `wheres` name them; row by row `year` adds up cells of the year, and `parts` those of each part.
    """

    wheres: tuple[Mapping[str, str], ...]
    year: Vector
    parts: tuple[Vector, ...]

    def differences(self, year: Vector, parts: Sequence[Vector]) -> Vector:
        """Take the year from the sum of its parts; cells in the last axis, numbers likewise."""
        added = sum(value @ rows.T for value, rows in zip(parts, self.parts, strict=True))
        found: Vector = added - year @ self.year.T
        return found

    def added_noise(self, parts: Sequence[Vector]) -> Vector:
        """Covariance of the sums of the parts."""
        found: Vector = np.zeros((len(self.wheres),) * 2)
        for rows, noise in zip(self.parts, parts, strict=True):
            found = found + rows @ noise @ rows.T
        return found


class _Lines:
    """Which dimension is coarser than which, and the key that a key has there."""

    def __init__(self, releases: Sequence[Stored], parts: Sequence[Stored]) -> None:
        self._up = {
            name: (facts.parent, dict(zip(facts.keys, facts.parent_of, strict=True)))
            for release in releases
            for name, facts in release.package.dimensions.items()
            if facts.parent and facts.parent_of
        }
        months = {month: part.name for part in parts for month in part.period.months}
        self._up[MONTH] = (PART, months)

    def line(self, dim: str) -> Dims:
        """A dimension and everything coarser, ascending."""
        found = [dim]
        while found[-1] in self._up:
            found.append(self._up[found[-1]][0])
        return tuple(found)

    def lift(self, dim: str, key: str, to: str) -> str:
        """Key that a key has in the dimension itself or in a coarser one."""
        while dim != to:
            above, keys = self._up[dim]
            dim, key = above, keys[key]
        return key

    def names(self, dims: Sequence[str]) -> set[str]:
        """Everything that a table over these dimensions tells."""
        return {name for dim in dims for name in self.line(dim)}


def find_shared(year: Stored, parts: Sequence[Stored], *, block: str) -> Shared:
    """Find the numbers of a block that a year and its parts both tell.

    Args:
        year: The yearly release.
        parts: Its quarters or halves, which cover its months.
        block: A block in which records of the parts are records of the year.

    Returns:
        The numbers, from the total down to single cells; none where no table fits.
    """
    lines = _Lines([*parts, year], parts)
    wheres: list[Mapping[str, str]] = []
    rows: list[tuple[Vector, ...]] = []
    for kind, statistic in _kinds(year, block):
        yearly = _Teller(year, block, kind, statistic, lines)
        tellers = [_Teller(one, block, kind, statistic, lines) for one in parts]
        for dims in _all_dims(yearly, tellers, lines):
            for where, row in _numbers(dims, yearly, tellers, lines):
                wheres.append(where)
                rows.append(row)
    sizes = [len(one.noise[block]) for one in (year, *parts)]
    stacked = [
        np.array([row[n] for row in rows]).reshape(len(rows), size) for n, size in enumerate(sizes)
    ]
    return Shared(tuple(wheres), stacked[0], tuple(stacked[1:]))


Kind = tuple[str | None, int | None]


def _kinds(year: Stored, block: str) -> list[tuple[Kind, Statistic]]:
    """What tables of a block add up: records, or one measure up to its range."""
    found: dict[tuple[Kind, Statistic], None] = {}
    for table in year.package.tables.values():
        if table.block == block:
            for statistic in table.statistics:
                found[(table.measure, table.range), Statistic(statistic)] = None
    return list(found)


def _all_dims(yearly: "_Teller", tellers: Sequence["_Teller"], lines: _Lines) -> list[Dims]:
    """List the dimensions of every number, from the finest shared ones up to the total."""
    found: set[Dims] = set()
    for table in yearly.tables.values():
        for other in tellers[0].tables.values():
            theirs = lines.names(other.dims) | {PART}
            both = lines.names(table.dims) & theirs
            coarser = {name for dim in both for name in lines.line(dim)[1:]}
            for chosen in product(*((*lines.line(dim), None) for dim in sorted(both - coarser))):
                found.add(tuple(sorted(dim for dim in chosen if dim)))
    return sorted(found, key=lambda dims: (len(dims), dims))


def _numbers(
    dims: Dims, yearly: "_Teller", tellers: Sequence["_Teller"], lines: _Lines
) -> Iterator[tuple[Mapping[str, str], tuple[Vector, ...]]]:
    """Tell every number over some dimensions that the year and all its parts can tell."""
    for key, of_year in yearly.tell(dims).items():
        where = dict(zip(dims, key, strict=True))
        part = lines.lift(MONTH, where[MONTH], PART) if MONTH in where else where.get(PART)
        own = tuple(dim for dim in dims if dim != PART)
        wanted = tuple(where[dim] for dim in own)
        row = []
        for teller in tellers:
            elsewhere = part is not None and teller.release.name != part
            row.append(teller.nothing if elsewhere else teller.tell(own).get(wanted))
        if all(one is not None for one in row):
            yield where, (of_year, *(one for one in row if one is not None))


class _Teller:
    """Tells numbers of one release: each as a sum of cells of its smallest fitting table."""

    def __init__(
        self, release: Stored, block: str, kind: Kind, statistic: Statistic, lines: _Lines
    ) -> None:
        self.release, self.statistic, self._lines = release, statistic, lines
        self.nothing: Vector = np.zeros(len(release.noise[block]))
        fitting = {
            name: table
            for name, table in release.package.tables.items()
            if table.block == block and (table.measure, table.range) == kind
        }
        self.tables: Mapping[str, TableFacts] = dict(
            sorted(fitting.items(), key=lambda pair: (len(release.table(pair[0])), pair[0]))
        )
        self._told: dict[Dims, Mapping[Key, Vector]] = {}

    def tell(self, dims: Dims) -> Mapping[Key, Vector]:
        """Every number over these dimensions, by its keys."""
        if dims not in self._told:
            found: dict[Key, Vector] = {}
            for name, table in self.tables.items():
                if set(dims) <= self._lines.names(table.dims):
                    found = {**self._add_up(name, table.dims, dims), **found}
            self._told[dims] = found
        return self._told[dims]

    def _add_up(self, name: str, own: Dims, dims: Dims) -> Mapping[Key, Vector]:
        """Add the cells of a table up to coarser dimensions; sums that lack a cell are left out."""
        sources = [
            next(at for at, d in enumerate(own) if dim in self._lines.line(d)) for dim in dims
        ]
        frame = self.release.table(name)
        frame = frame[frame["statistic"] == self.statistic.value]
        published = {
            tuple(key): int(cell)
            for *key, cell in frame[[*own, "cell"]].itertuples(index=False, name=None)
        }
        found: dict[Key, Vector | None] = {}
        for cell in product(*(self.release.package.dimensions[dim].keys for dim in own)):
            up = tuple(
                self._lines.lift(own[at], cell[at], dim)
                for at, dim in zip(sources, dims, strict=True)
            )
            row = found.setdefault(up, np.zeros(len(self.nothing)))
            if cell not in published:
                found[up] = None
            elif row is not None:
                row[published[cell]] = 1.0
        return {key: row for key, row in found.items() if row is not None}
