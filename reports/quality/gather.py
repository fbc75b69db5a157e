"""Gather the cells of a figure from one block or several, bounded visits brought to their total.

find -> **gather** -> estimate
"""

from data_contracts.codes import UNKNOWN
from reports.anchor import KNOWN, PERSONS, add_merged
from reports.metrics import CONTACTS, Blocks, Chosen
from reports.quality.find import find_table, has_keys, select, whole
from reports.released import Cells, Release

NO_GROUP: Chosen = {}
ONE_A_CALL: Chosen = {"first_of_call": ("yes", UNKNOWN)}  # visits that stand for a call
NAMELESS: Chosen = {KNOWN: ("anonymous",)}


def gather(
    release: Release,
    blocks: Blocks,
    *,
    within: Chosen = NO_GROUP,
    lifted: bool = False,
    calls: bool = False,
) -> Cells | None:
    """Add up the chosen cells of blocks.

    Args:
        release: Where they are.
        blocks: Chosen values by block and dimension; nothing chosen means all records.
        within: A group to stay in, by dimension.
        lifted: Bring the cells of visits to their total, where it was measured or its loss planned.
        calls: Of visits, take those that stand for a call, where the release tells which.

    Returns:
        Their sum; nothing where a block has no table that tells them.
    """
    found = Cells({})
    one_a_call = calls and counts_calls(release)
    for block, chosen in blocks.items():
        where = _both(within, chosen)
        if where is not None and one_a_call and block == CONTACTS:
            where = {**where, **ONE_A_CALL}
        part = _part(release, block, where, everything=not chosen) if where is not None else None
        if part is None:
            return None
        if block == PERSONS and chosen == NAMELESS:
            part = add_merged(release, part)
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


def counts_calls(release: Release) -> bool:
    """Whether a release tells which visits stand for a call.

    A visit whose row does not say which person it is (`unknown`) stands for a call: without the
    order of people, each person met is taken as one call, and pages say so.
    """
    table = find_table(release, ONE_A_CALL, block=CONTACTS)
    return table is not None and has_keys(release, table, ONE_A_CALL)


def anchored(release: Release) -> bool:
    """Whether the total of visits was measured under a wide limit of its own."""
    return release.anchored
