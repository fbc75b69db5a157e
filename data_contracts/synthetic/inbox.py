"""Deliver Riverton's files.

The chain: shares -> pace -> meet -> draw -> spell -> plant -> **inbox**.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from data_contracts.synthetic.draw import draw_answers, draw_calls, draw_visits
from data_contracts.synthetic.exact import write_exact
from data_contracts.synthetic.meet import Columns, Met, meet_people
from data_contracts.synthetic.pace import divide
from data_contracts.synthetic.plant import PENS, header, write_down
from data_contracts.synthetic.shares import Shares, load_shares

CALLS_PER_YEAR = 60_000

_BYTE_ORDER_MARK = "\ufeff"
_BATCH = 10_000  # lines turned into text at once


def write_inbox(
    folder: Path, *, seed: int, months: Sequence[str], calls_per_year: int = CALLS_PER_YEAR
) -> tuple[Path, ...]:
    """Write the calls, visits and survey responses of every month, and the feeds that are exact.

    A month's files depend on the seed, the size and the month only, never on the other months
    asked for; the exact files (staffing, spending, outcomes, governance) on the seed only. Memory
    is that of one block of 60,000 calls, whatever the size.

    Args:
        folder: Where to write; made if it is not there.
        seed: Draws another city.
        months: `YYYY-MM`, in any order.
        calls_per_year: Calls for service in 2025, up to 100 million; other years have a little
            less or more. About a quarter lead to a visit.

    Returns:
        The files, in the order of their names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [*write_exact(folder, seed=seed)]
    for year in sorted({int(month[:4]) for month in months}):
        wanted = sorted({month for month in months if month.startswith(f"{year:04d}-")})
        written += _write_year(folder, year, wanted, seed=seed, calls=calls_per_year)
    return tuple(sorted(written))


def _write_year(
    folder: Path, year: int, months: Sequence[str], *, seed: int, calls: int
) -> list[Path]:
    """Write the months of a year, block after block."""
    shares = load_shares()
    paths = {
        (feed, month): folder / f"{feed}_{month}.csv" for month in months for feed in sorted(PENS)
    }
    with ExitStack() as stack:
        files = {
            key: stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            for key, path in paths.items()
        }
        for (feed, month), file in files.items():
            marked = feed == "encounters" and int(month[5:]) in shares.marked
            file.write(f"{_BYTE_ORDER_MARK if marked else ''}{header(feed)}\n")
        for block in divide(calls, seed=seed, year=year):
            met = meet_people(block, shares)
            for month in months:
                for feed, lines in _lines(met, int(month[5:]), shares):
                    _append(files[feed, month], lines)
    return list(paths.values())


def _lines(met: Met, month: int, shares: Shares) -> Iterator[tuple[str, pa.Array]]:
    """Draw a month of a block and write it down, feed by feed."""
    happened: Mapping[str, Columns] = {
        "calls": draw_calls(met, month, shares),
        "encounters": draw_visits(met, month, shares),
        "surveys": draw_answers(met.block, month, shares),
    }
    for feed, columns in happened.items():
        yield feed, write_down(columns, feed=feed, block=met.block, month=month, shares=shares)


def _append(file: TextIO, lines: pa.Array) -> None:
    """Write lines, each with its end."""
    for start in range(0, len(lines), _BATCH):
        file.writelines(f"{line}\n" for line in lines.slice(start, _BATCH).to_pylist())
