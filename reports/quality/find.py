"""Find released cells by what they count, whatever the policy called the table.

**find** -> estimate -> figures -> page
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from data_contracts.codes import load_codes
from reports.anchor import is_complete
from reports.datapackage import DimensionFacts, TableFacts
from reports.errors import ReportError
from reports.metrics import Chosen, Measure, Value
from reports.numbers import Language
from reports.released import Cells, Release, Statistic


class Lack(NamedTuple):
    """A table that is not there: its block, and what it would count by."""

    block: str
    dims: tuple[str, ...]


def dimension_facts(release: Release, name: str) -> DimensionFacts:
    """Keys and labels of a dimension; those of a coarser one come from its code list."""
    if name in release.package.dimensions:
        return release.package.dimensions[name]
    codes = load_codes(name)
    keys = codes.released
    labels: Mapping[Language, tuple[str, ...]] = {
        "en": tuple(codes.codes[key].en for key in keys),
        "es": tuple(codes.codes[key].es for key in keys),
    }
    titles: Mapping[Language, str] = {"en": codes.title["en"], "es": codes.title["es"]}
    return DimensionFacts(title=titles, keys=keys, labels=labels)


def title_of(name: str) -> Mapping[str, str]:
    """Words for a dimension that a release may not have."""
    fixed = {"month": {"en": "Month", "es": "Mes"}, "area": {"en": "Area", "es": "Zona"}}
    return fixed[name] if name in fixed else dict(load_codes(name).title)


def _child(release: Release, table: TableFacts, dim: str) -> str | None:
    """Dimension of a table that tells a coarser one, itself included."""
    if dim in table.dims:
        return dim
    return next((d for d in table.dims if release.package.dimensions[d].parent == dim), None)


def find_table(
    release: Release, dims: Iterable[str], *, block: str, measure: str | None = None
) -> str | None:
    """Find the smallest table of a block that counts by all wanted dimensions.

    Args:
        release: Where to look.
        dims: Wanted dimensions; the table may have more, which are summed over.
        block: Block of the table.
        measure: Column whose sum the table must hold; nothing for a plain count.

    Returns:
        Name of the table, or nothing.
    """
    wanted = sorted(set(dims))
    fitting = [
        (len(release.table(name)), name)
        for name, table in release.package.tables.items()
        if table.block == block
        and (table.measure == measure if measure else table.measure is None)
        and all(_child(release, table, dim) for dim in wanted)
    ]
    return min(fitting)[1] if fitting else None


def select(
    release: Release, table: str, where: Chosen, *, statistic: Statistic = Statistic.COUNT
) -> Cells:
    """Choose cells of a table by dimensions that it holds itself or in finer keys."""
    facts = release.package.tables[table]
    finer: dict[str, tuple[str, ...]] = {}
    for dim, keys in where.items():
        child = _child(release, facts, dim)
        if child is None:
            raise ReportError(f"Release {release.name}: table {table!r} does not count by {dim}.")
        if child == dim:
            finer[dim] = tuple(keys)
        else:
            about = release.package.dimensions[child]
            pairs = zip(about.keys, about.parent_of or (), strict=True)
            finer[child] = tuple(key for key, parent in pairs if parent in keys)
    return release.select(table, statistic=statistic, **finer)


def whole(release: Release, block: str, *, where: Chosen | None = None) -> Cells | None:
    """Sum all records of a block, or of a group in it, from the table that promises most of it.

    A table that leaves out a level which nothing else determines cannot be summed.
    """
    where = where or {}
    sums = [
        select(release, name, where)
        for name, table in release.package.tables.items()
        if table.block == block
        and not table.measure
        and is_complete(release, name)
        and all(_child(release, table, dim) for dim in where)
        and has_keys(release, name, where)
    ]
    return max(sums, key=lambda cells: cells.at_least) if sums else None


def has_keys(release: Release, table: str, where: Chosen) -> bool:
    """Whether every wanted value has a cell."""
    try:
        select(release, table, where)
    except ReportError:
        return False
    return True


def lacking(measure: Measure, release: Release) -> tuple[Lack, ...]:
    """List the tables that a measure needs and a release does not have.

    Returns:
        One a missing table; empty where the measure can be shown.
    """
    needs: dict[Lack, None] = {}
    for value in measure.values:
        for blocks in (value.of, value.under):
            for block, chosen in blocks.items():
                if not _fits(value, release, block, chosen):
                    dims = {*chosen, *_banded(value)}
                    dims |= {measure.figure.by} if value.measure else set()
                    needs[Lack(block, tuple(sorted(dims)))] = None
    by, column = {measure.figure.by, *measure.figure.where}, measure.values[0].measure
    for block in measure.shown_blocks:
        if find_table(release, by, block=block, measure=column) is None:
            needs[Lack(block, tuple(sorted(by)))] = None
    return tuple(needs)


def _banded(value: Value) -> set[str]:
    return {value.dim} if value.dim else set()


def _fits(value: Value, release: Release, block: str, chosen: Chosen) -> bool:
    dims = {*chosen, *_banded(value)}
    if not dims and not value.measure:
        return whole(release, block) is not None
    table = find_table(release, dims, block=block, measure=value.measure)
    return table is not None and (not chosen or has_keys(release, table, chosen))
