"""Mirrors reports/savings/accounts.py and spent.py."""

from pathlib import Path

import pytest

from data_contracts.period import read_period
from reports.errors import ReportError
from reports.savings.accounts import read_accounts
from reports.savings.report import Savings
from reports.savings.spent import spent_words
from tests.reports.savings.conftest import spending, write_exact

FISCAL = read_period("FY2025")


def test_the_cost_is_what_was_spent_not_what_was_budgeted(tmp_path: Path) -> None:
    accounts = read_accounts(write_exact(tmp_path, spending(cost=1_200_000)), FISCAL)

    assert accounts is not None
    assert accounts.cost == pytest.approx(1_200_000)
    assert dict(accounts.items)["wages"] == pytest.approx(720_000)
    assert accounts.start_up == (825_000, 2023)


def test_a_quarter_costs_what_its_months_cost(tmp_path: Path) -> None:
    exact = write_exact(tmp_path, spending(cost=1_200_000))

    accounts = read_accounts(exact, read_period("2025-Q3"))

    assert accounts is not None
    assert accounts.cost == pytest.approx(300_000)
    assert accounts.chain.certified == 240_000


def test_the_chain_is_exact_and_has_a_rate_by_year(tmp_path: Path) -> None:
    accounts = read_accounts(write_exact(tmp_path, spending()), FISCAL)

    assert accounts is not None
    chain = accounts.chain
    assert (chain.certified, chain.appropriated, chain.spent) == (240_000, 180_000, 150_000)
    assert chain.rate == 62.5
    assert accounts.given_up == (("police", 240_000),)


def test_a_year_without_bookings_has_no_cost_rather_than_none_of_it(tmp_path: Path) -> None:
    accounts = read_accounts(write_exact(tmp_path, spending(year=2024)), FISCAL)

    assert accounts is not None
    assert accounts.cost is None
    assert accounts.chain.rate is None


def test_a_table_without_a_needed_column_is_refused(tmp_path: Path) -> None:
    exact = write_exact(tmp_path, spending().drop(columns="fund_code"))

    with pytest.raises(ReportError, match="fund_code"):
        read_accounts(exact, FISCAL)


def test_no_table_is_no_accounts(tmp_path: Path) -> None:
    assert read_accounts(write_exact(tmp_path, None), FISCAL) is None


def test_community_harm_reduction_stands_first_whatever_it_got(savings: Savings) -> None:
    assert savings.accounts is not None

    words = spent_words(savings, savings.accounts, language="en")

    assert [name for name, _ in words.recipients] == [
        "Community harm reduction provider", "Organization run by peers",
    ]  # fmt: skip
    assert "at a real discount rate of 2, 3 or 7 of 100" in " ".join(words.notes)
    assert "living wage of $38.20" in words.wage
