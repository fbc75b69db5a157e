"""Remove identifiers. The chain: land -> judge -> **strip** -> code -> link."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_contracts.contract import Column, Contract, Role
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.period import fiscal_year_of
from data_contracts.program import Program
from data_contracts.spelling import fold_sql
from transforms.columns import Columns
from transforms.engine import Engine, Stored, listed, quoted, read_sql
from transforms.frozen import keep_links
from transforms.identity import identity_table, key_of, key_table, kind_of
from transforms.judge import judged_columns, judged_file
from transforms.vault import Vault, replacing

LINKED = "linked"  # the only permission under which a record may be linked to a person

_STEP = "strip"


def strip_feed(
    source: Source,
    *,
    program: Program,
    month: str,
    vault: Vault,
    engine: Engine,
) -> None:
    """Keep the columns that the contract lets past this point; identifiers become integers.

    Fails closed: a column that neither contract nor source names stops the run. A record whose
    permission is not `linked` keeps no pseudonym and no fact about the person, but a link that a
    release used: see `frozen.py`. Times and places are still there, so the result lies with the raw
    tables, and goes when they go.

    Args:
        source: The feed.
        program: Gives the fiscal year, and with it the key.
        month: `YYYY-MM`.
        vault: Where accepted records and keys are, and where the result goes.
        engine: Runs `strip.sql`.

    Raises:
        ContractError: A column is not named, the month was not judged, a record has no number, the
            table has no clock, the key is destroyed or open to others, or links that a release
            used are gone and nothing says whose rows are whose.
    """
    about = f"feed {source.feed!r}, {month}"
    judged = _judged(source, program=program, vault=vault, month=month)
    identifiers = [name for name in source.given if _is(source.contract, name, Role.IDENTIFIER)]
    found = {
        kind_of(name): [
            str(written)
            for (written,) in engine.run(
                f"SELECT DISTINCT {quoted(name)} FROM judged WHERE {quoted(name)} IS NOT NULL",  # noqa: S608
                step=_STEP,
                about=about,
                relations={"judged": judged},
            )
        ]
        for name in identifiers
    }
    fiscal_year = fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start)
    relations: dict[str, Stored | pa.Table] = {
        "judged": judged,
        "identities": identity_table(found),
        "keys": key_table(vault.key(fiscal_year)),
    }
    written = _written(source, program=program)
    with replacing(stripped_file(source, vault=vault, month=month)) as part:
        engine.save(
            read_sql(_STEP).format(**written.sql),
            to=part,
            step=_STEP,
            about=about,
            values=written.values,
            relations=relations,
        )
        _check_numbered(part, source=source, engine=engine, about=about)
        keep_links(part, source=source, month=month, vault=vault, engine=engine)


def stripped_table(contract: Contract) -> str:
    """Name of the table without identifiers, which still has times and places."""
    return f"raw_stripped_{contract.table}"


def stripped_file(source: Source, *, vault: Vault, month: str) -> Path:
    """File of the stripped records of one feed and month."""
    return vault.table(stripped_table(source.contract), month=month) / f"{source.feed}.parquet"


def _is(contract: Contract, name: str, role: Role) -> bool:
    return contract.roles[name] is role


def _judged(source: Source, *, program: Program, vault: Vault, month: str) -> Stored:
    """Find the accepted records, and hold their columns against the allow-list."""
    if not source.contract.clock:
        raise ContractError(
            f"Table {source.contract.table!r} has no clock and no person in it: it is published "
            "as it is, and never takes this road. Mend the call."
        )
    file = judged_file(source, vault=vault, month=month)
    if not file.exists():
        raise ContractError(
            f"Feed {source.feed!r} is not judged for {month}. Land and judge it, then run again."
        )
    allowed = judged_columns(source, program=program)
    if unknown := sorted(set(pq.read_schema(file).names) - set(allowed)):
        raise ContractError(
            f"Table {source.contract.table!r} has columns its contract does not name: {unknown}. "
            f"Give each a role in data_contracts/{source.contract.table}.yaml."
        )
    return Stored((file,), allowed)


def _check_numbered(part: Path, *, source: Source, engine: Engine, about: str) -> None:
    """Refuse a month in which a record has no number: it would be nobody's and everybody's."""
    key = key_of(source.contract.record_id)
    ((missing,),) = engine.run(
        f"SELECT count(*) FROM stripped WHERE {quoted(key)} IS NULL",  # noqa: S608
        step=_STEP,
        about=about,
        relations={"stripped": Stored((part,), {})},
    )
    if missing:
        raise ContractError(
            f"In {about}, column {source.contract.record_id!r} is blank where it does not look "
            "it. Ask who keeps the records, then deliver the file again."
        )


def _written(source: Source, *, program: Program) -> Columns:
    """Write what `strip.sql` leaves open."""
    kept: dict[str, str] = {}
    joins: list[str] = []
    given = judged_columns(source, program=program)
    for name in source.given:
        column = source.contract.column(name)
        if column.role is Role.IDENTIFIER:
            kept[key_of(name)] = _key(name, contract=source.contract)
            joins.append(
                f"LEFT JOIN keyed AS {quoted(name)} ON {quoted(name)}.kind = '{kind_of(name)}' "
                f"AND {quoted(name)}.written = permitted.{quoted(name)}"
            )
        elif column.role is Role.TIME:
            kept |= {
                one: f"permitted.{quoted(one)}" for one in given if one.startswith(f"{name}__")
            }
            kept[f"{name}__noted"] = f"permitted.{quoted(name)} IS NOT NULL"
        else:
            kept[name] = _fact(column)
    linked = _linked(source)
    sql = {
        "columns": listed(list(given)),
        "linked": linked.sql["linked"],
        "kept": Columns(kept, {}).selected(),
        "joins": "\n    ".join(joins),
    }
    return Columns(sql=sql, values=linked.values)


def _key(name: str, *, contract: Contract) -> str:
    """Write the keyed integer of an identifier; the person's only where they agreed."""
    key = f"{quoted(name)}.key"
    return f"CASE WHEN permitted.linked THEN {key} END" if name == contract.person_id else key


def _fact(column: Column) -> str:
    """Write a code, measure or place; a fact about the person only where they agreed."""
    fact = f"permitted.{quoted(column.name)}"
    return f"CASE WHEN permitted.linked THEN {fact} END" if column.personal else fact


def _linked(source: Source) -> Columns:
    """Write whether a record may be linked to a person; what nobody recorded may not."""
    name = source.contract.permission or ""
    column = source.column(name)
    if column is None:
        may = source.constants.get(name) == LINKED or source.contract.person_id is None
        return Columns(sql={"linked": "true" if may else "false"}, values={})
    words = [word for word, code in column.codes.items() if code == LINKED]
    values = {f"linked_{n:d}": word for n, word in enumerate(words)}
    among = ", ".join(f"${one}" for one in values)
    return Columns(
        sql={"linked": f"{fold_sql(quoted(name))} IN ({among})" if words else "false"},
        values=values,
    )
