"""Turn clocks, places and local words into codes. The chain: land -> ... -> **code** -> link.

After this step no clock, date, place or identifier is left.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_contracts.contract import Column, Contract, Role
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.program import Program
from transforms.engine import Engine, Relation, Stored, read_sql
from transforms.expressions import OPEN_UNTIL, express
from transforms.identity import key_of
from transforms.meanings import step_table, word_table
from transforms.recall import months_before, recall_contacts, recalls
from transforms.strip import BESIDE_KEY, CLAIMED, stripped_file
from transforms.vault import Vault, replacing

_STEP = "code"


def code_feed(
    source: Source,
    *,
    program: Program,
    month: str,
    vault: Vault,
    engine: Engine,
    sources: Sequence[Source],
) -> None:
    """Turn one month of a feed into codes, bands and clipped whole numbers.

    Durations are whole minutes between two exact times, clipped to the measure's range; a negative
    one, one of more than a day and one from a time that is not exact are unknown. A word that the
    source does not list is its list's default code. What came before a contact is told by the same
    person's records alone: those of this month in any feed of the table, and those of the fiscal
    year's earlier months, never of a later one.

    Args:
        source: The feed.
        program: Gives the areas, the time zone and the fiscal year.
        month: `YYYY-MM`.
        vault: Where stripped records are, and where the result goes.
        engine: Runs `code.sql`.
        sources: Every feed of the program.

    Raises:
        ContractError: The month was not stripped, or a column would survive that may not.
    """
    about = f"feed {source.feed!r}, {month}"
    file = stripped_file(source, vault=vault, month=month)
    if not file.exists():
        raise ContractError(
            f"Feed {source.feed!r} is not stripped for {month}. Run land, judge and strip first."
        )
    relations: dict[str, Relation] = {
        "stripped": Stored((file,), {}),
        "words": word_table(source, program=program),
        "steps": step_table(source),
    }
    if recalls(source):
        coded = [
            (one, _coded(source.contract, sources, vault=vault, month=one))
            for one in months_before(month, program=program)
        ]
        relations["earlier"] = recall_contacts(
            source, sources, coded, program=program, month=month, vault=vault, engine=engine
        )
    written = express(source, names=coded_columns(source.contract))
    to = coded_file(source, vault=vault, month=month)
    with replacing(to) as part:
        engine.save(
            read_sql(_STEP).format(**written.sql),
            to=part,
            step=_STEP,
            about=about,
            values={**written.values, "month": month},
            relations=relations,
        )
        check_harmless(part, allowed=coded_columns(source.contract), table=source.contract.table)


def coded_table(contract: Contract) -> str:
    """Name of the table of coded records."""
    return f"private_{contract.table}"


def coded_file(source: Source, *, vault: Vault, month: str) -> Path:
    """File of the coded records of one feed and month."""
    return vault.table(coded_table(source.contract), month=month) / f"{source.feed}.parquet"


def coded_columns(contract: Contract) -> dict[str, str]:
    """Columns of coded records, with their SQL types: the same for every feed of a contract.

    A call also has its key of the fiscal year that its month borders on, and the last month in
    which a visit may still come of it; see `link.sql`.
    """
    columns = {
        key_of(column.name): "BIGINT"
        for column in contract.columns
        if column.role is Role.IDENTIFIER
    }
    columns["month"] = "VARCHAR"
    if contract.table == CLAIMED:
        columns |= {BESIDE_KEY: "BIGINT", OPEN_UNTIL: "VARCHAR"}
    for column in contract.columns:
        columns |= dict.fromkeys(coded_names(column), "VARCHAR")
    return columns | {
        column.name: "INTEGER" for column in contract.columns if column.role is Role.MEASURE
    }


def check_harmless(file: Path, *, allowed: dict[str, str], table: str) -> None:
    """Let no clock, date, place, identifier or digest past the step that codes them.

    Args:
        file: A Parquet file of the coded side.
        allowed: Its columns, with their SQL types.
        table: Name of the table, for messages.

    Raises:
        ContractError: A column is there that is not allowed, or has another type.
    """
    kinds = {"BIGINT": pa.int64(), "INTEGER": pa.int32(), "VARCHAR": pa.string()}
    expected = {name: kinds[kind] for name, kind in allowed.items()}
    schema = pq.read_schema(file)
    found = dict(zip(schema.names, schema.types, strict=True))
    if odd := sorted(name for name, kind in found.items() if expected.get(name) != kind):
        raise ContractError(
            f"Table {table!r} would keep columns that end where records are coded: {odd}. "
            f"Mend their roles in data_contracts/{table}.yaml."
        )


def coded_names(column: Column) -> tuple[str, ...]:
    """Code columns that a column of a contract becomes."""
    if column.role is Role.PLACE:
        return (f"{column.name}_code", f"{column.name}_kind_code")
    return (column.name,) if column.role is Role.CODE else ()


def _coded(contract: Contract, sources: Sequence[Source], *, vault: Vault, month: str) -> Stored:
    """Find what is coded of one month of a table, in any of its feeds."""
    feeds = [one for one in sources if one.contract.table == contract.table]
    files = (coded_file(one, vault=vault, month=month) for one in feeds)
    return Stored(tuple(file for file in files if file.exists()), coded_columns(contract))
