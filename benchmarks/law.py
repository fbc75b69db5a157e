"""Draw the records of the privacy benchmark: a law that any seeded generator may follow.

A heavy tail of people met again and again, each with a home district; lone records between them.
Written as the vault stores months: text codes, sorted by an integer unit key, zstd.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

BLOCK = "contacts"
MONTHS = tuple(f"2025-{month:02d}" for month in range(1, 13))
DISTRICTS = tuple(f"district_{place:02d}" for place in range(1, 13))
CALL_TYPES = tuple(f"call_type_{place:02d}" for place in range(1, 21))
RANGE = 120  # minutes that one record may count
RECORDS_A_PARTICIPANT = 2.2
TAIL, LEAST = 1.6, 0.35  # weight of a participant: Pareto with this shape, plus this much
LONE = 0.15
HOME = np.array([20, 16, 13, 11, 9, 8, 7, 5, 4, 3, 2.5, 1.5])
AT_HOME = 0.75
ZIPF = 1.1
LONGEST, LOG_MEAN, LOG_SD = 600, 3.4, 0.7  # minutes of a visit, before they are clipped

Integers = NDArray[np.int64]


def draw_records(rows: int, *, seed: int, greatest: float = 0) -> pa.Table:
    """Draw records by the law.

    Args:
        rows: How many.
        seed: The same seed and rows give the same records.
        greatest: Share of them that one more participant has; the law has none.

    Returns:
        `unit_key`, `block_code`, `month`, `district_code`, `call_type_code`, `minutes`, sorted by
        unit.

    Source: the law of the records in docs/benchmarks.md.
    """
    rng = np.random.default_rng(seed)
    unit, home = _draw_units(rows, rng, greatest=round(rows * greatest))
    away = rng.random(rows) >= AT_HOME
    home[away] = rng.integers(len(DISTRICTS), size=int(away.sum()))
    zipf = np.arange(1, len(CALL_TYPES) + 1) ** -ZIPF
    minutes = np.clip(np.rint(rng.lognormal(LOG_MEAN, LOG_SD, rows)), 1, LONGEST)
    return pa.table(
        {
            "unit_key": unit,
            "block_code": _codes(np.zeros(rows, dtype=np.int64), (BLOCK,)),
            "month": _codes(rng.integers(len(MONTHS), size=rows), MONTHS),
            "district_code": _codes(home, DISTRICTS),
            "call_type_code": _codes(
                rng.choice(len(CALL_TYPES), size=rows, p=zipf / zipf.sum()), CALL_TYPES
            ),
            "minutes": minutes.astype(np.int32),
        }
    )


def _draw_units(rows: int, rng: np.random.Generator, *, greatest: int) -> tuple[Integers, Integers]:
    """Draw every record's unit, sorted by its key, and the unit's home district."""
    people = max(1, int(rows / RECORDS_A_PARTICIPANT))
    weight = rng.pareto(TAIL, people) + LEAST
    lone = round(rows * LONE)
    drawn = rng.multinomial(rows - lone - greatest, weight / weight.sum())
    times = np.concatenate([drawn, np.ones(lone, dtype=np.int64), [greatest]])
    keys = rng.integers(2**63, size=len(times), dtype=np.int64)
    homes = rng.choice(len(HOME), size=len(times), p=HOME / HOME.sum())
    order = np.argsort(keys)
    return np.repeat(keys[order], times[order]), np.repeat(homes[order], times[order])


def _codes(numbers: Integers, names: tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int8)), pa.array(names))


def write_records(records: pa.Table, file: Path) -> None:
    """Write records as the vault does, in the order in which they come."""
    with duckdb.connect() as connection:
        connection.register("records", records)
        connection.execute(
            "COPY records TO $file (FORMAT parquet, COMPRESSION zstd, PRESERVE_ORDER true)",
            {"file": str(file)},
        )


def main(words: Sequence[str] | None = None) -> int:
    """Write one file of records."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.law")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--greatest", type=float, default=0)
    asked = parser.parse_args(words)
    write_records(draw_records(asked.rows, seed=asked.seed, greatest=asked.greatest), asked.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
