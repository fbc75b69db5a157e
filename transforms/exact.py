"""Say which tables may be public as they are, and under which names.

The chain: land -> judge -> **publish**. Nothing else goes round the wall.
"""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from data_contracts.contract import (
    Column,
    Contract,
    Role,
    Subject,
    contract_tables,
    load_contract,
)
from data_contracts.errors import ContractError
from data_contracts.forbidden import forbidden_kind, tells_of_participant
from transforms.vault import sync_folder

FOLDER = "exact"
FEW = 10  # people; below this a count is not written. design.md, section 2
FEWER = f"fewer than {FEW:d}"  # what is written instead, also where there was nobody

_OPEN_FILE, _OPEN_FOLDER = 0o644, 0o755
_SHARED = {"area"}  # the one name that tables about people and tables about nobody both have
_PEOPLE = "people"


def require_exact(contract: Contract) -> None:
    """Let only tables pass that have no participant in them.

    Args:
        contract: Contract of a table that is to be published without noise.

    Raises:
        ContractError: The table is about participants, or a column tells of one; or it is about
            staff and could tell of a single one. The columns are named.
    """
    if problems := list(_problems(contract)):
        raise ContractError(
            f"Table {contract.table!r} may not be published exactly. {'; '.join(problems)}. "
            f"Mend data_contracts/{contract.table}.yaml, or release it through the policy."
        )


def exact_file(public: Path, *, table: str) -> Path:
    """File in which a table is public."""
    return public / FOLDER / f"{table}.csv"


def public_columns(contract: Contract) -> Mapping[str, Column]:
    """Columns of a table as anyone reads it, in the contract's order, by their public names.

    Numbers of rows stay in the vault, and of a day its month is left.
    """
    return {
        "month" if column.role is Role.TIME else column.name: column
        for column in contract.columns
        if column.role is not Role.IDENTIFIER
    }


def write_public(file: Path, content: str) -> None:
    """Write a file that anyone may read, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(_OPEN_FOLDER)
    part = file.with_name(f".{file.name}.{os.getpid():d}")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            os.fchmod(stream.fileno(), _OPEN_FILE)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
        sync_folder(file.parent)
    finally:
        part.unlink(missing_ok=True)


def _problems(contract: Contract) -> Iterator[str]:
    """Say what stands in the way, one phrase a problem."""
    if contract.subject is Subject.PARTICIPANT:
        yield "its subject is participant"
    if contract.person_id or contract.permission:
        yield "it knows persons by number or permission"
    for column in contract.columns:
        if reason := _tells(column):
            yield f"column {column.name!r} {reason}"
    if len(contract.named(Role.TIME)) > 1:
        yield "it has more than one time, and the month would be ambiguous"
    for column in contract.columns:
        if column.unit == _PEOPLE and not column.people:
            yield f"column {column.name!r} counts people and does not say so (property people)"
    if contract.subject is Subject.STAFF:
        yield from _single_out(contract)


def _tells(column: Column) -> str:
    """Say how a column would tell of a participant."""
    table = (column.references or "").partition(".")[0]
    if column.personal:
        return "is a fact about a person"
    if column.name in _participant_columns():
        return "has the name of a column about participants"
    if table and load_contract(table).subject is Subject.PARTICIPANT:
        return f"refers to {table!r}, which is about participants"
    if tells_of_participant(column.name):
        return "tells of a participant by its name"
    kind = forbidden_kind(column.name)
    if kind and column.role is not Role.PLACE:
        return f"must not be collected ({kind})"
    return "is made of other columns, which only records are" if column.derived else ""


def _single_out(contract: Contract) -> Iterator[str]:
    """Say how a table about staff could tell of a single one."""
    if not any(column.people for column in contract.columns):
        yield "it is about staff and no column says of how many people"
    for column in contract.columns:
        if column.role is Role.IDENTIFIER and column.name != contract.record_id:
            yield f"column {column.name!r} numbers something within a table about staff"


@cache
def _participant_columns() -> frozenset[str]:
    contracts = [load_contract(table) for table in contract_tables()]
    about = [one for one in contracts if one.subject is Subject.PARTICIPANT]
    return frozenset(column.name for one in about for column in one.columns) - _SHARED
