"""Mirrors reports/savings/funnel.py."""

from pathlib import Path

import pytest

from reports.released import Release, open_release
from reports.savings.funnel import NOT_SENT, count_funnel
from tests.reports.sample_release import Plan, write_release


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


def test_a_quarter_has_no_anchor_and_says_so(quarter: Release) -> None:
    funnel = count_funnel(quarter)

    assert funnel is not None
    assert not funnel.anchored
    assert funnel.step("met").found.value == pytest.approx(quarter.total("naloxone").value, abs=0.1)


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
