"""Answer the task with Tumult Analytics on Spark; runs in an environment of its own.

    python tumult.py RECORDS RESULT --task TASK --cap 8

Source: tmlt.analytics 0.21, its tutorials on privacy identifiers and on zero-concentrated budgets.
"""

import argparse
import json
import os
import sys
from pathlib import Path


def main() -> int:
    """Release counts and sums of every cell, a participant's rows cut to a cap."""
    from pyspark.sql import SparkSession
    from tmlt.analytics import (
        AddRowsWithID,
        KeySet,
        MaxRowsPerID,
        QueryBuilder,
        RhoZCDPBudget,
        Session,
    )

    parser = argparse.ArgumentParser()
    parser.add_argument("records", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--task", type=Path, required=True)
    parser.add_argument("--cap", type=int, required=True)
    asked = parser.parse_args()
    task = json.loads(asked.task.read_text("utf-8"))
    columns, measure = list(task["keys"]), task["measure"]

    os.environ["PYSPARK_PYTHON"] = sys.executable  # else its workers lack the library
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "6g")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    session = Session.from_dataframe(
        privacy_budget=RhoZCDPBudget(task["rho"]),
        source_id="records",
        dataframe=spark.read.parquet(str(asked.records)).select("unit_key", *columns, measure),
        protected_change=AddRowsWithID(id_column="unit_key"),
    )
    cells = (
        QueryBuilder("records")
        .enforce(MaxRowsPerID(asked.cap))
        .groupby(KeySet.from_dict(task["keys"]))
    )
    half = RhoZCDPBudget(task["rho"] / 2)
    counts = session.evaluate(cells.count(name="n"), half).toPandas()
    sums = session.evaluate(
        cells.sum(measure, low=0, high=task["range"], name="s"), half
    ).toPandas()
    asked.result.write_text(
        json.dumps(
            {
                "count": counts.sort_values(columns)["n"].tolist(),
                "sum": sums.sort_values(columns)["s"].tolist(),
            }
        ),
        "utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
