"""Count Riverton again with nothing of the pipeline: from its generator, its files, its vault.

The vault is counted with plain SQL, the files with Python alone; both are made up, so exact counts
may be looked at. No step of the product is used, so that none can be wrong in the same way.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from data_contracts.synthetic.draw import draw_calls
from data_contracts.synthetic.meet import meet_people
from data_contracts.synthetic.pace import MONTHS, Ints, divide
from data_contracts.synthetic.shares import NEVER, NOT_SAID, load_shares

SDS = 6  # a normal error lies beyond once in 500 million

Cell = tuple[str, ...]
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Happened:
    """What no total of the generator tells: of joined columns and of durations.

    `waits` are the minutes from request to arrival of everybody met after a call; `missed` the
    calls without a visit by how they ended and what police did; `linked` how many people gave leave
    to join their visits; `seconds` the people met beside another one, `uncalled` those that nobody
    had called about; `alone` the calls at which somebody was met without any police, and `police`
    the people met with police in the team or beside it.
    """

    waits: Ints
    missed: Mapping[tuple[str, str], int]
    linked: int
    seconds: int
    uncalled: int
    alone: int
    police: int


def happened(year: int, *, seed: int, calls_per_year: int) -> Happened:
    """Draw a year of Riverton again and add up what its true totals leave out."""
    shares = load_shares()
    paths, police, allowed = (shares.codes[name] for name in ("path", "police", "permission"))
    waits: list[Ints] = []
    missed: Counter[tuple[str, str]] = Counter()
    together = shares.codes["team"].index("co_response")
    linked = seconds = uncalled = alone = beside = 0
    for block in divide(calls_per_year, seed=seed, year=year):
        met = meet_people(block, shares)
        called = met.rows["received"] != NEVER
        waits.append((met.rows["arrived"] - met.rows["received"])[called])
        known = np.unique(met.rows["who"][met.rows["person"] != NOT_SAID])
        linked += int((met.people["permission"][known] == allowed.index("linked")).sum())
        seconds += int((called & (met.rows["order"] > 1)).sum())
        uncalled += int((~called).sum())
        none = (met.rows["police"] == police.index("none")) & (met.rows["team"] != together)
        alone += int((called & (met.rows["order"] == 1) & none).sum())
        beside += int((~none).sum())
        for month in range(1, MONTHS + 1):
            calls = draw_calls(met, month, shares)
            ends = zip(calls["path"].tolist(), calls["police"].tolist(), strict=True)
            missed.update((paths[path], police[one]) for path, one in ends)
    return Happened(np.concatenate(waits), missed, linked, seconds, uncalled, alone, beside)


def delivered(inbox: Path, feed: str) -> Iterator[Row]:
    """Every line of a feed's files once, however often it was sent."""
    for file in sorted(inbox.glob(f"{feed}_*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream)
            header = next(lines)
            for line in dict.fromkeys(map(tuple, lines)):
                yield dict(zip(header, line, strict=True))


def is_usable(row: Row, *, number: str, clock: str) -> bool:
    """Whether a line has the number of its record and a time that can be read."""
    form = "%m/%d/%Y" if clock == "Answered" else "%m/%d/%Y %H:%M"
    try:
        datetime.strptime(row[clock], form).astimezone()
    except ValueError:
        return False
    return bool(row[number].strip())


def count_vault(
    files: Sequence[Path], column: str, *, where: str = "TRUE", values: Sequence[str] = ()
) -> Counter[str]:
    """Count rows of coded records by one column."""
    found = _rows(files, [column], where=where, values=values)
    return Counter({cell[0]: n for cell, n in found.items()})


def count_cells(files: Sequence[Path], dims: Sequence[str], *, block: str) -> dict[Cell, int]:
    """Count incidents of a block by the dimensions of a table, without any clip."""
    columns = [dim if dim == "month" else f"{dim}_code" for dim in dims]
    return _rows(files, columns, where="block_code = ?", values=[block])


def _rows(
    files: Sequence[Path], columns: Sequence[str], *, where: str, values: Sequence[str]
) -> dict[Cell, int]:
    wanted = "".join(f'"{column}", ' for column in columns)
    query = (
        f"SELECT {wanted}count(*) FROM read_parquet(?, union_by_name = true, "
        f"hive_partitioning = false) WHERE {where} GROUP BY ALL"
    )
    with duckdb.connect() as db:
        rows = db.execute(query, [[str(file) for file in files], *values]).fetchall()
    return {tuple(str(one) for one in row[:-1]): int(row[-1]) for row in rows}


def published_cells(table: pd.DataFrame, dims: Sequence[str]) -> dict[Cell, tuple[float, float]]:
    """Counts of a published table with their standard deviations, by cell."""
    counts = table[table["statistic"] == "count"]
    figures = zip(counts["estimate"], counts["sd"], strict=True)
    cells = (tuple(str(row[dim]) for dim in dims) for _, row in counts.iterrows())
    return dict(zip(cells, ((float(one), float(sd)) for one, sd in figures), strict=True))


def stray_cells(
    published: Mapping[Cell, tuple[float, float]],
    *,
    bounded: Mapping[Cell, float],
    whole: Mapping[Cell, int],
) -> list[str]:
    """Name the cells whose published count is neither the clipped count nor close to it.

    A clip only takes away, so the whole count may lie above the clipped one and never below.
    """
    return [
        f"{cell}: published {value:.1f} (sd {sd:.1f}), clipped {bounded[cell]:.1f}, "
        f"whole {whole.get(cell, 0)}"
        for cell, (value, sd) in published.items()
        if abs(value - bounded[cell]) > SDS * sd + 0.001
        or bounded[cell] > whole.get(cell, 0) + 0.001
    ]


def spread_of(share: float, n: int) -> float:
    """Largest chance error of a share of so many rows that fell out one by one."""
    return SDS * sqrt(n * share * (1 - share)) + 1
