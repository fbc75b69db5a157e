"""Write measures in SQL. The chain: land -> judge -> strip -> **code** -> link."""

from data_contracts.contract import Column
from data_contracts.feed import Precision, Source
from transforms.engine import quoted


def express_measure(column: Column, source: Source) -> str:
    """Write a measure: a number of the feed or the minutes between two times, clipped.

    A number that nobody can have meant, negative or above the column's `most`, is not known.
    """
    top, most = column.range or 0, column.highest or 0
    if column.name in source.given:
        number = f"TRY_CAST({quoted(column.name)} AS DOUBLE)"
        known = f"{number} BETWEEN 0 AND {most:d}"
    elif column.between and all(is_exact(source, name) for name in column.between):
        begin, end = column.between
        seconds = f"date_diff('second', {quoted(f'{begin}__at')}, {quoted(f'{end}__at')})"
        number = f"{seconds} / 60.0"
        exact = " AND ".join(quoted(f"{name}__exact") for name in column.between)
        known = f"{exact} AND {number} BETWEEN 0 AND {most:d}"
    else:
        return "CAST(NULL AS INTEGER)"
    clipped = f"greatest(0, least({top:d}, floor({number})))"
    return f"CASE WHEN {known} THEN CAST({clipped} AS INTEGER) END"


def is_exact(source: Source, name: str) -> bool:
    """Whether a feed gives a time to the minute."""
    column = source.column(name)
    return column is not None and column.precision is Precision.MINUTE
