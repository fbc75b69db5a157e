"""Know which contract columns a measure is made of.

contracts -> **needs** -> metrics
"""

from collections.abc import Iterable, Mapping

from data_contracts.contract import load_contract

Needs = Mapping[str, frozenset[str]]

# What a person's row of the year is made of: columns of `encounters`.
_PERSONS = {
    "contacts_band": "participant_id",
    "known_or_anonymous": "participant_id",
    "repeat_30_90": "since_previous_code",
    "after_declining": "after_decline_code",
}
_TABLES = {
    "contacts": ("encounters", "calls"),
    "no_contact": ("calls",),
    "persons": ("encounters",),
    "surveys": ("surveys",),
    "anchor": ("encounters",),
}
_ACCOUNTS = {
    "requests": ("governance_item_code", "governance_outcome_code", "n_items"),
    "seats": ("governance_item_code", "governance_outcome_code", "n_items"),
    "terms": ("governance_item_code", "governance_outcome_code"),
    "pay": ("pay_low_usd_per_hour", "pay_high_usd_per_hour", "living_wage_usd_per_hour"),
    "people": ("n_posts", "n_people", "n_left"),
    "bands": ("lived_experience_band_code",),
    "hours": ("scheduled_hours", "staffed_hours"),
}


def needs_of_blocks(wanted: Mapping[str, Iterable[str]]) -> Needs:
    """List the columns from which the dimensions of blocks are made.

    Args:
        wanted: Dimensions, and columns that are added up, by block.

    Returns:
        Columns by contract table; a block without a dimension still needs its table.
    """
    found: dict[str, set[str]] = {}
    for block, dims in wanted.items():
        found.setdefault(_TABLES[block][0], set())
        for dim in dims:
            if dim == "month":
                continue
            table, column = _column(block, dim)
            found.setdefault(table, set()).add(column)
    return {table: frozenset(columns) for table, columns in found.items()}


def needs_of_table(account: str, table: str) -> Needs:
    """List the columns that an account reads."""
    return {table: frozenset(_ACCOUNTS[account])}


def _column(block: str, dim: str) -> tuple[str, str]:
    """Contract table and column of a dimension, in the first of the block's tables that has it."""
    return next(iter(columns_of(block, dim).items()))


def columns_of(block: str, dim: str) -> Mapping[str, str]:
    """Find the columns that can fill a dimension of a block, or a measure that is added up.

    >>> columns_of("contacts", "area")
    {'encounters': 'area', 'calls': 'area'}
    >>> columns_of("contacts", "naloxone")
    {'encounters': 'naloxone_code'}

    Args:
        block: A block of a policy.
        dim: A dimension other than the month.

    Returns:
        Column by contract table, the first to be asked first; where no table has it, the name that
        the first one would give it.
    """
    if block == "persons" and dim in _PERSONS:
        return {"encounters": _PERSONS[dim]}
    named = "area" if dim in {"area", "area_kind"} else f"{dim}_code"
    found: dict[str, str] = {}
    for table in _TABLES[block]:
        for column in {named, dim} & set(load_contract(table).roles):
            found[table] = column
    return found or {_TABLES[block][0]: named}


def first_table(block: str) -> str:
    """Contract table without which a block has no records."""
    return _TABLES[block][0]
