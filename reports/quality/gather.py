"""Gather the cells of a figure from one block or several, bounded visits brought to their total.

find -> **gather** -> estimate
"""

from math import sqrt

from reports.estimate import Mark
from reports.metrics import CONTACTS, Blocks, Chosen
from reports.quality.find import find_table, has_keys, select, whole
from reports.released import Cells, Release

ANCHOR = "anchor"
NO_GROUP: Chosen = {}


def gather(
    release: Release, blocks: Blocks, *, within: Chosen = NO_GROUP, lifted: bool = False
) -> Cells | None:
    """Add up the chosen cells of blocks.

    Args:
        release: Where they are.
        blocks: Chosen values by block and dimension; nothing chosen means all records.
        within: A group to stay in, by dimension.
        lifted: Bring the cells of visits to the total that was measured apart, where it was.

    Returns:
        Their sum; nothing where a block has no table that tells them.
    """
    found = Cells({})
    for block, chosen in blocks.items():
        where = _both(within, chosen)
        part = _part(release, block, where, everything=not chosen) if where is not None else None
        if part is None:
            return None
        found = found + (lift(release, part) if lifted and block == CONTACTS else part)
    return found


def _both(within: Chosen, chosen: Chosen) -> Chosen | None:
    """Choose what lies in both; nothing where a group has none of the chosen values."""
    found = {**within, **chosen}
    for dim in within.keys() & chosen.keys():
        found[dim] = tuple(key for key in chosen[dim] if key in within[dim])
    return found if all(found.values()) else None


def _part(release: Release, block: str, where: Chosen, *, everything: bool) -> Cells | None:
    if everything:
        return whole(release, block, where=where)
    table = find_table(release, where, block=block)
    if table is None or not has_keys(release, table, where):
        return None
    return select(release, table, where)


def anchored(release: Release) -> bool:
    """Whether the total of visits was measured under a wide limit of its own."""
    return _anchor(release) is not None


def lift(release: Release, cells: Cells) -> Cells:
    """Scale cells of visits to the total that was measured apart.

    Visits are counted under a limit on each person; the anchor has a wider one. Cells are
    multiplied by anchor / total, written as a sum of cells so that its noise stays exact to first
    order; for the total itself the anchor takes its place.

    Args:
        release: Has the anchor, or not; then nothing changes.
        cells: Of the block of visits alone.

    Returns:
        The scaled cells. Where the anchor may be used, they keep their mark: its own noise, about
        1 in 100, hardly changes how far a cell stands above the noise.

    Source: the delta method; Cochran 1977, Sampling Techniques, chapter 6.
    """
    anchor, total = _anchor(release), whole(release, CONTACTS)
    if anchor is None or total is None:
        return cells
    part, all_, apart = (release.moments(one)[0] for one in (cells, total, anchor))
    if all_ <= 0 or apart <= 0:
        return cells
    scaled = (
        cells.times(apart / all_) + anchor.times(part / all_) + total.times(-part * apart / all_**2)
    )
    if release.sum(anchor).mark is not Mark.USE:
        return Cells(scaled.weights, cells.at_least)
    before, after = (max(0.0, release.moments(one)[1]) for one in (cells, scaled))
    return Cells(scaled.weights, cells.at_least * sqrt(max(1.0, after / before if before else 1.0)))


def _anchor(release: Release) -> Cells | None:
    for name, table in release.package.tables.items():
        if table.block == ANCHOR and not table.dims:
            return release.select(name)
    return None
