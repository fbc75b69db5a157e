"""Keep Riverton's books. The chain: books -> employ -> **spend** -> exact.

Pay follows from staffing, so that hours, pay and cost agree; and every reinvestment names the line
on which it was certified, voted and spent.
"""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from data_contracts.synthetic.books import Books, Item, Reinvestment

_CENTS = 2
_HUNDREDS = -2
_PROGRAM = "Crisis program"

Entry = dict[str, object]


def keep_books(books: Books, staffing: pd.DataFrame) -> pd.DataFrame:
    """Write one row an entry: budgets, monthly costs, start-up and reinvestments.

    Args:
        books: Kinds of cost, funds and reinvestments.
        staffing: Rows of `employ.report_staffing`, which give the pay.

    Returns:
        Columns as the feed names them, in the order of days.
    """
    entries = [*_program(books, staffing), *_start_up(books)]
    for reinvestment in books.spending.reinvestments:
        entries += _chain(reinvestment)
    found = pd.DataFrame(entries).sort_values("Booked", kind="stable", ignore_index=True)
    found.insert(0, "Entry", [f"EN-{n:05d}" for n in range(1, len(found) + 1)])
    return found


def monthly_costs(books: Books, staffing: pd.DataFrame) -> pd.DataFrame:
    """Work out the cost of every item and month, in dollars: one column an item."""
    pay = staffing[["Pay From", "Pay To"]].astype(float).mean(axis=1) * staffing["Hours Staffed"]
    by_post = staffing.assign(pay=pay).pivot_table(
        index="Reported", columns="Post", values="pay", aggfunc="sum"
    )
    whole = by_post.sum(axis=1)

    def cost(item: Item) -> "pd.Series[float]":
        return by_post[list(item.posts)].sum(axis=1) + item.of_pay * whole + item.monthly

    return pd.DataFrame({name: cost(item) for name, item in books.spending.items.items()})


def _program(books: Books, staffing: pd.DataFrame) -> Iterator[Entry]:
    """Enter what the program was planned to cost and what it cost, by item and by fund."""
    costs, spending = monthly_costs(books, staffing), books.spending
    for year in books.years:
        of_year = costs[costs.index.str.startswith(f"{year:04d}-")]
        for name, item in spending.items.items():
            planned = float(of_year[name].sum()) * spending.budget
            for fund, share in spending.funds.items():
                yield _entry(
                    f"{year:04d}-01-02", year, "Program", "Budgeted",
                    round(planned * share, _HUNDREDS), line=_line(year, name), item=name,
                    recipient=item.recipient, fund=fund,
                )  # fmt: skip
    for day, row in costs.iterrows():
        year = int(str(day)[:4])
        for name, item in spending.items.items():
            for fund, share in spending.funds.items():
                yield _entry(
                    str(day), year, "Program", "Spent", float(row[name]) * share,
                    line=_line(year, name), item=name, recipient=item.recipient, fund=fund,
                )  # fmt: skip


def _start_up(books: Books) -> Iterator[Entry]:
    for day, amount in books.spending.start_up.items():
        yield _entry(
            f"{day:%Y-%m-%d}", day.year, "Start-up", "Spent", amount,
            line=_line(day.year, "Start-up"), item="Start-up", recipient="Community provider",
            fund="Grants",
        )  # fmt: skip


def _chain(line: Reinvestment) -> Iterator[Entry]:
    """Enter a reinvestment from the budget it was taken out of to whom it was paid."""

    def entry(day: date, stage: str, amount: int, recipient: str, item: str) -> Entry:
        return _entry(
            f"{day:%Y-%m-%d}", line.year, "Reinvestment", stage, amount,
            line=line.line, item=item, recipient=recipient, fund="General fund",
            department=line.department,
        )  # fmt: skip

    for day, amount in line.certified.items():
        yield entry(day, "Certified", amount, "", "")
    for day, amount in line.appropriated.items():
        yield entry(day, "Appropriated", amount, "Harm reduction provider", "")
    for paid in line.spent:
        yield entry(paid.date, "Spent", paid.amount, paid.recipient, paid.item)


def _entry(  # noqa: PLR0913 (one argument a column of the feed)
    booked: str,
    year: int,
    kind: str,
    stage: str,
    amount: float,
    *,
    line: str,
    item: str,
    recipient: str,
    fund: str,
    department: str = _PROGRAM,
) -> Entry:
    return {
        "Line": line,
        "Booked": booked,
        "Budget Year": year,
        "Kind": kind,
        "Stage": stage,
        "Fund": fund,
        "Department": department,
        "Recipient": recipient,
        "Cost Item": item,
        "Amount USD": f"{round(amount, _CENTS):.2f}",
    }


def _line(year: int, item: str) -> str:
    return f"PC-{year:04d}-{item.upper()}"
