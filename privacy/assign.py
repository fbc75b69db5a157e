"""Give every record its public keys. The chain: policy -> plan -> **assign** -> clip -> count."""

from duckdb import DuckDBPyConnection

from data_contracts.codes import UNKNOWN
from privacy.errors import PrivacyError
from privacy.spec import Axis, Block, Measure, Spec
from privacy.sql import amount_name, key_name, make, quote, read_sql, run, text, texts

ASSIGNED = quote("private_assigned")

_SIZES = {2**8: "UTINYINT", 2**16: "USMALLINT", 2**32: "UINTEGER"}  # a large release has many


def assign_keys(
    spec: Spec, block: Block, *, connection: DuckDBPyConnection, incidents: str
) -> None:
    """Make a temporary table of a block's records, by public key.

    Every row is made of one record alone.

    Args:
        spec: What the release measures.
        block: One of its blocks.
        connection: Engine that holds the incidents; gets the table `private_assigned`.
        incidents: Name of the table or view of private incidents.

    Raises:
        PrivacyError: A column is missing, an incident has no unit key, or the engine stopped.

    **Stability:** adding or removing one privacy unit adds or removes its own rows, and changes no
    row of another unit.

    >>> from privacy.example import INCIDENTS, three_records
    >>> for without in (None, 1):
    ...     spec, engine = three_records(without=without)
    ...     assign_keys(spec, spec.blocks[0], connection=engine, incidents=INCIDENTS)
    ...     engine.sql("SELECT unit_key, key_area FROM private_assigned").fetchall()
    [(1, 0), (1, 0), (2, 1)]
    [(2, 1)]
    """
    _require_columns(spec, block, connection=connection, incidents=incidents)
    query = read_sql("assign").format(
        columns=_columns(spec, block),
        incidents=quote(incidents),
        block=text(block.rows),
        months=texts(spec.months),
    )
    make(connection, ASSIGNED, query, step="assign")
    nobody = f"SELECT 1 FROM {ASSIGNED} WHERE unit_key IS NULL LIMIT 1"  # noqa: S608
    if run(connection, nobody, step="assign"):
        raise PrivacyError(
            "private_incidents has rows without a unit_key, so nothing limits what one person "
            "moves. Mend the step `link`: an unknown participant is a unit of its own."
        )


def _columns(spec: Spec, block: Block) -> str:
    axes = {dim: spec.axes[dim] for table in block.tables for dim in table.dims}
    measures = {amount_name(one.measure): one.measure for one in block.tables if one.measure}
    return ",\n    ".join(
        (
            quote("unit_key"),
            *(f"{_key(axis)} AS {key_name(dim)}" for dim, axis in axes.items()),
            *(f"{_amount(one)} AS {name}" for name, one in measures.items()),
        )
    )


def _key(axis: Axis) -> str:
    """Look a value up in the list of keys: the engine does so once a value, not once a record."""
    place = f"array_position([{texts(axis.keys)}], CAST({quote(axis.column)} AS VARCHAR)) - 1"
    if UNKNOWN in axis.keys:
        place = f"COALESCE({place}, {axis.keys.index(UNKNOWN):d})"
    return f"CAST({place} AS {_fit(len(axis.keys))})"


def _amount(measure: Measure) -> str:
    """Clip a measure; GREATEST and LEAST would turn one that was not taken into 0."""
    column, most = quote(measure.column), f"{measure.range:d}"
    clipped = f"CASE WHEN {column} < 0 THEN 0 WHEN {column} > {most} THEN {most} ELSE {column} END"
    return f"CAST({clipped} AS {_fit(measure.range + 1)})"


def _fit(numbers: int) -> str:
    """Name the smallest type that holds so many numbers from 0 on."""
    return next((kind for size, kind in _SIZES.items() if numbers <= size), "BIGINT")


def _require_columns(
    spec: Spec, block: Block, *, connection: DuckDBPyConnection, incidents: str
) -> None:
    there = {str(row[0]) for row in run(connection, f"DESCRIBE {quote(incidents)}", step="assign")}
    dims = {spec.axes[dim].column for table in block.tables for dim in table.dims}
    measures = {table.measure.column for table in block.tables if table.measure}
    if missing := sorted({"unit_key", "block_code", "month", *dims, *measures} - there):
        raise PrivacyError(
            f"private_incidents has no columns {missing}, which block {block.name!r} counts by. "
            "Take those tables out of privacy.yaml, or let the contract code the columns."
        )
