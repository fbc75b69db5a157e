"""Three made-up records and a release of one table: what the examples of this room work on."""

import duckdb

from privacy.spec import Axis, Block, Spec, Table

INCIDENTS = "private_incidents"
RECORDS = ((1, "north"), (1, "north"), (2, "hills"))  # unit and area

_TABLE = Table(name="by_area", dims=("area",), factor=1)
_AREA = Axis(name="area", column="area_code", keys=("north", "hills", "unknown"))


def three_records(*, without: int | None = None) -> tuple[Spec, duckdb.DuckDBPyConnection]:
    """Hold the records in an engine of their own, under a clip of one record.

    Args:
        without: A unit to leave out.
    """
    engine = duckdb.connect()
    rows = ", ".join(
        f"({unit:d}, 'contacts', '2025-01', '{area}')" for unit, area in RECORDS if unit != without
    )
    engine.execute(
        f"CREATE TABLE {INCIDENTS} AS SELECT * FROM "  # noqa: S608
        f"(VALUES {rows}) AS records (unit_key, block_code, month, area_code)"
    )
    spec = Spec(
        release="example",
        fiscal_year="FY2025",
        months=("2025-01",),
        nano_rho=1,
        scale=1,
        axes={"area": _AREA},
        blocks=(Block(name="contacts", clip="1", bound_squared=1, tables=(_TABLE,)),),
    )
    return spec, engine
