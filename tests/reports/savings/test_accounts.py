"""Mirrors reports/savings/accounts.py and spent.py."""

from dataclasses import replace
from pathlib import Path

import pytest

from data_contracts.period import read_period
from reports.errors import ReportError
from reports.savings.accounts import read_accounts, start_up_share
from reports.savings.report import Savings
from reports.savings.rows import account_rows
from reports.savings.spent import spent_words
from tests.reports.savings.conftest import spending, write_exact

FISCAL = read_period("FY2025")


def test_the_cost_is_what_was_spent_not_what_was_budgeted(tmp_path: Path) -> None:
    accounts = read_accounts(write_exact(tmp_path, spending(cost=1_200_000)), FISCAL)

    assert accounts is not None
    assert accounts.running == pytest.approx(1_200_000)
    assert dict(accounts.items)["wages"] == pytest.approx(720_000)
    assert accounts.start_up == ((2023, 825_000.0),)


def test_a_quarter_costs_what_its_months_cost(tmp_path: Path) -> None:
    exact = write_exact(tmp_path, spending(cost=1_200_000))

    accounts = read_accounts(exact, read_period("2025-Q3"))

    assert accounts is not None
    assert accounts.running == pytest.approx(300_000)
    assert accounts.until == "2025-09"
    assert accounts.chain.certified == 240_000


def test_a_quarter_certifies_only_what_was_booked_by_its_end(tmp_path: Path) -> None:
    exact = write_exact(tmp_path, spending())  # its chain is booked in September

    before, after = (read_accounts(exact, read_period(name)) for name in ("2025-Q2", "2025-Q3"))

    assert before is not None
    assert after is not None
    assert (before.chain.certified, before.given_up, before.recipients) == (0.0, (), ())
    assert after.chain.certified == 240_000


def test_start_up_money_is_borne_by_the_years_that_it_serves(tmp_path: Path) -> None:
    accounts = read_accounts(write_exact(tmp_path, spending()), FISCAL)

    assert accounts is not None
    assert accounts.start_up_booked == 0.0
    shares = {
        (years, months): start_up_share(accounts, rate=0.03, years=years, months=months)
        for years, months in ((5, 12), (5, 3), (2, 12))
    }
    assert shares[5, 12] == pytest.approx(825_000 * 0.03 / (1 - 1.03**-5))
    assert shares[5, 3] == pytest.approx(shares[5, 12] / 4)
    assert shares[2, 12] == 0.0  # booked in 2023, it served 2023 and 2024


def test_the_full_cost_holds_the_share_of_start_up_money(savings: Savings) -> None:
    assert savings.accounts is not None
    assert savings.accounts.running is not None

    words = spent_words(savings, savings.accounts, language="en")

    assert savings.start_up_usd == pytest.approx(825_000 * 0.03 / (1 - 1.03**-5))
    assert savings.cost_usd == pytest.approx(savings.accounts.running + savings.start_up_usd)
    assert words.items[-1][0] == "Start-up money, the share of this period"
    cents = [float(said.strip("$").replace(",", "")) for _, said in words.items]
    assert sum(cents) == pytest.approx(savings.cost_usd, abs=len(cents))


def test_certified_cash_of_other_payers_is_no_part_of_step_one(
    savings: Savings, tmp_path: Path
) -> None:
    """Step 1 is about police posts; what another department gave up stands in its own row."""
    table = spending()
    table.loc[len(table)] = {
        **table.iloc[-1].to_dict(),
        "spending_stage_code": "certified", "department_code": "fire_ems",
        "recipient_kind_code": "unknown", "amount_usd": 90_000.0,
    }  # fmt: skip
    accounts = read_accounts(write_exact(tmp_path, table), FISCAL)
    assert accounts is not None

    rows = account_rows(replace(savings, accounts=accounts), accounts, language="en").rows

    said = {row.label: row.value for row in rows}
    assert said["2. Certified: police"] == "$240,000"
    assert said["2. Certified: other departments"] == "$90,000"
    assert rows[3].span == "$150,000 waits for a vote"


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
    assert accounts.running is None
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
