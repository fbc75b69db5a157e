"""Read period names: `2019-03`, `2025-Q3`, `2025-H1`, `FY2025`.

A fiscal year is named by the calendar year in which it ends; quarters and halves count within it.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from data_contracts.errors import ContractError


class PeriodKind(StrEnum):
    """Length of a period."""

    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


_MONTHS = {PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
_LETTER = {"Q": PeriodKind.QUARTER, "H": PeriodKind.HALF}
_NAME = re.compile(r"(?:(?P<year>\d{4})-(?P<kind>[QH])(?P<number>[1-4])|FY(?P<whole>\d{4}))")


@dataclass(frozen=True, slots=True)
class Period:
    """Months that one release covers.

    `months` are `YYYY-MM` in order; `fiscal_year` is `FY2025`; `end` the first day after it.
    """

    name: str
    kind: PeriodKind
    fiscal_year: str
    months: tuple[str, ...]

    @property
    def start(self) -> date:
        """First day."""
        return date.fromisoformat(f"{self.months[0]}-01")

    @property
    def end(self) -> date:
        """First day after the period."""
        return date.fromisoformat(f"{next_month(self.months[-1])}-01")


def next_month(month: str, *, steps: int = 1) -> str:
    """Count months forward, or backward where `steps` is negative.

    >>> next_month("2019-12"), next_month("2019-01", steps=-1)
    ('2020-01', '2018-12')
    """
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + steps, 12)
    return f"{year:04d}-{number + 1:02d}"


def read_period(name: str, *, fiscal_year_start: int = 1) -> Period:
    """Turn a period's name into its months.

    >>> read_period("2025-Q3").months
    ('2025-07', '2025-08', '2025-09')
    >>> read_period("FY2025", fiscal_year_start=7).months[0]
    '2024-07'

    Args:
        name: `2025-Q3`, `2025-H1` or `FY2025`.
        fiscal_year_start: Month, 1 to 12, in which the fiscal year begins.

    Returns:
        The period with its months in order.

    Raises:
        ContractError: The name is not one of the three forms.
    """
    found = _NAME.fullmatch(name)
    kind = _LETTER[found["kind"]] if found and found["kind"] else PeriodKind.YEAR
    number = int(found["number"]) if found and found["number"] else 1
    if found is None or number * _MONTHS[kind] > _MONTHS[PeriodKind.YEAR]:
        raise ContractError(
            f"{name!r} is not a period. Write a quarter as 2025-Q3, a half as 2025-H1, "
            "a fiscal year as FY2025."
        )
    ends_in = int(found["year"] or found["whole"])
    first = f"{ends_in if fiscal_year_start == 1 else ends_in - 1:04d}-{fiscal_year_start:02d}"
    skip = (number - 1) * _MONTHS[kind]
    months = tuple(next_month(first, steps=skip + step) for step in range(_MONTHS[kind]))
    return Period(name=name, kind=kind, fiscal_year=f"FY{ends_in:04d}", months=months)


def fiscal_year_of(month: str, *, fiscal_year_start: int = 1) -> str:
    """Name the fiscal year of a month.

    >>> fiscal_year_of("2024-07", fiscal_year_start=7), fiscal_year_of("2024-07")
    ('FY2025', 'FY2024')
    """
    year, number = int(month[:4]), int(month[5:])
    later = fiscal_year_start > 1 and number >= fiscal_year_start
    return f"FY{year + later:04d}"
