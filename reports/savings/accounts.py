"""Read what the accounts say: what the program cost, and what became of what it freed.

exact tables -> **accounts** -> report -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from data_contracts.period import Period, PeriodKind
from reports.errors import ReportError
from reports.exact import Exact

SPENDING, STAFFING = "spending", "staffing"
STAGES = ("certified", "appropriated", "spent")
PROGRAM_COST, START_UP = "program_cost", "start_up"
MONTHS_A_YEAR = 12
LAST = "9999-12"  # what is booked late counts for its fiscal year
POLICE = "police"  # the department whose posts could stay empty
_NEEDED = {
    "month", "budget_year", "spending_kind_code", "spending_stage_code", "department_code",
    "fund_code", "recipient_kind_code", "cost_item_code", "amount_usd",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chain:
    """What was certified as taken out of budgets in one fiscal year, voted back, and spent.

    For a quarter or a half only what was booked by its last month is in it.
    """

    year: int
    certified: float
    appropriated: float
    spent: float

    @property
    def rate(self) -> float | None:
        """Of 100 certified dollars those spent again; nothing where none was certified."""
        return self.spent / self.certified * 100 if self.certified else None


@dataclass(frozen=True, slots=True)
class Accounts:
    """Exact sums, in dollars. They carry no noise: no person is in them.

    `running` is what it cost to run the program in the period, by `items`; nothing where nothing
    was booked. `start_up` is all start-up money so far, by fiscal year, `start_up_booked` what of
    it was paid in the period. `chain` is that of the period's fiscal year up to `until`, the last
    month of a quarter or half; `recipients` who got what was spent, `given_up` whose budgets gave
    it up. `staffed_hours` are those of the teams, where every post's are told and no row of theirs
    was refused. `cost_lacks` are months in which rows of the accounts were refused that may be of
    this period's cost, `chain_lacks` those that may be of the chain.
    """

    year: int
    running: float | None
    items: tuple[tuple[str, float], ...]
    start_up: tuple[tuple[int, float], ...]
    start_up_booked: float
    chain: Chain
    years: tuple[Chain, ...]
    recipients: tuple[tuple[str, float], ...]
    given_up: tuple[tuple[str, float], ...]
    until: str = ""
    staffed_hours: float | None = None
    cost_lacks: tuple[str, ...] = ()
    chain_lacks: tuple[str, ...] = ()

    @property
    def certified_police(self) -> float:
        """Certified cash that the police budget gave up."""
        return dict(self.given_up).get(POLICE, 0.0)

    @property
    def certified_others(self) -> float:
        """Certified cash that other budgets gave up."""
        return self.chain.certified - self.certified_police


def read_accounts(exact: Exact, period: Period) -> Accounts | None:
    """Add up the accounts of a period.

    Args:
        exact: The tables that passed without noise.
        period: Of the report.

    Returns:
        Exact sums; nothing where spending was not delivered or was refused.

    Raises:
        ReportError: The table lacks a column.
    """
    table = exact.table(SPENDING)
    if table is None:
        return None
    if missing := sorted(_NEEDED - set(table.columns)):
        raise ReportError(f"exact/spending.csv lacks columns {missing}. Publish it again.")
    year = int(period.fiscal_year.removeprefix("FY"))
    own = table[table["budget_year"].astype(int) == year]
    spent = own[own["spending_stage_code"] == "spent"]
    part = period.kind is not PeriodKind.YEAR
    if part:
        spent = spent[spent["month"].isin(period.months)]
    program = spent[spent["spending_kind_code"] == PROGRAM_COST]
    chain = table[table["spending_kind_code"] == "reinvestment"]
    if part:
        chain = chain[chain["month"] <= period.months[-1]]
    years = sorted({int(one) for one in chain["budget_year"] if int(one) <= year} | {year})
    chains = tuple(_chain(chain, one) for one in years)
    ours = chain[chain["budget_year"].astype(int) == year]
    return Accounts(
        year=year,
        running=None if program.empty else float(program["amount_usd"].sum()),
        items=_by(program, "cost_item_code"),
        start_up=_start_up(table, year),
        start_up_booked=float(
            spent.loc[spent["spending_kind_code"] == START_UP, "amount_usd"].sum()
        ),
        chain=chains[-1],
        years=chains,
        recipients=_by(ours[ours["spending_stage_code"] == "spent"], "recipient_kind_code"),
        given_up=_by(ours[ours["spending_stage_code"] == "certified"], "department_code"),
        until=period.months[-1] if part else "",
        staffed_hours=_staffed(exact, period),
        cost_lacks=exact.lacks(
            SPENDING, since=period.months[0], until=period.months[-1] if part else LAST
        ),
        chain_lacks=exact.lacks(SPENDING, until=period.months[-1] if part else LAST),
    )


def _chain(table: pd.DataFrame, year: int) -> Chain:
    own = table[table["budget_year"].astype(int) == year]
    sums: Mapping[str, float] = {
        stage: float(own.loc[own["spending_stage_code"] == stage, "amount_usd"].sum())
        for stage in STAGES
    }
    return Chain(year, sums["certified"], sums["appropriated"], sums["spent"])


def _by(table: pd.DataFrame, column: str) -> tuple[tuple[str, float], ...]:
    """Sum by a code, the largest first."""
    sums = table.groupby(column, sort=True)["amount_usd"].sum()
    pairs = [(str(code), float(amount)) for code, amount in sums.items()]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def _start_up(table: pd.DataFrame, year: int) -> tuple[tuple[int, float], ...]:
    found = table[
        (table["spending_kind_code"] == START_UP)
        & (table["spending_stage_code"] == "spent")
        & (table["budget_year"].astype(int) <= year)
    ]
    sums = found.groupby(found["budget_year"].astype(int), sort=True)["amount_usd"].sum()
    return tuple((int(str(booked)), float(amount)) for booked, amount in sums.items())


def yearly(total: float, *, rate: float, years: float) -> float:
    """Spread an amount evenly over years at a real discount rate.

    >>> round(yearly(1000.0, rate=0.03, years=5)), yearly(1000.0, rate=0.0, years=5)
    (218, 200.0)
    """
    return total / years if not rate else total * rate / (1 - (1 + rate) ** -years)


def start_up_share(accounts: Accounts, *, rate: float, years: float, months: int) -> float:
    """Give the part of start-up money that a period bears: money serves years, not one month.

    Args:
        accounts: All start-up money so far, by fiscal year.
        rate: Real discount rate a year.
        years: Over which the money serves, from the fiscal year in which it was booked.
        months: Of the period.

    Returns:
        Dollars; 0 where the money no longer serves.

    Source: equivalent annual cost; Drummond and others 2015, chapter 7.
    """
    serving = sum(total for booked, total in accounts.start_up if accounts.year < booked + years)
    return yearly(serving, rate=rate, years=years) * months / MONTHS_A_YEAR


def _staffed(exact: Exact, period: Period) -> float | None:
    table = exact.table(STAFFING)
    if table is None or not {"month", "staffed_hours"} <= set(table.columns):
        return None
    if exact.lacks(STAFFING, since=period.months[0], until=period.months[-1]):
        return None
    own = pd.to_numeric(table[table["month"].isin(period.months)]["staffed_hours"])
    return None if own.empty or own.hasnans else float(own.sum())
