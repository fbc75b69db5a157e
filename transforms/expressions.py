"""Write the expressions that make codes, bands and whole numbers of a feed's columns.

The chain: land -> judge -> strip -> **code** -> link.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Contract, Role
from data_contracts.feed import Source
from data_contracts.spelling import fold_sql
from transforms.columns import Columns
from transforms.engine import quoted
from transforms.identity import key_of
from transforms.measures import express_measure, is_exact
from transforms.recall import recalls
from transforms.strip import BESIDE_KEY, CLAIMED

OPEN_UNTIL = "open_until"  # month until which a visit may still come of a call
OPEN_DAYS = 3  # after a call; docs/decisions/0011-a-call-that-a-visit-names-is-the-visitors.md


def express(source: Source, *, names: Iterable[str]) -> Columns:
    """Write what `code.sql` leaves open for a feed, column by column of its contract.

    Args:
        source: The feed.
        names: Coded columns, in the order in which they are kept.

    Returns:
        The parts `measured`, `earlier`, `joins` and `coded` of `code.sql`, and their values.
    """
    sql = _Sql()
    for column in source.contract.columns:
        if column.role is Role.IDENTIFIER:
            key = quoted(key_of(column.name))
            given = column.name in source.given
            sql.measured[key_of(column.name)] = key if given else "CAST(NULL AS BIGINT)"
            sql.coded[key_of(column.name)] = f"measured.{key}"
        elif column.role is Role.MEASURE:
            sql.measured[column.name] = express_measure(column, source)
            sql.coded[column.name] = f"measured.{quoted(column.name)}"
        elif column.role is Role.PLACE:
            _place(column.name, source, sql)
        elif column.role is Role.CODE:
            _code(column, source, sql)
    sql.coded["month"] = "$month"
    if source.contract.table == CLAIMED:
        clock = quoted(f"{source.contract.clock}__local")
        sql.measured[BESIDE_KEY] = quoted(BESIDE_KEY)
        sql.measured[OPEN_UNTIL] = f"strftime({clock} + INTERVAL '{OPEN_DAYS:d}' DAY, '%Y-%m')"
        sql.coded |= {one: f"measured.{quoted(one)}" for one in (BESIDE_KEY, OPEN_UNTIL)}
    return Columns(
        sql={
            "measured": Columns(sql.measured, {}).selected(),
            "earlier": _earlier(source.contract) if recalls(source) else "",
            "coded": Columns({name: sql.coded[name] for name in names}, {}).selected(),
            "joins": "\n    ".join(sql.joins),
        },
        values=sql.values,
    )


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


def _earlier(contract: Contract) -> str:
    """Write the join that tells each record what came before it."""
    person, record = key_of(contract.person_id or ""), key_of(contract.record_id)
    return (
        f"LEFT JOIN earlier ON earlier.of_person = stripped.{quoted(person)} "
        f"AND earlier.of_record = stripped.{quoted(record)}"
    )


def _place(name: str, source: Source, sql: _Sql) -> None:
    """Add the area of a place, and the kind of that area."""
    sql.measured[f"{name}__word"] = fold_sql(quoted(name)) if name in source.given else "NULL"
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
        sql.measured[f"{name}__word"] = fold_sql(quoted(name))
        word = f"measured.{quoted(f'{name}__word')}"
        sql.look_up(name, as_name=name, word=word, default=default)
    elif column.parent_of:
        finer = sql.coded[column.parent_of]
        sql.look_up(name, as_name=name, word=finer, default=default)
    elif column.person_of and column.person_of[0] in source.given:
        _person_of(column, sql, default=default)
    elif column.band_of:
        _band(column, source, sql, default=default)
    elif column.hour_of and is_exact(source, column.hour_of):
        local, exact = (quoted(f"{column.hour_of}__{what}") for what in ("local", "exact"))
        sql.measured[f"{name}__hour"] = f"CASE WHEN {exact} THEN hour({local}) END"
        number = f"measured.{quoted(f'{name}__hour')}"
        sql.fall_into(name, number=number, default=default, absent=None)
    elif column.days_since and recalls(source):
        sql.measured[f"{name}__absent"] = "earlier.came_first"
        sql.measured[f"{name}__days"] = "earlier.days_since"
        number = f"measured.{quoted(f'{name}__days')}"
        sql.fall_into(name, number=number, default=default, absent=column.absent)
    elif column.after and recalls(source):
        told = any(one in source.given for one in column.after)
        no = "WHEN NOT earlier.had_before THEN 'no' " if told else ""
        sql.measured[f"{name}__word"] = f"CASE WHEN earlier.had_before THEN 'yes' {no}END"
        sql.values[f"{name}_default"] = default
        sql.coded[name] = f"coalesce(measured.{quoted(f'{name}__word')}, ${name}_default)"
    else:
        sql.values[f"{name}_default"] = default
        sql.coded[name] = f"${name}_default"
    if column.implied:
        _imply(column, sql)


def _person_of(column: Column, sql: _Sql, *, default: str) -> None:
    """Say from a row alone whether it is the first person of its call.

    Other rows are never looked at, so nobody's coming or going changes what is said of this one.
    """
    call, order = column.person_of or ("", "")
    number = f"measured.{quoted(order)}"
    sql.values[f"{column.name}_default"] = default
    sql.coded[column.name] = (
        f"CASE WHEN measured.{quoted(key_of(call))} IS NULL THEN 'no_call' "
        f"WHEN {number} = 1 THEN 'first' WHEN {number} > 1 THEN 'another' "
        f"ELSE ${column.name}_default END"
    )


def _imply(column: Column, sql: _Sql) -> None:
    """Let another code of the row say what this one leaves open."""
    name, implied = column.name, column.implied
    if implied is None:
        return
    for n, code in enumerate(implied.over):
        sql.values[f"{name}_over_{n:d}"] = code
    over = ", ".join(f"${name}_over_{n:d}" for n in range(len(implied.over)))
    found = sql.coded[name]
    for n, (by, code) in enumerate(implied.codes.items()):
        sql.values |= {f"{name}_by_{n:d}": by, f"{name}_implied_{n:d}": code}
        sql.coded[name] = (
            f"CASE WHEN {sql.coded[implied.by]} = ${name}_by_{n:d} AND {found} IN ({over}) "
            f"THEN ${name}_implied_{n:d} ELSE {sql.coded[name]} END"
        )


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
