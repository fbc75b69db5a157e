"""Write the SQL of this room, and run it without letting a value out.

Names are quoted, integers formatted, texts are public keys; nothing here comes from a record.
"""

from collections.abc import Iterable
from importlib.resources import files

from duckdb import DuckDBPyConnection
from duckdb import Error as EngineError

from privacy.errors import PrivacyError
from privacy.spec import Measure, Spec, Table


def read_sql(name: str) -> str:
    """Read one step's SQL, with its places still open."""
    return files("privacy").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def run(connection: DuckDBPyConnection, sql: str, *, step: str) -> list[tuple[object, ...]]:
    """Run one statement; an engine's message may quote a value, so it ends here.

    Raises:
        PrivacyError: The engine stopped.
    """
    try:
        return connection.execute(sql).fetchall()
    except EngineError as error:
        kind = type(error).__name__
    raise PrivacyError(
        f"The step {step!r} stopped on the private side ({kind}). Compare the columns of "
        "private_incidents with the tables in privacy.yaml."
    ) from None


def make(connection: DuckDBPyConnection, table: str, query: str, *, step: str) -> None:
    """Make a temporary table of what a query finds, in the place of an older one.

    Raises:
        PrivacyError: The engine stopped.
    """
    run(connection, f"CREATE OR REPLACE TEMPORARY TABLE {table} AS {query}", step=step)


def quote(name: str) -> str:
    """Quote an identifier.

    >>> quote("month")
    '"month"'
    """
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Write a public text as SQL.

    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """Write public texts as an SQL list."""
    return ", ".join(text(value) for value in values)


def key_name(dim: str) -> str:
    """Quoted name of the column with the number of a record's public key."""
    return quote(f"key_{dim}")


def amount_name(measure: Measure) -> str:
    """Quoted name of the column with a record's clipped measure."""
    return quote(f"amount_{measure.column}_{measure.range}")


def taken_name(measure: Measure) -> str:
    """Quoted name of the column with what those records weigh that have a measure."""
    return quote(f"taken_{measure.column}_{measure.range}")


def counted(spec: Spec, table: Table) -> str:
    """Say which records fall in a cell of a table: public key, not left out, measure known."""
    if table.measure is None:
        return in_a_cell(spec, table)
    return f"{in_a_cell(spec, table)} AND {amount_name(table.measure)} IS NOT NULL"


def in_a_cell(spec: Spec, table: Table) -> str:
    """Say which records have public keys that a table does not leave out."""
    conditions = [f"{key_name(dim)} IS NOT NULL" for dim in table.dims]
    for dim, levels in table.drop.items():
        numbers = ", ".join(f"{spec.axes[dim].keys.index(level):d}" for level in levels)
        conditions.append(f"{key_name(dim)} NOT IN ({numbers})")
    return " AND ".join(conditions) or "TRUE"


def gathered(tables: Iterable[Table], *, times: str = "") -> str:
    """Add up what tables are counted from: records, and by measure those that have it, and its sum.

    Args:
        tables: Tables that are counted from the same rows.
        times: What every number is multiplied by, as SQL that ends in `*`; nothing by default.
    """
    sums = {"records": f"{times}COUNT(*)"}
    for measure in (table.measure for table in tables if table.measure):
        amount = amount_name(measure)
        sums[taken_name(measure)] = f"{times}COUNT({amount})"
        sums[amount] = f"{times}SUM({amount})"
    return ", ".join(f"{added} AS {name}" for name, added in sums.items())


def lacking(tables: Iterable[Table], *, lack: str) -> str:
    """Add up the same for records of which each lacks a part.

    Args:
        tables: Tables that are counted from the same rows.
        lack: What a record weighs less, below 0.
    """
    sums = {"records": f"SUM({lack})"}
    for measure in (table.measure for table in tables if table.measure):
        amount = amount_name(measure)
        sums[taken_name(measure)] = f"SUM(CASE WHEN {amount} IS NULL THEN 0 ELSE {lack} END)"
        sums[amount] = f"SUM({lack} * {amount})"
    return ", ".join(f"{added} AS {name}" for name, added in sums.items())


def parts(table: Table) -> tuple[str, ...]:
    """What one record adds to each drawn statistic of a table, before its weight and factor."""
    if table.measure is None:
        return ("1",)
    amount = amount_name(table.measure)
    return (f"{table.measure.range:d} - {amount}", amount)


def gathered_parts(table: Table) -> tuple[str, ...]:
    """What gathered records add to each drawn statistic of a table, before its factor."""
    if table.measure is None:
        return ("records",)
    amount = amount_name(table.measure)
    return (f"{table.measure.range:d} * {taken_name(table.measure)} - {amount}", amount)
