"""Mirrors the exact feeds of data_contracts/synthetic/: employ, spend, govern and observe."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_contracts.program import load_program
from data_contracts.synthetic.books import load_books
from data_contracts.synthetic.employ import report_staffing
from data_contracts.synthetic.exact import write_exact
from data_contracts.synthetic.govern import report_governance
from data_contracts.synthetic.observe import expect_outcomes, observe_outcomes
from data_contracts.synthetic.spend import keep_books
from data_contracts.synthetic.truth import true_effects
from tests.conftest import ROOT

SEED = 2025
BOOKS = load_books()


@pytest.fixture(scope="module")
def staffing() -> pd.DataFrame:
    return report_staffing(BOOKS, seed=SEED)


@pytest.fixture(scope="module")
def spending(staffing: pd.DataFrame) -> pd.DataFrame:
    books = keep_books(BOOKS, staffing)
    return books.assign(amount=books["Amount USD"].astype(float))


def test_the_program_costs_about_3_600_000_dollars_a_year(spending: pd.DataFrame) -> None:
    spent = spending[(spending["Kind"] == "Program") & (spending["Stage"] == "Spent")]

    by_year = spent.groupby("Budget Year")["amount"].sum()

    assert list(by_year.index) == [2023, 2024, 2025]
    assert by_year.between(3_200_000, 3_800_000).all()
    assert abs(by_year[2025] - 3_600_000) < 50_000
    assert set(spending.loc[spending["Kind"] == "Start-up", "Budget Year"]) == {2023}


def test_pay_in_the_books_is_hours_times_pay(
    staffing: pd.DataFrame, spending: pd.DataFrame
) -> None:
    pay = staffing[["Pay From", "Pay To"]].astype(float).mean(axis=1) * staffing["Hours Staffed"]
    paid = spending[(spending["Stage"] == "Spent") & (spending["Kind"] == "Program")]

    teams = pay[~staffing["Post"].isin(["Supervisor", "Dispatch liaison"])].sum()

    assert abs(paid.loc[paid["Cost Item"] == "Wages", "amount"].sum() - teams) < 10


def test_every_reinvestment_reconciles(spending: pd.DataFrame) -> None:
    chain = spending[spending["Kind"] == "Reinvestment"]

    lines = chain.pivot_table(
        index=["Line", "Budget Year"], columns="Stage", values="amount", aggfunc="sum"
    )
    years = chain.pivot_table(index="Budget Year", columns="Stage", values="amount", aggfunc="sum")
    spent = chain[chain["Stage"] == "Spent"]
    to_whom = spent.groupby("Recipient")["amount"].sum() / spent["amount"].sum()

    assert (lines["Spent"] <= lines["Appropriated"]).all()
    assert (lines["Appropriated"] <= lines["Certified"]).all()
    assert list(years.loc[2025, ["Certified", "Appropriated", "Spent"]]) == [
        240_000,
        180_000,
        150_000,
    ]
    assert (years.loc[2024] < years.loc[2025]).all()
    assert to_whom["Harm reduction provider"] > 0.5
    assert set(chain["Department"]) == {"Police overtime", "Fire and EMS"}


def test_entries_and_lines_are_numbered_once(
    staffing: pd.DataFrame, spending: pd.DataFrame
) -> None:
    assert spending["Entry"].is_unique
    assert staffing["Line"].is_unique
    assert (spending["Line"] != "").all()
    assert (spending["amount"] > 0).all()


def test_some_posts_are_held_by_fewer_than_ten(staffing: pd.DataFrame) -> None:
    latest = staffing[staffing["Reported"] == "2025-12-31"].set_index("Post")

    assert len(staffing) == 36 * 6
    assert (latest["People"] < 10).sum() == 2
    assert (latest["People"] >= 10).sum() == 4
    assert (staffing["Hours Staffed"] <= staffing["Hours Scheduled"]).all()
    assert (staffing["People"] + staffing["Left"] <= staffing["Posts"]).all()


def test_pay_lies_around_the_living_wage(staffing: pd.DataFrame) -> None:
    latest = staffing[staffing["Reported"] == "2025-12-31"].set_index("Post")

    low, high = (latest[name].astype(float).to_dict() for name in ("Pay From", "Pay To"))

    assert (latest["Living Wage"] == "38.20").all()
    assert low["Peer specialist"] < 38.20 < high["Peer specialist"]
    assert low["Clinician"] > 38.20


def test_what_was_asked_for_is_what_was_answered_refused_and_narrowed() -> None:
    rows = report_governance(BOOKS, seed=SEED)
    asked = rows[rows["Item"].isin(BOOKS.governance.requests) & (rows["Outcome"] != "Upheld")]

    sides = asked.assign(received=asked["Outcome"] == "Received").pivot_table(
        index=["Reported", "Item"], columns="received", values="Number", aggfunc="sum"
    )

    assert rows["Reported"].nunique() == 12
    assert (sides[True] == sides[False]).all()
    assert not rows.duplicated(["Reported", "Item", "Outcome"]).any()
    assert (rows["Item"] == "Law enforcement requests").any()


def test_the_panel_has_18_areas_60_months_and_6_outcomes() -> None:
    program = load_program(ROOT / "examples" / "riverton")
    rows = observe_outcomes(BOOKS, seed=SEED)

    residents = {area.name: area.population for area in (*program.areas, *program.comparison)}

    assert len(rows) == 18 * 60 * 6
    assert {**BOOKS.outcomes.areas, **BOOKS.outcomes.elsewhere} == residents
    assert list(BOOKS.outcomes.areas) == [area.name for area in program.areas]
    assert rows["Month"].iloc[0] == "2021-01-01"
    assert rows["Month"].iloc[-1] == "2025-12-01"


def ratio_of_ratios(rows: pd.DataFrame, outcome: str) -> float:
    """After against before, with teams against without, minus 1."""
    of_kind = rows[rows["Outcome"] == outcome]
    after = of_kind["Month"] >= f"{BOOKS.outcomes.start_month}-01"
    teams = of_kind["Area"].isin(BOOKS.outcomes.areas)
    total = of_kind.groupby([teams.rename("teams"), after.rename("after")])["Events"].sum()
    there, here = total[True], total[False]
    return float((there[True] / there[False]) / (here[True] / here[False]) - 1)


@pytest.mark.parametrize("outcome", list(BOOKS.outcomes.kinds))
def test_the_law_has_its_true_effect_and_nothing_else(outcome: str) -> None:
    effect = true_effects()[outcome.lower().replace(" ", "_").replace("-", "_")]

    by_law = ratio_of_ratios(expect_outcomes(BOOKS, seed=SEED), outcome)
    drawn = [ratio_of_ratios(observe_outcomes(BOOKS, seed=seed), outcome) for seed in range(20)]

    assert abs(by_law - effect) < 1e-9
    assert abs(np.mean(drawn) - effect) < 0.02


def test_exact_files_depend_on_the_seed_only(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        folder.mkdir()
        write_exact(folder, seed=seed)

    first, again, other = (
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders
    )

    assert first == again
    assert all(first[name] != other[name] for name in first)
