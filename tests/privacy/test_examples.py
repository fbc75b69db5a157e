"""The policies of all example programs, as a board would check them."""

from decimal import Decimal
from pathlib import Path

import pytest

from data_contracts.period import read_period
from data_contracts.program import load_program
from privacy.marks import Mark
from privacy.noise import epsilon
from privacy.plan import Plan, make_plan
from privacy.policy import Policy, Status, load_policy, require_approved
from tests.privacy.small import AFTER


def policy_of(root: Path, name: str) -> Policy:
    return load_policy(root / "examples" / name / "privacy.yaml")


def plan_of(root: Path, name: str, period: str) -> Plan:
    program = load_program(root / "examples" / name)
    return make_plan(policy_of(root, name), program=program, period=read_period(period))


@pytest.mark.parametrize(
    ("name", "status", "correction"),
    [
        ("tempe", Status.EXERCISE, "0"),
        ("milwaukee", Status.EXERCISE, "0"),
        ("riverton", Status.SAMPLE, "0.02"),
    ],
)
def test_an_example_costs_the_standard_and_runs_unsigned(
    root: Path, name: str, status: Status, correction: str
) -> None:
    """A correction comes on top of the standard; the cap includes it."""
    policy = policy_of(root, name)

    assert policy.cap_rho == policy.calendar_rho == Decimal("0.36") + Decimal(correction)
    assert policy.correction_rho == Decimal(correction)
    assert round(epsilon(float(policy.cap_rho - policy.correction_rho)), 2) == 4.34
    assert require_approved(policy, on=AFTER) is status
    assert policy.approvals == ()


@pytest.mark.parametrize("year", ["FY2017", "FY2022"])
def test_tempe_is_accurate_to_a_few_calls(root: Path, year: str) -> None:
    """Every number by naloxone, age and housing has an sd of at most 6 calls, most below 4."""
    numbers = plan_of(root, "tempe", year).numbers["contacts"]

    found = [one for one in numbers if one.number.table in {"naloxone", "age_band", "housing"}]

    assert len(found) == 3 + 8 + 4
    assert max(one.sd for one in found) < 4
    assert max(one.sd for one in numbers) < 6


def test_tempe_shows_what_was_not_recorded(root: Path) -> None:
    plan = plan_of(root, "tempe", "FY2019")

    tables = plan.spec.blocks[0].tables

    assert all(dict(table.drop) == {} for table in tables)
    naloxone = {
        one.number.cell for one in plan.numbers["contacts"] if one.number.table == "naloxone"
    }
    assert naloxone == {("given",), ("not_given",), ("unknown",)}


@pytest.mark.parametrize("period", ["2025-Q1", "2025-Q4", "FY2025"])
def test_riverton_can_be_planned_and_shows_its_headlines(root: Path, period: str) -> None:
    """Visits and calls by month, naloxone and all totals are fit for use; every mark has a source.

    Of `calls_month` the level that stands for a call is the headline; those that stand for none
    are second people and outreach, few by nature.
    """
    plan = plan_of(root, "riverton", period)

    marks = {
        (one.number.table, one.number.cell): one.mark
        for numbers in plan.numbers.values()
        for one in numbers
    }

    by_month = {where: mark for where, mark in marks.items() if where[0].endswith("_month")}
    assert {table for table, _ in by_month} == {"contacts_month", "calls_month", "nc_month"}
    assert {
        mark for (table, cell), mark in by_month.items() if table != "calls_month" or "yes" in cell
    } == {Mark.USE}
    assert marks["naloxone", ("given",)] is Mark.USE
    assert marks.get(("contacts_total", ()), Mark.USE) is Mark.USE
    levels = {cell for (table, cell) in marks if table == "police"}
    assert ("none",) in levels
    assert not any(one.guessed for numbers in plan.numbers.values() for one in numbers)
