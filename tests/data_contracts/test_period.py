"""Mirrors data_contracts/period.py."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.errors import ContractError
from data_contracts.period import PeriodKind, fiscal_year_of, next_month, read_period

STARTS = st.integers(1, 12)
MONTHS = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2999), STARTS)


@given(month=MONTHS, steps=st.integers(-500, 500))
def test_stepping_back_returns(month: str, steps: int) -> None:
    assert next_month(next_month(month, steps=steps), steps=-steps) == month


@given(year=st.integers(1901, 2999), start=STARTS)
def test_quarters_and_halves_make_up_the_year(year: int, start: int) -> None:
    whole = read_period(f"FY{year}", fiscal_year_start=start)

    quarters = [read_period(f"{year}-Q{n}", fiscal_year_start=start) for n in (1, 2, 3, 4)]
    halves = [read_period(f"{year}-H{n}", fiscal_year_start=start) for n in (1, 2)]

    assert sum((one.months for one in quarters), ()) == whole.months
    assert sum((one.months for one in halves), ()) == whole.months
    assert {one.fiscal_year for one in (*quarters, *halves)} == {whole.fiscal_year}


@given(year=st.integers(1901, 2999), start=STARTS)
def test_every_month_knows_its_fiscal_year(year: int, start: int) -> None:
    months = read_period(f"FY{year}", fiscal_year_start=start).months

    years = {fiscal_year_of(month, fiscal_year_start=start) for month in months}

    assert years == {f"FY{year}"}


def test_a_fiscal_year_is_named_by_the_year_in_which_it_ends() -> None:
    found = read_period("FY2025", fiscal_year_start=7)

    assert (found.start, found.end) == (date(2024, 7, 1), date(2025, 7, 1))
    assert found.kind is PeriodKind.YEAR


@pytest.mark.parametrize("name", ["2025", "2025-Q5", "2025-H3", "FY25", "2025-q1", "FY2025 ", ""])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ContractError, match="is not a period"):
        read_period(name)
