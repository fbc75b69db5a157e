"""Mirrors pipelines/calendar.py."""

from datetime import date

import pytest

from data_contracts.errors import ContractError
from data_contracts.period import PeriodKind, read_period
from data_contracts.program import Program
from pipelines.calendar import find_period, periods_so_far

LONG_AFTER = date(2030, 1, 1)


def program(first: str, last: str | None, *, fiscal_year_start: int = 1) -> Program:
    """A program of one area that ran for some months."""
    return Program.model_validate(
        {
            "name": "Test",
            "city": "Nowhere",
            "custodian": {"name": "Nobody", "kind": "other"},
            "time_zone": "America/Chicago",
            "fiscal_year_start": fiscal_year_start,
            "first_month": first,
            "last_month": last,
            "contact": "nobody",
            "areas": [{"code": "all", "name": "All", "kind": "urban", "population": 1}],
        }
    )


@pytest.mark.parametrize(
    ("first", "last", "name", "months"),
    [
        ("2018-05", "2018-05", "FY2018", ("2018-05",)),
        ("2018-05", "2018-05", "2018-Q2", ("2018-05",)),
        ("2018-05", "2018-08", "FY2018", ("2018-05", "2018-06", "2018-07", "2018-08")),
        ("2018-04", "2018-06", "2018-Q2", ("2018-04", "2018-05", "2018-06")),
    ],
)
def test_a_program_within_a_period_has_its_own_months_there(
    first: str, last: str, name: str, months: tuple[str, ...]
) -> None:
    found = find_period(name, program=program(first, last))

    assert found.months == months
    assert (found.name, found.fiscal_year) == (name, "FY2018")


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2018-05", None, "FY2018"),
        ("2018-05", "2019-02", "FY2018"),
        ("2017-12", "2018-05", "FY2018"),
        ("2018-05", "2018-05", "FY2019"),
        ("2018-05", "2018-05", "2018-Q3"),
    ],
)
def test_any_other_program_needs_every_month(first: str, last: str | None, name: str) -> None:
    assert find_period(name, program=program(first, last)) == read_period(name)


def test_a_fiscal_year_that_begins_in_july_is_cut_the_same_way() -> None:
    found = find_period("FY2019", program=program("2018-08", "2018-09", fiscal_year_start=7))

    assert found.months == ("2018-08", "2018-09")


def test_the_calendar_has_the_one_year_of_a_short_program_and_no_half_of_a_long_one() -> None:
    short, long = program("2018-05", "2018-05"), program("2017-01", "2018-05")

    names = {
        name: [one.name for one in periods_so_far(given, PeriodKind.YEAR, today=LONG_AFTER)]
        for name, given in {"short": short, "long": long}.items()
    }

    assert names == {"short": ["FY2018"], "long": ["FY2017"]}


def test_a_short_year_is_over_with_its_last_month() -> None:
    short = program("2018-05", "2018-05")

    days = {day: periods_so_far(short, PeriodKind.YEAR, today=day) for day in _around("2018-06-01")}

    assert [len(found) for found in days.values()] == [0, 1]


def _around(day: str) -> tuple[date, date]:
    end = date.fromisoformat(day)
    return date.fromordinal(end.toordinal() - 1), end


def test_a_name_that_is_no_period_is_refused() -> None:
    with pytest.raises(ContractError, match="is not a period"):
        find_period("2018-05", program=program("2018-05", "2018-05"))
