"""Turn clocks, places and local words into codes. The chain: land -> ... -> **code** -> link.

After this step no clock, date, place or identifier is left.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Contract, Role
from data_contracts.errors import ContractError
from data_contracts.feed import Precision, Source
from data_contracts.program import Program
from transforms.columns import Columns
from transforms.engine import Engine, Stored, quoted, read_sql
from transforms.meanings import step_table, word_table
from transforms.strip import key_of, stripped_file
from transforms.vault import Vault, replacing

DAY_MIN = 1440  # minutes; a duration longer than a day is a mistake of the clock

_STEP = "code"


def code_feed(
    source: Source,
    *,
    program: Program,
    month: str,
    vault: Vault,
    engine: Engine,
) -> None:
    """Turn one month of a feed into codes, bands and clipped whole numbers.

    Durations are whole minutes between two exact times, clipped to the measure's range; a negative
    one, one of more than a day and one from a time that is not exact are unknown. A word that the
    source does not list is its list's default code.

    Args:
        source: The feed.
        program: Gives the areas and the time zone.
        month: `YYYY-MM`.
        vault: Where stripped records are, and where the result goes.
        engine: Runs `code.sql`.

    Raises:
        ContractError: The month was not stripped, or a column would survive that may not.
    """
    about = f"feed {source.feed!r}, {month}"
    file = stripped_file(source, vault=vault, month=month)
    if not file.exists():
        raise ContractError(
            f"Feed {source.feed!r} is not stripped for {month}. Run land, judge and strip first."
        )
    written = _write(source)
    to = vault.table(coded_table(source.contract), month=month) / f"{source.feed}.parquet"
    with replacing(to) as part:
        engine.save(
            read_sql(_STEP).format(**written.sql),
            to=part,
            step=_STEP,
            about=about,
            values={**written.values, "month": month},
            relations={
                "stripped": Stored((file,), {}),
                "words": word_table(source, program=program),
                "steps": step_table(source),
            },
        )
        check_harmless(part, allowed=coded_columns(source.contract), table=source.contract.table)


def coded_table(contract: Contract) -> str:
    """Name of the table of coded records."""
    return f"private_{contract.table}"


def coded_columns(contract: Contract) -> dict[str, str]:
    """Columns of coded records, with their SQL types: the same for every feed of a contract."""
    columns = {
        key_of(column.name): "BIGINT"
        for column in contract.columns
        if column.role is Role.IDENTIFIER
    }
    columns["month"] = "VARCHAR"
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


@dataclass(slots=True)
class _Sql:
    """What `code.sql` leaves open, while it is being written."""

    measured: dict[str, str] = field(default_factory=dict)
    coded: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def look_up(self, name: str, *, as_name: str, word: str, default: str) -> None:
        """Add a code: the meaning of a word, else the default."""
        self.joins.append(
            f"LEFT JOIN words AS {quoted(as_name)} "
            f"ON {quoted(as_name)}.\"column\" = '{name}' AND {quoted(as_name)}.word = {word}"
        )
        self._add(as_name, default)

    def fall_into(self, name: str, *, number: str, default: str, absent: str | None) -> None:
        """Add a code: the band of a number, else the default; `absent` where nothing ended."""
        self.joins.append(
            f"LEFT JOIN steps AS {quoted(name)} ON {quoted(name)}.\"column\" = '{name}' "
            f"AND {number} >= {quoted(name)}.low AND {number} < {quoted(name)}.high"
        )
        self._add(name, default)
        if absent is not None:
            self.values[f"{name}_absent"] = absent
            self.coded[name] = (
                f"CASE WHEN measured.{quoted(f'{name}__absent')} THEN ${name}_absent "
                f"ELSE {self.coded[name]} END"
            )

    def _add(self, name: str, default: str) -> None:
        self.values[f"{name}_default"] = default
        self.coded[name] = f"coalesce({quoted(name)}.code, ${name}_default)"


def _write(source: Source) -> Columns:
    """Write `code.sql` for a feed, column by column of its contract."""
    sql = _Sql()
    for column in source.contract.columns:
        if column.role is Role.IDENTIFIER:
            key = quoted(key_of(column.name))
            given = column.name in source.given
            sql.measured[key_of(column.name)] = key if given else "CAST(NULL AS BIGINT)"
            sql.coded[key_of(column.name)] = f"measured.{key}"
        elif column.role is Role.MEASURE:
            sql.measured[column.name] = _measure(column, source)
            sql.coded[column.name] = f"measured.{quoted(column.name)}"
        elif column.role is Role.PLACE:
            _place(column.name, source, sql)
        elif column.role is Role.CODE:
            _code(column, source, sql)
    sql.coded["month"] = "$month"
    order = coded_columns(source.contract)
    return Columns(
        sql={
            "measured": Columns(sql.measured, {}).selected(),
            "coded": Columns({name: sql.coded[name] for name in order}, {}).selected(),
            "joins": "\n    ".join(sql.joins),
        },
        values=sql.values,
    )


def _place(name: str, source: Source, sql: _Sql) -> None:
    """Add the area of a place, and the kind of that area."""
    sql.measured[f"{name}__word"] = f"lower({quoted(name)})" if name in source.given else "NULL"
    area, word = f"{name}_code", f"measured.{quoted(f'{name}__word')}"
    sql.look_up(name, as_name=area, word=word, default=UNKNOWN)
    kind = f"{name}_kind_code"
    sql.look_up(kind, as_name=kind, word=f"{quoted(area)}.code", default=UNKNOWN)


def _code(column: Column, source: Source, sql: _Sql) -> None:
    """Add a code: given by the feed, or made of a measure, an hour or a finer code."""
    name, default = column.name, load_codes(column.codes or "").default
    found = source.column(name)
    if found and found.bands:
        sql.measured[f"{name}__number"] = f"TRY_CAST({quoted(name)} AS DOUBLE)"
        number = f"measured.{quoted(f'{name}__number')}"
        sql.fall_into(name, number=number, default=default, absent=None)
    elif name in source.given:
        sql.measured[f"{name}__word"] = f"lower({quoted(name)})"
        word = f"measured.{quoted(f'{name}__word')}"
        sql.look_up(name, as_name=name, word=word, default=default)
    elif column.parent_of:
        finer = sql.coded[column.parent_of]
        sql.look_up(name, as_name=name, word=finer, default=default)
    elif column.band_of:
        _band(column, source, sql, default=default)
    elif column.hour_of and _exact(source, column.hour_of):
        local, exact = (quoted(f"{column.hour_of}__{what}") for what in ("local", "exact"))
        sql.measured[f"{name}__hour"] = f"CASE WHEN {exact} THEN hour({local}) END"
        number = f"measured.{quoted(f'{name}__hour')}"
        sql.fall_into(name, number=number, default=default, absent=None)
    else:
        sql.values[f"{name}_default"] = default
        sql.coded[name] = f"${name}_default"


def _band(column: Column, source: Source, sql: _Sql, *, default: str) -> None:
    """Add the band of a measure; where its later time was never reached, a code of its own."""
    measure = source.contract.column(column.band_of or "")
    absent = None
    if measure.between and measure.between[1] in source.mapped and measure.name not in source.given:
        absent = column.absent
        noted = quoted(f"{measure.between[1]}__noted")
        sql.measured[f"{column.name}__absent"] = f"NOT {noted}"
    number = f"measured.{quoted(measure.name)}"
    sql.fall_into(column.name, number=number, default=default, absent=absent)


def _measure(column: Column, source: Source) -> str:
    """Write a measure: a number of the feed or the minutes between two times, clipped."""
    top = column.range or 0
    if column.name in source.given:
        number = f"TRY_CAST({quoted(column.name)} AS DOUBLE)"
        known = f"isfinite({number})"
    elif column.between and all(_exact(source, name) for name in column.between):
        begin, end = column.between
        seconds = f"date_diff('second', {quoted(f'{begin}__at')}, {quoted(f'{end}__at')})"
        number = f"{seconds} / 60.0"
        exact = " AND ".join(quoted(f"{name}__exact") for name in column.between)
        known = f"{exact} AND {number} BETWEEN 0 AND {DAY_MIN:d}"
    else:
        return "CAST(NULL AS INTEGER)"
    clipped = f"greatest(0, least({top:d}, floor({number})))"
    return f"CASE WHEN {known} THEN CAST({clipped} AS INTEGER) END"


def _exact(source: Source, name: str) -> bool:
    """Whether a feed gives a time to the minute."""
    column = source.column(name)
    return column is not None and column.precision is Precision.MINUTE
