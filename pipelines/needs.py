"""Hold what the board approved against what the feeds give."""

from data_contracts.source import provided_columns
from pipelines.directory import Directory
from reports.metrics import load_board, unsourced
from transforms.delivered import find_unread


def missing_sources(given: Directory) -> tuple[str, ...]:
    """List the approved measures that no feed of the program can fill.

    Args:
        given: The program directory.

    Returns:
        One sentence a measure and table: which columns it needs, and where to mend it.

    Raises:
        ReportError: `metrics.yaml` does not fit.
    """
    board = load_board(given.decision("metrics.yaml"))
    found = unsourced(board, provided_columns(given.sources))
    return tuple(
        f"measure {key!r} is approved, and no source gives {', '.join(sorted(columns))} of table "
        f"{table!r}. Map them in sources/, or take the measure out."
        for key, table, columns in found
    )


def unread_deliveries(given: Directory) -> tuple[str, ...]:
    """Name the delivered files that no source reads.

    Args:
        given: The program directory.

    Returns:
        One sentence a file, with where to mend it; a file that looks like a month of a feed also
        blocks that month, as the rule `unread_file`.
    """
    return tuple(
        f"{name!r} is read by no source. Name it under files in sources/, or take it out of the "
        "inbox."
        for name in find_unread(given.sources, inbox=given.delivered)
    )
