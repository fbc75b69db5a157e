"""Mirrors reports/savings/funnel.py."""

from pathlib import Path

import pytest

from reports.released import Release, open_release
from reports.savings.funnel import NOT_SENT, count_funnel
from tests.reports.sample_release import LOSS, Plan, write_release


def test_each_step_is_the_one_before_less_what_left(year: Release) -> None:
    funnel = count_funnel(year)

    assert funnel is not None
    for before, step in zip(funnel.steps, funnel.steps[1:], strict=False):
        lost = sum(found.value for _, found in step.lost)
        assert step.found.value == pytest.approx(before.found.value - lost)
        assert step.lost_all is not None
        assert step.lost_all.value == pytest.approx(lost)


def test_never_triaged_is_kept_apart_from_not_eligible(year: Release) -> None:
    funnel = count_funnel(year)

    assert funnel is not None
    triaged, eligible = funnel.step("triaged"), funnel.step("eligible")
    assert [way for way, _ in triaged.lost] == ["not_triaged", "unknown"]
    assert [way for way, _ in eligible.lost] == ["not_eligible"]


def test_visits_are_those_of_the_anchor_and_their_noise_is_exact(year: Release) -> None:
    funnel = count_funnel(year)

    assert funnel is not None
    assert funnel.anchored
    anchor, met = year.total("contacts_total"), funnel.step("met").found
    assert (met.value, met.sd) == (anchor.value, anchor.sd)
    received = year.sum(year.select("contacts_total") + year.select("path_calltype"))
    assert funnel.steps[0].found.sd == pytest.approx(received.sd)


def test_a_quarter_has_no_anchor_and_adds_back_what_its_plan_expects_to_be_lost(
    quarter: Release,
) -> None:
    funnel = count_funnel(quarter)

    assert funnel is not None
    assert not funnel.anchored
    limited = quarter.total("naloxone")
    assert funnel.people.value == pytest.approx(limited.value / (1 - LOSS), abs=0.1)
    assert funnel.people.sd > limited.sd / (1 - LOSS)
    assert not funnel.step("received").found.bounded


def test_where_nothing_tells_calls_from_people_the_steps_count_them_together(year: Release) -> None:
    funnel = count_funnel(year)

    assert funnel is not None
    assert not funnel.counted
    assert (funnel.another, funnel.uncalled) == (None, None)
    assert funnel.step("met").found.value == pytest.approx(funnel.people.value)


def test_a_call_counts_once_and_people_met_stand_apart(tmp_path: Path) -> None:
    """First persons and rows that do not say are calls; the second person and outreach are not."""
    told = {"person": ("person_of_call",), "visits_month": ("month",)}
    tables = {"contacts": told, "no_contact": {"path": ("path",)}}

    release = open_release(write_release(tmp_path, "FY2025", Plan(sd=1.0, tables=tables)))
    funnel = count_funnel(release)

    assert funnel is not None
    assert funnel.another is not None
    assert funnel.uncalled is not None
    rest = funnel.another.value + funnel.uncalled.value
    assert rest > 100 * release.table("person")["sd"].max()
    assert funnel.step("met").found.value == pytest.approx(funnel.people.value - rest)


def test_unserved_calls_are_told_by_reason_in_the_order_of_the_list(year: Release) -> None:
    funnel = count_funnel(year)

    assert funnel is not None
    assert tuple(way for way, _ in funnel.unserved) == NOT_SENT
    eligible, sent = funnel.step("eligible").found.value, funnel.step("sent").found.value
    assert funnel.unserved_of_100.value == pytest.approx((eligible - sent) / eligible * 100)


def test_calls_cancelled_before_a_team_was_sent_are_not_missed_ones(year: Release) -> None:
    funnel = count_funnel(year)

    assert funnel is not None
    lost = {way: found.value for way, found in funnel.unserved}
    missed = sum(lost.values()) - lost["cancelled_before_dispatch"]
    share = missed / funnel.step("eligible").found.value * 100
    assert funnel.missed_of_100.value == pytest.approx(share)
    assert funnel.missed_of_100.value < funnel.unserved_of_100.value


def test_a_release_without_a_way_that_calls_end_has_no_funnel(tmp_path: Path) -> None:
    tables = {"contacts": {"police": ("police",)}}

    release = open_release(write_release(tmp_path, "FY2025", Plan(tables=tables)))

    assert count_funnel(release) is None
