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
PROGRAM_KINDS = ("program_cost", "start_up")
_NEEDED = {
    "month", "budget_year", "spending_kind_code", "spending_stage_code", "department_code",
    "fund_code", "recipient_kind_code", "cost_item_code", "amount_usd",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chain:
    """What was certified as taken out of budgets in one fiscal year, voted back, and spent."""

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

    `cost` is what the program cost in the period, by `items`; nothing where nothing was booked.
    `start_up` is all start-up money so far and the fiscal year of the last of it. `chain` is that
    of the period's fiscal year, `recipients` who got what was spent, `given_up` whose budgets
    gave it up; `staffed_hours` are those of the teams, where every post's are told.
    """

    year: int
    cost: float | None
    items: tuple[tuple[str, float], ...]
    start_up: tuple[float, int] | None
    chain: Chain
    years: tuple[Chain, ...]
    recipients: tuple[tuple[str, float], ...]
    given_up: tuple[tuple[str, float], ...]
    staffed_hours: float | None = None


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
    if period.kind is not PeriodKind.YEAR:
        spent = spent[spent["month"].isin(period.months)]
    program = spent[spent["spending_kind_code"].isin(PROGRAM_KINDS)]
    chain = table[table["spending_kind_code"] == "reinvestment"]
    years = sorted({int(one) for one in chain["budget_year"] if int(one) <= year} | {year})
    chains = tuple(_chain(chain, one) for one in years)
    ours = chain[chain["budget_year"].astype(int) == year]
    return Accounts(
        year=year,
        cost=None if program.empty else float(program["amount_usd"].sum()),
        items=_by(program, "cost_item_code"),
        start_up=_start_up(table, year),
        chain=chains[-1],
        years=chains,
        recipients=_by(ours[ours["spending_stage_code"] == "spent"], "recipient_kind_code"),
        given_up=_by(ours[ours["spending_stage_code"] == "certified"], "department_code"),
        staffed_hours=_staffed(exact, period),
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


def _start_up(table: pd.DataFrame, year: int) -> tuple[float, int] | None:
    found = table[
        (table["spending_kind_code"] == "start_up")
        & (table["spending_stage_code"] == "spent")
        & (table["budget_year"].astype(int) <= year)
    ]
    if found.empty:
        return None
    return float(found["amount_usd"].sum()), int(found["budget_year"].astype(int).max())


def _staffed(exact: Exact, period: Period) -> float | None:
    table = exact.table(STAFFING)
    if table is None or not {"month", "staffed_hours"} <= set(table.columns):
        return None
    own = pd.to_numeric(table[table["month"].isin(period.months)]["staffed_hours"])
    return None if own.empty or own.hasnans else float(own.sum())
