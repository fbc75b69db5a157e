"""Publish what has no participant in it, exactly. The chain: land -> judge -> **publish**.

This is the only road around the wall, and it is narrow on purpose: whole tables with no person in
them, no number of a row, no day, and no count of few people.
"""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from itertools import compress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Contract, Role, Subject
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.program import Program
from data_contracts.source import load_sources
from data_contracts.spelling import fold_sql
from transforms.columns import Columns
from transforms.describe import describe_exact
from transforms.engine import Engine, Relation, Row, Stored, quoted, read_sql
from transforms.exact import FEW, FEWER, exact_file, public_columns, require_exact, write_public
from transforms.judge import judged_file
from transforms.manifest import read_manifest
from transforms.meanings import step_table, word_table
from transforms.vault import ALL, Vault

__all__ = ["describe_exact", "exact_file", "publish_feed", "refused_months", "require_exact"]

STEP = "publish"

_ADDED = {"USD", "events", "items"}  # units of measures whose sum over rows means something
_NUMBER = "DECIMAL(18, 4)"  # fourteen digits of dollars, and cents; never a float


def publish_feed(
    source: Source, *, program: Program, vault: Vault, engine: Engine, public: Path
) -> Path:
    """Write the table that a feed belongs to, once all its feeds passed their checks.

    The table is the accepted rows of every feed of its contract. Until the last of them is judged
    and passes, the file stays as it was: half a table would mislead. Rows that read the same but
    for what can be added up are one: a single booking may be one person's wage. Rows about staff
    cannot be added up, so there is one a post and month, or none is published.

    Args:
        source: A feed that was landed and judged as a whole table.
        program: Gives the areas, and the other feeds of the table.
        vault: Where accepted rows are.
        engine: Runs `publish.sql`.
        public: The public folder.

    Returns:
        `public/exact/<table>.csv`; there from the first time that all feeds of the table passed.

    Raises:
        ContractError: The contract tells of participants, the feed did not pass its checks, or
            rows about staff may be of one person each.
    """
    contract = source.contract
    require_exact(contract)
    if not _passed(source, vault=vault):
        raise ContractError(
            f"Feed {source.feed!r} did not pass its checks, so nothing of it is published. Land "
            f"and judge it; what is wrong is in vault/checks/{ALL}/{source.feed}.json."
        )
    file = exact_file(public, table=contract.table)
    feeds = _feeds(source, program=program)
    if not all(_passed(one, vault=vault) for one in feeds):
        return file
    written = _write(contract, feeds)
    rows = engine.run(
        read_sql(STEP).format(**written.sql),
        step=STEP,
        about=f"table {contract.table!r}",
        values=written.values,
        relations=_relations(feeds, program=program, vault=vault),
    )
    if contract.subject is Subject.STAFF:
        _require_one_row(contract, rows)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerows([[*public_columns(contract)], *rows])
    write_public(file, text.getvalue())
    return file


def refused_months(source: Source, *, vault: Vault) -> tuple[str, ...]:
    """Say of which months rows of a whole table were refused, so that its sums are too small.

    Args:
        source: A feed that was landed and judged as a whole table.
        vault: Where refused rows are.

    Returns:
        `YYYY-MM` in order, `all` for rows that show no month; nothing where the table is whole.
    """
    found = {ALL for one in read_manifest(source, vault=vault).landings.values() if one.refused}
    file = vault.quarantine(source.feed, month=ALL) / "judged.parquet"
    if file.is_file():
        names = pq.read_schema(file).names
        days = [name for name in names if name.endswith("__local")]
        rows = pq.read_table(file, columns=days).to_pylist()
        found |= {_month(next(iter(row.values()), None)) for row in rows}
    return tuple(sorted(found))


def _month(day: object) -> str:
    return f"{day:%Y-%m}" if isinstance(day, datetime) else ALL


def _require_one_row(contract: Contract, rows: Sequence[Row]) -> None:
    """Refuse rows finer than a post and month: one may be a person, with their hours and pay."""
    columns = public_columns(contract).values()
    named = [one.role is not Role.MEASURE and not one.holds_for for one in columns]
    posts = [tuple(compress(row, named)) for row in rows]
    if len(set(posts)) < len(posts):
        raise ContractError(
            f"Table {contract.table!r} has two rows of one post and month, and a row may be one "
            "person, so nothing of it is published. Have one row a post and month delivered, "
            f"added up; its feeds are those of contract {contract.table} in sources/."
        )


def _feeds(source: Source, *, program: Program) -> list[Source]:
    """Every feed of a table, in the order of their names."""
    found = {one.feed: one for one in load_sources(program)} | {source.feed: source}
    table = source.contract.table
    return [found[feed] for feed in sorted(found) if found[feed].contract.table == table]


def _passed(source: Source, *, vault: Vault) -> bool:
    """Whether a feed was judged, and no blocking rule is broken."""
    check = vault.check(source.feed, month=ALL)
    rows = judged_file(source, vault=vault, month=ALL)
    if not (check.is_file() and rows.is_file()):
        return False
    found: dict[str, object] = json.loads(check.read_text(encoding="utf-8"))
    return found["passed"] is True


