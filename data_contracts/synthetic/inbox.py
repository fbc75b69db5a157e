"""Deliver Riverton's files. The chain: shares -> draw -> plant -> **inbox**."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from data_contracts.synthetic.draw import Generator, draw_year
from data_contracts.synthetic.plant import write_down
from data_contracts.synthetic.shares import load_shares

CALLS_PER_YEAR = 12_000


def write_inbox(
    folder: Path, *, seed: int, months: Sequence[str], calls_per_year: int = CALLS_PER_YEAR
) -> tuple[Path, ...]:
    """Write one file of calls and one of encounters for every month.

    A month's files depend on the seed, the size and the month only, never on the other months
    asked for.

    Args:
        folder: Where to write; made if it is not there.
        seed: Draws another city.
        months: `YYYY-MM`, in any order.
        calls_per_year: Calls for service in a year; about a quarter lead to a visit.

    Returns:
        The files, in the order of their names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for year in sorted({int(month[:4]) for month in months}):
        for table, rows in _feeds(year, seed=seed, calls=calls_per_year).items():
            for month in sorted(set(months)):
                if month.startswith(f"{year:04d}-"):
                    written.append(folder / f"{table}_{month}.csv")
                    of_month = rows[rows["month"] == month].drop(columns="month")
                    of_month.to_csv(written[-1], index=False, lineterminator="\n")
    return tuple(sorted(written))


def _feeds(year: int, *, seed: int, calls: int) -> dict[str, pd.DataFrame]:
    """Draw a year and write it down, one table a feed."""
    shares = load_shares()
    happened = draw_year(year, seed=seed, calls=calls, shares=shares)

    def pen(number: int) -> Generator:
        return np.random.default_rng([seed, year, number])

    return {
        "calls": write_down(
            happened.calls, table="calls", clock="Received", rng=pen(1), shares=shares
        ),
        "encounters": write_down(
            happened.visits, table="encounters", clock="Contact Start", rng=pen(2), shares=shares
        ),
    }
