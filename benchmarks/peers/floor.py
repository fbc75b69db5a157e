"""Count made-up records without any privacy: the floor of the cost, and the truth.

    python -m benchmarks.peers.floor RECORDS RESULT [--tables ten]

Ten tables are ten plain GROUP BYs, and one by participant: how many were met how often.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import duckdb

COLUMNS = ("month", "district_code", "call_type_code")
_CLIPPED = "SUM(LEAST(GREATEST(minutes, 0), 120))"
_BY_PERSON = (
    "SELECT records, COUNT(*) FROM (SELECT unit_key, COUNT(*) AS records FROM incidents "
    "GROUP BY unit_key) GROUP BY records"
)


def main(words: Sequence[str] | None = None) -> int:
    """Write the exact counts and sums of every cell that has a record."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.floor")
    parser.add_argument("records", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--tables", choices=("one", "ten"), default="one")
    asked = parser.parse_args(words)
    with duckdb.connect() as connection:
        connection.from_parquet(str(asked.records)).create_view("incidents")
        if asked.tables == "ten":
            for query in ten_queries():
                connection.execute(query).fetchall()
            return 0
        found = connection.execute(_query(COLUMNS, sums=True)).fetchall()
    asked.result.write_text(json.dumps(_spread(found)), "utf-8")
    return 0


def ten_queries() -> tuple[str, ...]:
    """Write the plain queries whose answers ten tables of a release are."""
    counts = (dims for size in range(4) for dims in combinations(COLUMNS, size))
    sums = ((column,) for column in COLUMNS[1:])
    return (
        *(_query(dims, sums=False) for dims in counts),
        *(_query(dims, sums=True) for dims in sums),
        _BY_PERSON,
    )


def _query(columns: tuple[str, ...], *, sums: bool) -> str:
    shown = ", ".join((*columns, "COUNT(*)", *((_CLIPPED,) if sums else ())))
    grouped = f" GROUP BY {', '.join(columns)}" if columns else ""
    return f"SELECT {shown} FROM incidents{grouped}"  # noqa: S608


def _spread(rows: Sequence[tuple[str, str, str, int, int]]) -> dict[str, list[int]]:
    """Put what was found into the grid, in the order of its keys, which sort as they count."""
    found = {row[:3]: row[3:] for row in rows}
    months, districts, kinds = ([*zip(*found, strict=True)][place] for place in range(3))
    grid = product(sorted(set(months)), sorted(set(districts)), sorted(set(kinds)))
    cells = [found.get(cell, (0, 0)) for cell in grid]
    return {"count": [count for count, _ in cells], "sum": [int(total) for _, total in cells]}


if __name__ == "__main__":
    sys.exit(main())