def _relations(feeds: Sequence[Source], *, program: Program, vault: Vault) -> dict[str, Relation]:
    """Find the rows of every feed, and what their words and numbers mean."""
    words = [_of(one, word_table(one, program=program)) for one in feeds]
    steps = [_of(one, _banded(one)) for one in feeds]
    return {
        **{
            f"judged_{number:d}": Stored((judged_file(one, vault=vault, month=ALL),), {})
            for number, one in enumerate(feeds)
        },
        "words": pa.concat_tables(words),
        "steps": pa.concat_tables(steps),
    }


def _of(source: Source, table: pa.Table) -> pa.Table:
    return table.append_column("feed", pa.array([source.feed] * len(table), pa.string()))


def _banded(source: Source) -> pa.Table:
    """Bands of the columns that the feed gives as numbers."""
    names = [to for to in source.mapped if (found := source.column(to)) and found.bands]
    steps = step_table(source)
    return steps.filter(pc.is_in(steps["column"], pa.array(names, pa.string())))


def _write(contract: Contract, feeds: Sequence[Source]) -> Columns:
    """Write what `publish.sql` leaves open."""
    shown = public_columns(contract)
    coded = {name: _code(column) for name, column in shown.items()}
    looked_up = [column for column in shown.values() if column.role in {Role.CODE, Role.PLACE}]
    added = {
        name: f"SUM({quoted(name)})" if one.unit in _ADDED else quoted(name)
        for name, one in shown.items()
    }
    values = {f"feed_{number:d}": one.feed for number, one in enumerate(feeds)}
    values |= {f"{one.name}_default": _default(one) for one in looked_up}
    return Columns(
        sql={
            "delivered": "\n    UNION ALL\n    ".join(
                _delivered(one, number) for number, one in enumerate(feeds)
            ),
            "coded": Columns(coded, {}).selected(),
            "joins": "\n    ".join(_joins(column.name) for column in looked_up),
            "added": Columns(added, {}).selected(),
            "grouped": "" if contract.subject is Subject.STAFF else "GROUP BY ALL",
            "shown": Columns(
                {
                    name: _show(name, one, health=_health(one, contract, feeds))
                    for name, one in shown.items()
                },
                {},
            ).selected(),
        },
        values={**values, "fewer": FEWER},
    )


def _delivered(source: Source, number: int) -> str:
    """Select every column of the contract from the rows of one feed, its times as instants."""
    columns = {"feed": f"$feed_{number:d}"}
    for column in source.contract.columns:
        timed = column.role is Role.TIME
        name, kind = (f"{column.name}__local", "TIMESTAMP") if timed else (column.name, "VARCHAR")
        given = column.name in source.given
        columns[name] = quoted(name) if given else f"CAST(NULL AS {kind})"
    return f"SELECT DISTINCT {Columns(columns, {}).selected()} FROM judged_{number:d}"  # noqa: S608


def _joins(name: str) -> str:
    """Join the meaning of a word, and the band of a number."""
    word, band = quoted(name), quoted(f"{name}__band")
    given = f"delivered.{word}"
    number = f"TRY_CAST({given} AS DOUBLE)"
    return (
        f"LEFT JOIN words AS {word} ON {word}.feed = delivered.feed "
        f"AND {word}.\"column\" = '{name}' AND {word}.word = {fold_sql(given)}\n    "
        f"LEFT JOIN steps AS {band} ON {band}.feed = delivered.feed "
        f"AND {band}.\"column\" = '{name}' AND {number} >= {band}.low AND {number} < {band}.high"
    )


def _code(column: Column) -> str:
    """Write a month, a code or a decimal number."""
    given = f"delivered.{quoted(column.name)}"
    if column.role is Role.TIME:
        return f"strftime(delivered.{quoted(f'{column.name}__local')}, '%Y-%m')"
    if column.role is Role.MEASURE:
        number = f"TRY_CAST({given} AS {_NUMBER})"
        return (
            f"CASE WHEN {number} = floor({number}) THEN {number} END" if column.people else number
        )
    band = quoted(f"{column.name}__band")
    return f"coalesce({quoted(column.name)}.code, {band}.code, ${column.name}_default)"


def _health(column: Column, contract: Contract, feeds: Sequence[Source]) -> str:
    """Write whether a measure tells of people's health and is not from a named public source."""
    if column.health_by is None or all(one.public_source for one in feeds):
        return ""
    codes = load_codes(contract.column(column.health_by).codes or "").codes
    told = ", ".join(f"'{code}'" for code, one in codes.items() if one.health)
    return f"{quoted(column.health_by)} IN ({told})"


def _show(name: str, column: Column, *, health: str) -> str:
    """Write a column as text: no trailing zeros, no count of few people, nothing told of few."""
    text = quoted(name)
    if column.role is Role.MEASURE:
        digits = f"regexp_replace(CAST({text} AS VARCHAR), '0+$', '')"
        text = f"regexp_replace({digits}, '[.]$', '')"
    if column.people:
        text = f"CASE WHEN {quoted(name)} < {FEW:d} THEN $fewer ELSE {text} END"
    if health:
        text = f"CASE WHEN {health} AND {quoted(name)} < {FEW:d} THEN $fewer ELSE {text} END"
    if column.holds_for:
        return f"CASE WHEN {quoted(column.holds_for)} >= {FEW:d} THEN {text} END"
    return text


def _default(column: Column) -> str:
    return load_codes(column.codes).default if column.codes else UNKNOWN
