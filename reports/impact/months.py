"""Count in months. **months** -> designs, panel, study."""

from data_contracts.period import next_month

QUARTER = 3
YEAR = 12


def months_between(first: str, last: str) -> int:
    """Count the months from one to another.

    >>> months_between("2022-11", "2023-01")
    2
    """
    years, months = int(last[:4]) - int(first[:4]), int(last[5:]) - int(first[5:])
    return years * YEAR + months


def span_months(first: str, last: str) -> tuple[str, ...]:
    """List months, both ends included.

    >>> span_months("2022-12", "2023-02")
    ('2022-12', '2023-01', '2023-02')
    """
    return tuple(
        next_month(first, steps=number) for number in range(months_between(first, last) + 1)
    )
