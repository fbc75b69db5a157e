"""Answer the task with OpenDP's own API for data frames; runs in an environment of its own.

python opendp_polars.py RECORDS RESULT --task TASK --cap 8
"""

import argparse
import json
import sys
from itertools import product
from pathlib import Path

_MOST_RECORDS = 20_000_000  # a cell may have: OpenDP asks, so that no sum can overflow


def main() -> int:
    """Release counts and sums of every cell, a participant's rows cut to a cap."""
    import opendp.prelude as dp
    import polars as pl  # type: ignore[import-not-found]
    from opendp.extras.polars import Margin, dp_len

    parser = argparse.ArgumentParser()
    parser.add_argument("records", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--task", type=Path, required=True)
    parser.add_argument("--cap", type=int, required=True)
    asked = parser.parse_args()
    task = json.loads(asked.task.read_text("utf-8"))
    columns, measure = list(task["keys"]), task["measure"]
    grid = list(product(*task["keys"].values()))

    dp.enable_features("contrib")
    context = dp.Context.compositor(
        data=pl.scan_parquet(asked.records).select(
            "unit_key", *columns, pl.col(measure).cast(pl.Int64)
        ),
        privacy_unit=dp.unit_of(contributions=1, identifier="unit_key"),
        privacy_loss=dp.loss_of(rho=task["rho"]),
        split_evenly_over=1,
        margins=[Margin(by=columns, max_length=_MOST_RECORDS)],
    )
    minutes = pl.col(measure).fill_null(0)
    query = (
        context.query()
        .truncate_per_group(asked.cap)
        .group_by(columns)
        .agg(dp_len(signed=True), minutes.dp.sum((0, task["range"])))
        .with_keys(pl.LazyFrame([dict(zip(columns, cell, strict=True)) for cell in grid]))
    )
    found = {row[: len(columns)]: row[len(columns) :] for row in query.release().collect().rows()}
    counts, sums = zip(*(found[cell] for cell in grid), strict=True)
    asked.result.write_text(json.dumps({"count": counts, "sum": sums}), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
