"""Mirrors data_contracts/chain.py."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from data_contracts.contract import Severity
from data_contracts.feed import Source
from data_contracts.program import load_program
from data_contracts.rules import count_violations, write_rules
from data_contracts.source import load_source

SPENDING = """
feed: spending
contract: spending
files: spending.csv
columns:
  No: {to: entry_id}
  Line: {to: line_id}
  Day: {to: booked_date, format: "%Y-%m-%d", precision: date}
  Year: {to: budget_year}
  Kind: {to: spending_kind_code, codes: {Cost: program_cost, Again: reinvestment}}
  Stage:
    to: spending_stage_code
    codes: {Certified: certified, Set aside: appropriated, Paid: spent, Planned: budgeted}
  Amount: {to: amount_usd}
"""

Row = tuple[str | None, str | None, str | None, str | None, str | None]  # line ... amount

CERTIFIED: Row = ("A", "2025", "Again", "Certified", "100.10")
SET_ASIDE: Row = ("A", "2025", "Again", "Set aside", "100.10")
PAID: Row = ("A", "2025", "Again", "Paid", "50.05")


@pytest.fixture(scope="module")
def spending(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Source:
    return read(root, tmp_path_factory.mktemp("sources"), SPENDING)


def read(root: Path, folder: Path, text: str) -> Source:
    (folder / "spending.yaml").write_text(text, encoding="utf-8")
    program = load_program(root / "examples" / "riverton")
    return load_source(folder / "spending.yaml", program=program)


def broken(source: Source, rows: Sequence[Row]) -> int:
    """Chains that do not hold, by the one SQL pass over all rules."""
    statement = count_violations(write_rules(source, tables=()))
    with duckdb.connect() as db:
        db.execute(
            "CREATE TABLE records (line_id TEXT, budget_year TEXT, spending_kind_code TEXT, "
            "spending_stage_code TEXT, amount_usd TEXT, entry_id TEXT, booked_date TEXT, "
            "booked_date__at TIMESTAMP, booked_date__local TIMESTAMP)"
        )
        for number, row in enumerate(rows):
            day = ("2025-01-01",) * 3
            db.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row, str(number), *day]
            )
        found = db.execute(statement.sql, dict(statement.values))
        names = [column[0] for column in found.description or ()]
        (counts,) = found.fetchall()
    return int(dict(zip(names, counts, strict=True))["spending.chain"])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [CERTIFIED],
        [CERTIFIED, SET_ASIDE, PAID, PAID],
        [PAID, SET_ASIDE, CERTIFIED],
        [("A", "2025", "AGAIN", "certified", "0.30")],
        [("A", "2025", "Again", "Planned", "900")],
        [(None, "2025", "Cost", "Paid", "900")],
    ],
    ids=["nothing", "certified", "whole", "any order", "other case", "planned", "plain cost"],
)
def test_a_chain_that_holds_breaks_nothing(spending: Source, rows: list[Row]) -> None:
    assert broken(spending, rows) == 0


def test_cents_add_up_exactly(spending: Source) -> None:
    tenth: Row = ("A", "2025", "Again", "Paid", "0.1")
    whole = [("A", "2025", "Again", stage, "0.3") for stage in ("Certified", "Set aside")]

    assert broken(spending, [*whole, tenth, tenth, tenth]) == 0
    assert broken(spending, [*whole, tenth, tenth, tenth, ("A", "2025", "Again", "Paid", "0.01")])


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        ([SET_ASIDE], 1),
        ([CERTIFIED, PAID], 1),
        ([CERTIFIED, SET_ASIDE, SET_ASIDE], 1),
        ([CERTIFIED, SET_ASIDE, PAID, PAID, PAID], 1),
        ([CERTIFIED, ("B", *SET_ASIDE[1:])], 1),
        ([CERTIFIED, ("A", "2026", *SET_ASIDE[2:])], 1),
        ([SET_ASIDE, ("B", *SET_ASIDE[1:])], 2),
        ([(None, *CERTIFIED[1:]), (None, *CERTIFIED[1:])], 2),
    ],
    ids=[
        "never certified",
        "never set aside",
        "set aside twice",
        "paid too often",
        "another line",
        "another year",
        "two lines",
        "no line",
    ],
)
def test_a_chain_that_does_not_hold_is_counted(spending: Source, rows: list[Row], n: int) -> None:
    assert broken(spending, rows) == n


def test_what_is_refused_certifies_nothing(spending: Source) -> None:
    unreadable: Row = ("A", "20x5", "Again", "Certified", "100.10")

    assert broken(spending, [unreadable, CERTIFIED, SET_ASIDE]) == 0
    assert broken(spending, [("A", "2025", "Again", "Certified", "-1"), SET_ASIDE]) == 1


def test_a_feed_of_reinvestments_alone_says_so_by_a_constant(root: Path, tmp_path: Path) -> None:
    kind = "  Kind: {to: spending_kind_code, codes: {Cost: program_cost, Again: reinvestment}}\n"
    text = SPENDING.replace(kind, "") + "constants: {spending_kind_code: reinvestment}\n"
    source = read(root, tmp_path, text)
    row: Row = ("A", "2025", "reinvestment", "Set aside", "5")

    assert source.given[4] == "spending_kind_code"
    assert broken(source, [row]) == 1


def test_a_broken_chain_blocks_and_none_is_allowed(spending: Source) -> None:
    (rule,) = [one for one in write_rules(spending, tables=()) if one.name == "spending.chain"]

    assert (rule.severity, rule.tolerance) == (Severity.BLOCK, 0)


def test_the_sql_is_in_the_dialect_that_spark_shares(spending: Source) -> None:
    sqlglot = pytest.importorskip("sqlglot")

    text = count_violations(write_rules(spending, tables=())).sql

    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level="RAISE")
    assert "DECIMAL(18, 4)" in spark
