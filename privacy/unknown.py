"""Find what a policy names and nobody knows: dimensions, levels, measures. Read with **policy**.

A plan stops at the first; whoever mends a file wants all of them, each with its line.
"""

from collections.abc import Iterator, Mapping

from data_contracts.codes import code_lists, load_codes
from data_contracts.contract import Role, contract_tables, load_contract
from data_contracts.dimension import dimension
from data_contracts.errors import ContractError
from data_contracts.misfits import Place, Problem, not_known
from data_contracts.period import read_period
from data_contracts.program import Program
from privacy.policy import Policy
from privacy.terms import BlockPolicy, TablePolicy

_ANY_PERIOD = read_period("FY2025")  # keys of dimensions other than months are those of any


def find_unknown(policy: Policy, *, program: Program) -> Iterator[Problem]:
    """Find every name in a policy's tables and public shares that means nothing.

    Args:
        policy: The policy.
        program: Gives the areas.

    Yields:
        Place in `privacy.yaml`, and what is wrong there.
    """
    for kind, release in policy.releases.items():
        for name, block in release.blocks.items():
            place: Place = ("releases", kind.value, "blocks", name)
            yield from _in_profile(block, place, program)
            for table, terms in block.tables.items():
                yield from _in_table(terms, (*place, "tables", table), program)


def _in_profile(block: BlockPolicy, place: Place, program: Program) -> Iterator[Problem]:
    for dim, shares in block.profile.items():
        keys = _keys(dim, program)
        if keys is None:
            yield (*place, "profile", dim), not_known("dimension", dim, _dimensions())
            continue
        former = load_codes(dim).former if dim in code_lists() else {}
        for key in shares:
            if both := sorted(set(former.get(key, ())) & set(shares)):
                said = f"an earlier list had it; the profile has {both} as well. Take it out."
                yield (*place, "profile", dim, key), said
            elif key not in keys and key not in former:
                yield (*place, "profile", dim, key), not_known("key", key, keys)


def _in_table(table: TablePolicy, place: Place, program: Program) -> Iterator[Problem]:
    for number, dim in enumerate(table.dims):
        if dim in table.dims[:number]:
            yield (*place, "dims", number), "the table counts by it twice. Keep one."
        if _keys(dim, program) is None:
            yield (*place, "dims", number), not_known("dimension", dim, _dimensions())
    for dim, levels in table.drop.items():
        keys = _keys(dim, program)
        if dim not in table.dims:
            yield (*place, "drop", dim), "the table does not count by it. Take it out."
            continue
        for number, level in enumerate(levels):
            if keys is not None and level not in keys:
                yield (*place, "drop", dim, number), not_known("level", level, keys)
        if keys is not None and set(levels) >= set(keys):
            yield (*place, "drop", dim), "no level is left. Leave out fewer."
    if table.measure and table.measure.column not in (known := _measures()):
        at = (*place, "measure", "column")
        yield at, not_known("measure", table.measure.column, known)


def _keys(dim: str, program: Program) -> tuple[str, ...] | None:
    try:
        return dimension(dim, program=program, period=_ANY_PERIOD).keys
    except ContractError:
        return None


def _dimensions() -> list[str]:
    return ["month", "area", *code_lists()]


def _measures() -> Mapping[str, str]:
    """Columns that can be added up, by name, with their table."""
    return {
        column: table
        for table in contract_tables()
        for column in load_contract(table).named(Role.MEASURE)
    }
