"""Gather the cells of a figure from one block or several, bounded visits brought to their total.

find -> **gather** -> estimate
"""

from reports.metrics import Blocks, Chosen
from reports.quality.find import find_table, has_keys, select, whole
from reports.released import Cells, Release

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
        found = found + (release.scaled(part) if lifted else part)
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
    return release.scale is not None
