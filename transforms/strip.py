"""Remove identifiers. The chain: land -> judge -> **strip** -> code -> link."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_contracts.contract import Column, Contract, Role
from data_contracts.errors import ContractError
from data_contracts.feed import Source, number_kind
from data_contracts.period import fiscal_year_of, next_month
from data_contracts.program import Program
from data_contracts.spelling import fold_sql
from transforms.columns import Columns
from transforms.engine import Engine, Relation, Stored, listed, quoted, read_sql
from transforms.filing import AS_DELIVERED, RECORD_NUMBER
from transforms.frozen import keep_links
from transforms.identity import Numbers, identity_table, key_of, key_table, numbers_of
from transforms.judge import judged_columns, judged_file
from transforms.vault import NO_MONTH, Vault, parquet_files, replacing

LINKED = "linked"  # the only permission under which a record may be linked to a person
CLAIMED = "calls"  # the table whose records belong to whoever's records name them
CALL = "call_id"
BESIDE_KEY = "beside_key"  # a call's number under the key of the fiscal year that it borders on
NAMED = "private_named_by_refused"  # calls that refused records name; see link.sql
NAMED_COLUMNS = {"call_key": "BIGINT"}

THIS, BESIDE = "this", "beside"  # fiscal years whose keys are used: the month's, and a neighbour

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
    keys = _keys(source, program=program, vault=vault, month=month)
    refused = _refused_names(source, vault=vault, month=month, engine=engine)
    relations: dict[str, Relation] = {
        "judged": judged,
        "identities": identity_table(
            _found(source, judged, years=list(keys), refused=refused, engine=engine, about=about)
        ),
        "keys": key_table(keys),
        "refused": pa.table({"written": pa.array(refused, pa.string())}),
    }
    written = _written(source, program=program)

    def save(result: str, part: Path) -> None:
        engine.save(
            read_sql(_STEP).format(**written.sql, result=result),
            to=part,
            step=_STEP,
            about=about,
            values=written.values,
            relations=relations,
        )

    with replacing(stripped_file(source, vault=vault, month=month)) as part:
        save("stripped", part)
        _check_numbered(part, source=source, engine=engine, about=about)
        keep_links(part, source=source, month=month, vault=vault, engine=engine)
    if _names_calls(source):
        with replacing(named_file(source, vault=vault, month=month)) as part:
            save("named", part)


def year_beside(month: str, *, program: Program) -> str | None:
    """Name the other fiscal year on which a month borders, if the program has it.

    Args:
        month: `YYYY-MM`.
        program: Gives the fiscal year, and the first and last month.

    Returns:
        For example `FY2026`; None in the middle of a year.
    """

    def year(one: str) -> str:
        return fiscal_year_of(one, fiscal_year_start=program.fiscal_year_start)

    after, before = next_month(month), next_month(month, steps=-1)
    if year(after) != year(month) and (program.last_month is None or after <= program.last_month):
        return year(after)
    if year(before) != year(month) and before >= program.first_month:
        return year(before)
    return None


def named_file(source: Source, *, vault: Vault, month: str) -> Path:
    """File of the calls that refused records of one feed and month name."""
    return vault.table(NAMED, month=month) / f"{source.feed}.parquet"


def _names_calls(source: Source) -> bool:
    return source.contract.table != CLAIMED and CALL in source.numbers


def _keys(source: Source, *, program: Program, vault: Vault, month: str) -> dict[str, bytes]:
    """Read the key of the month's year; for calls also that of the year on which it borders."""
    year = fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start)
    keys = {THIS: vault.key(year)}
    other = year_beside(month, program=program) if source.contract.table == CLAIMED else None
    if other and not vault.tombstone(other).exists():
        keys[BESIDE] = vault.key(other)
    return keys


def _found(
    source: Source,
    judged: Stored,
    *,
    years: Sequence[str],
    refused: Sequence[str],
    engine: Engine,
    about: str,
) -> list[tuple[Numbers, str, list[str]]]:
    """List every number of the month once, by how it is read and the year that hashes it."""
    found: list[tuple[Numbers, str, list[str]]] = []
    for name in source.numbers:
        rows = engine.run(
            f"SELECT DISTINCT {quoted(name)} FROM judged WHERE {quoted(name)} IS NOT NULL",  # noqa: S608
            step=_STEP,
            about=about,
            relations={"judged": judged},
        )
        texts = {str(written) for (written,) in rows}
        texts |= set(refused) if name == CALL else set()
        read = numbers_of(source, name)
        hashed_in = years if name == source.contract.record_id else (THIS,)
        found += [(read, year, sorted(texts)) for year in hashed_in]
    return found


def _refused_names(source: Source, *, vault: Vault, month: str, engine: Engine) -> list[str]:
    """List the calls that refused records name: those of the month, and of all that have none.

    Nobody can say of which month a record is whose fields slipped, whose clock cannot be read, or
    whose day lies outside the program or its coverage.
    """
    if not _names_calls(source):
        return []
    found: set[str] = set()
    for one, column in {month: CALL, NO_MONTH: source.mapped[CALL]}.items():
        for file in parquet_files(vault.quarantine(source.feed, month=one)):
            rows = engine.run(
                _NAMED_BY.format(named=quoted(column), slipped=_slipped(file, column)),
                step=_STEP,
                about=f"feed {source.feed!r}, {month}",
                relations={"refused": Stored((file,), {})},
            )
            found |= {str(written) for (written,) in rows if written}
    return sorted(found)


_NAMED_BY = """
SELECT DISTINCT trim(named)
FROM (SELECT {named} AS named FROM refused UNION ALL SELECT {slipped} FROM refused) AS told
WHERE named IS NOT NULL
"""


def _slipped(file: Path, column: str) -> str:
    """Write where a column may stand in a record with too many or too few fields.

    A comma inside a text moves what comes after it, at most by the fields that are too many.
    """
    names = pq.read_schema(file).names
    if AS_DELIVERED not in names:
        return "NULL"
    width, here = names.index(RECORD_NUMBER), names.index(column) + 1
    slip = f"len({AS_DELIVERED}) - {width:d}"
    return (
        f"unnest(list_slice({AS_DELIVERED}, greatest(1, {here:d} + least(0, {slip})), "
        f"{here:d} + greatest(0, {slip})))"
    )


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
            joins.append(_join(name, as_name=name, year=THIS))
        elif column.role is Role.TIME:
            kept |= {
                one: f"permitted.{quoted(one)}" for one in given if one.startswith(f"{name}__")
            }
            kept[f"{name}__noted"] = f"permitted.{quoted(name)} IS NOT NULL"
        else:
            kept[name] = _fact(column)
    if source.contract.table == CLAIMED:
        kept[BESIDE_KEY] = f"{quoted(BESIDE)}.key"
        joins.append(_join(CALL, as_name=BESIDE, year=BESIDE))
    linked = _linked(source)
    sql = {
        "columns": listed(list(given)),
        "linked": linked.sql["linked"],
        "kept": Columns(kept, {}).selected(),
        "joins": "\n    ".join(joins),
    }
    return Columns(sql=sql, values=linked.values)


def _join(name: str, *, as_name: str, year: str) -> str:
    """Write the join that finds the key of a number."""
    return (
        f"LEFT JOIN keyed AS {quoted(as_name)} ON {quoted(as_name)}.kind = '{number_kind(name)}' "
        f"AND {quoted(as_name)}.year = '{year}' "
        f"AND {quoted(as_name)}.written = permitted.{quoted(name)}"
    )


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
