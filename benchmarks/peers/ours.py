"""Release made-up records by the real code: assign, clip, count, OpenDP's noise.

python -m benchmarks.peers.ours RECORDS RESULT [--tables ten] [--clip 8]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.task import CLIP, RHO, make_spec, one_table, ten_tables
from privacy.count import count_cells
from privacy.noise import gaussian
from privacy.spec import Spec

INCIDENTS = "private_incidents"


def main(words: Sequence[str] | None = None) -> int:
    """Draw one release, and write the estimates of its first table's cells."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.ours")
    parser.add_argument("records", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--tables", choices=("one", "ten"), default="one")
    parser.add_argument("--clip", default=CLIP, help="records that fall in every table")
    asked = parser.parse_args(words)
    spec = make_spec(
        one_table() if asked.tables == "one" else ten_tables(), clip=asked.clip, rho=RHO
    )
    asked.result.write_text(json.dumps(estimate(spec, draw(spec, asked.records))), "utf-8")
    return 0


def draw(spec: Spec, records: Path) -> list[int]:
    """Count a file of made-up records, and add noise, as one OpenDP measurement."""

    def exact() -> list[int]:
        with duckdb.connect() as connection:
            connection.from_parquet(str(records)).create_view(INCIDENTS)
            return count_cells(spec, connection=connection, incidents=INCIDENTS)

    measurement = gaussian(
        lambda handle: handle(), bound_squared=spec.bound_squared, scale=spec.scale
    )
    return measurement(exact)


def estimate(spec: Spec, noisy: Sequence[int]) -> dict[str, list[float]]:
    """Read counts and sums of the first table off the noisy vector.

    Returns:
        `count`, and where the table has a measure `sum`, in the order of its grid.
    """
    table = spec.blocks[0].tables[0]
    drawn = {
        series.statistic: [
            value / (table.factor * spec.whole) for value in noisy[series.start : series.stop]
        ]
        for series in spec.series()
        if series.table == table
    }
    if table.measure is None:
        return drawn
    pairs = zip(drawn["rest"], drawn["sum"], strict=True)
    return {
        "count": [(rest + total) / table.measure.range for rest, total in pairs],
        "sum": drawn["sum"],
    }


if __name__ == "__main__":
    sys.exit(main())
