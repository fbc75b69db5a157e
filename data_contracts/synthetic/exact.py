"""Write the exact feeds. The chain: books -> employ, spend, govern, observe -> **exact**."""

from pathlib import Path

from data_contracts.synthetic.books import load_books
from data_contracts.synthetic.employ import report_staffing
from data_contracts.synthetic.govern import report_governance
from data_contracts.synthetic.observe import observe_outcomes
from data_contracts.synthetic.spend import keep_books


def write_exact(folder: Path, *, seed: int) -> tuple[Path, ...]:
    """Write staffing, spending, outcomes and governance, each whole.

    Args:
        folder: Where to write.
        seed: Draws another city.

    Returns:
        The files.
    """
    books = load_books()
    staffing = report_staffing(books, seed=seed)
    tables = {
        "governance": report_governance(books, seed=seed),
        "outcomes": observe_outcomes(books, seed=seed),
        "spending": keep_books(books, staffing),
        "staffing": staffing,
    }
    for name, rows in tables.items():
        rows.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    return tuple(folder / f"{name}.csv" for name in tables)
