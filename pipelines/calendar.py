"""Which months and periods a program has reached."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from data_contracts.period import Period, PeriodKind, fiscal_year_of, next_month, read_period
from data_contracts.program import Program

_COUNT = {PeriodKind.QUARTER: ("-Q", 4), PeriodKind.HALF: ("-H", 2)}
_NO_END = "9999-12"


def find_period(name: str, *, program: Program) -> Period:
    """Read a period's name, with the months that the program can have in it.

    A program that began and ended within the period has its own months there and no others, and
    its policy speaks of just those. Any other program needs every month: what a policy expects of
    a whole period would mark the numbers of a part of it too kindly.

    Args:
        name: `2025-Q3`, `2025-H1` or `FY2025`.
        program: Gives first and last month, and the start of its fiscal year.

    Returns:
        The period.

    Raises:
        ContractError: The name is not a period.
    """
    period = read_period(name, fiscal_year_start=program.fiscal_year_start)
    first, last = program.first_month, program.last_month or _NO_END
    if period.months[0] <= first <= last <= period.months[-1]:
        return replace(period, months=tuple(one for one in period.months if first <= one <= last))
    return period


def months_so_far(program: Program, *, today: date) -> tuple[str, ...]:
    """List the months that have begun, from the program's first to its last.

    Args:
        program: Gives the first and, if it has ended, the last month.
        today: The day to count to.

    Returns:
        `YYYY-MM`, oldest first.
    """
    last = min(today.strftime("%Y-%m"), program.last_month or _NO_END)
    months = [program.first_month]
    while months[-1] < last:
        months.append(next_month(months[-1]))
    return tuple(month for month in months if month <= last)


def periods_so_far(program: Program, kind: PeriodKind, *, today: date) -> tuple[Period, ...]:
    """List the periods of one kind that are over and that the program has every month of.

    Args:
        program: Gives months and the start of its fiscal year.
        kind: Quarters, halves or years.
        today: The day to count to.

    Returns:
        Periods, oldest first.
    """
    begun = months_so_far(program, today=today)
    years = dict.fromkeys(
        fiscal_year_of(month, fiscal_year_start=program.fiscal_year_start) for month in begun
    )
    names: Iterable[str] = years
    if kind is not PeriodKind.YEAR:
        letter, count = _COUNT[kind]
        names = [f"{year[2:]}{letter}{number + 1}" for year in years for number in range(count)]
    periods = [find_period(name, program=program) for name in names]
    return tuple(
        period for period in periods if period.end <= today and set(period.months) <= set(begun)
    )
