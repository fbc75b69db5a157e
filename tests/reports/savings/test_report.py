"""Mirrors reports/savings/report.py: what is missing is named, and the rest still stands."""

from dataclasses import replace
from pathlib import Path

from reports.exact import Exact, open_exact
from reports.parameters import Parameters
from reports.program_facts import ProgramFacts
from reports.released import Release, open_release
from reports.savings.assumptions import needed
from reports.savings.report import Gap, Savings, estimate_savings
from tests.reports.sample_release import Plan, write_release
from tests.reports.savings.conftest import YEAR, spending, write_exact


def test_nothing_is_missing_where_everything_was_delivered(
    savings: Savings, savings_quarter: Savings
) -> None:
    assert savings.gaps == savings_quarter.gaps == ()
    assert not savings.bounded
    assert savings_quarter.bounded
    assert [len(one.months) for one in (savings, savings_quarter)] == [12, 3]


def test_accounts_that_are_not_there_are_named_with_their_reason(
    year: Release, program: ProgramFacts, parameters: Parameters, tmp_path: Path
) -> None:
    reasons = {
        "no_feed": Exact(tmp_path / "nothing"),
        "not_delivered": write_exact(tmp_path / "a", None, {"spending": "not_delivered"}),
        "refused": write_exact(tmp_path / "b", None, {"spending": "refused"}),
        "booked": write_exact(tmp_path / "c", spending(year=2024)),
    }

    for why, exact in reasons.items():
        found = estimate_savings(year, program=program, parameters=parameters, exact=exact)

        assert found.gaps == (Gap("spending", why=why),)
        assert found.cost_usd is None
        assert found.model is not None


def test_no_assumptions_leave_the_funnel_and_the_accounts(
    year: Release, program: ProgramFacts, city: Path
) -> None:
    found = estimate_savings(year, program=program, parameters=None, exact=open_exact(city))

    assert found.gaps == (Gap("parameters", why="no_costs"),)
    assert found.model is None
    assert found.funnel is not None
    assert found.accounts is not None


def test_a_missing_assumption_or_kind_of_call_is_named(
    year: Release, program: ProgramFacts, parameters: Parameters, city: Path
) -> None:
    fewer = {name: one for name, one in parameters.found.items() if name != "jail_booking"}
    share = parameters["police_attended_by_type"]
    without = replace(share, spans={k: v for k, v in share.spans.items() if k != "trespass"})
    odd = {**parameters.found, share.name: without}

    gaps = [
        estimate_savings(
            year,
            program=program,
            parameters=replace(parameters, found=found),
            exact=open_exact(city),
        ).gaps
        for found in (fewer, odd)
    ]

    assert gaps[0] == (Gap("parameters", ("jail_booking",)),)
    assert gaps[1] == (Gap("parameters", ("police_attended_by_type (trespass)",)),)
    assert "jail_booking" in needed("call_type")


def test_a_missing_table_is_named_and_the_page_keeps_the_rest(
    tmp_path: Path, program: ProgramFacts, parameters: Parameters, city: Path
) -> None:
    tables = {
        "contacts": {k: v for k, v in YEAR["contacts"].items() if k not in {"police", "naloxone"}},
        "no_contact": {k: v for k, v in YEAR["no_contact"].items() if k != "nc_month"},
    }
    release = open_release(write_release(tmp_path, "FY2025", Plan(tables=tables)))

    found = estimate_savings(
        release, program=program, parameters=parameters, exact=open_exact(city)
    )

    assert found.gaps == (Gap("tables", ("police",)),)
    assert found.naloxone is None
    assert found.months == ()
    assert found.funnel is not None
