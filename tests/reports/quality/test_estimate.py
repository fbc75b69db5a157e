"""Mirrors reports/quality/estimate.py, on an invented release whose truth is known."""

from collections.abc import Mapping

import pytest

from reports.estimate import Mark
from reports.metrics import load_registry
from reports.program_facts import ProgramFacts
from reports.quality.compare import Part, Verdict
from reports.quality.estimate import Result, estimate_measure
from reports.released import Release
from tests.reports.sample_release import LOSS, without_loss


def result_of(key: str, release: Release, program: ProgramFacts) -> Result:
    found = estimate_measure(load_registry()[key], release, program)
    assert found is not None
    return found


def test_a_share_is_the_chosen_cells_of_the_whole_block(
    release: Release, program: ProgramFacts
) -> None:
    found = result_of("naloxone", release, program)

    part, whole = release.total("naloxone", naloxone="given"), release.total("naloxone")
    assert found.values[0].value == pytest.approx(100 * part.value / whole.value, rel=1e-4)
    assert found.size == pytest.approx(whole.value, rel=1e-4)
    assert abs(found.values[0].value - 62) < 5  # 62 in 100 were planned


def test_unserved_calls_are_divided_by_all_eligible_calls_of_both_blocks(
    release: Release, program: ProgramFacts
) -> None:
    found = result_of("path", release, program)

    codes = release.package.dimensions["path"].keys
    unserved = release.total("path_area", path=[c for c in codes if c.startswith("unserved")])
    left_out = ("not_triaged", "not_eligible", "unknown")
    eligible = release.total("path_area", path=[c for c in codes if c not in left_out])
    met = release.total("naloxone")
    expected = 100 * unserved.value / (eligible.value + met.value / (1 - LOSS))
    assert found.values[0].value == pytest.approx(expected, rel=1e-3)


def test_median_and_ninetieth_percentile_are_near_the_plan(
    release: Release, program: ProgramFacts
) -> None:
    median, ninetieth = result_of("response_time", release, program).values

    assert 20 < median.low < median.value < median.high < 30
    assert 45 < ninetieth.value < 75
    assert ninetieth.high - ninetieth.low > median.high - median.low


def test_a_harm_keeps_its_range_however_rare(release: Release, program: ProgramFacts) -> None:
    rows = {row.key: row for row in result_of("police", release, program).breakdown.rows}

    assert "none" not in rows
    assert rows["backup_requested"].found.mark is Mark.WITHHELD
    assert rows["backup_requested"].harm
    assert rows["backup_requested"].found.high > 0


def test_visits_for_residents_use_the_residents_of_that_kind_of_area(
    release: Release, program: ProgramFacts
) -> None:
    found = result_of("area_reach", release, program)

    rows = {row.key: row.found for row in found.breakdown.rows}
    urban = [
        release.total(table, area_kind="urban").value / (1 - LOSS) / 90_000 * 10_000
        for table, about in release.package.tables.items()
        if about.block == "contacts" and "area_kind" in about.dims
    ]
    assert rows["urban"].value in [pytest.approx(one) for one in urban]
    assert "unknown" not in rows


def test_without_residents_there_is_no_rate(release: Release) -> None:
    nowhere = ProgramFacts(name="x", city="x", contact="x")

    assert estimate_measure(load_registry()["area_reach"], release, nowhere) is None


def test_a_measure_without_its_table_has_no_result(release: Release, program: ProgramFacts) -> None:
    assert estimate_measure(load_registry()["veteran"], release, program) is None


def test_groups_repeat_the_figure_and_leave_out_unknown(
    release: Release, program: ProgramFacts
) -> None:
    (group,) = result_of("naloxone", release, program).groups

    assert group.dim == "area_kind"
    assert [row.key for row in group.rows] == ["urban", "suburban", "rural"]
    assert [row.found.mark for row in group.rows][-1] is Mark.WITHHELD


def test_the_answers_to_an_offer_add_to_everyone_offered(
    release: Release, program: ProgramFacts
) -> None:
    rows = result_of("referral_answer", release, program).breakdown.rows

    assert [row.key for row in rows] == ["declined", "accepted", "connected"]
    assert sum(row.found.value for row in rows) == pytest.approx(100)


def test_calls_are_visits_and_other_calls_with_the_anchor_in_the_place_of_visits(
    whole_year: Release, program: ProgramFacts
) -> None:
    found = result_of("calls", whole_year, program)

    other = whole_year.total("nc_source")
    expected = whole_year.total("contacts_total").value + other.value
    assert found.values[0].value == pytest.approx(expected, rel=1e-4)
    assert found.bound == "anchored"
    months = sum(row.found.value for row in found.breakdown.rows)
    assert months == pytest.approx(expected, rel=1e-3)


def test_without_an_anchor_a_mixed_share_says_which_way_it_leans(
    release: Release, program: ProgramFacts
) -> None:
    unplanned = without_loss(release)

    assert result_of("path", unplanned, program).bound == "high"
    assert result_of("served", unplanned, program).bound == "low"
    assert result_of("served", release, program).bound == "expected"
    assert result_of("naloxone", release, program).bound == ""


def test_the_ways_in_which_calls_end_agree_with_one_another(
    whole_year: Release, program: ProgramFacts
) -> None:
    shares = {
        key: result_of(key, whole_year, program).values[0].value
        for key in ("served", "path", "cancels")
    }

    assert sum(shares.values()) == pytest.approx(100, abs=0.1)


def test_people_are_counted_once_and_those_unknown_apart(
    whole_year: Release, program: ProgramFacts
) -> None:
    known, anonymous = result_of("people", whole_year, program).values

    assert known.value == pytest.approx(
        whole_year.total("known_or_anonymous", known_or_anonymous="known").value
    )
    assert anonymous.value < known.value


def test_a_ratio_of_two_blocks_may_pass_one_hundred_and_is_cut_nowhere(
    whole_year: Release, program: ProgramFacts
) -> None:
    found = result_of("survey_answers", whole_year, program).values[0]

    answers, visits = whole_year.total("satisfaction"), whole_year.total("contacts_total")
    assert found.value == pytest.approx(100 * answers.value / visits.value, rel=1e-3)


def test_hospital_trips_of_a_group_are_divided_by_the_people_of_that_group(
    whole_year: Release, program: ProgramFacts
) -> None:
    found = result_of("hospital_race", whole_year, program)

    rows = {row.key: row.found.value for row in found.breakdown.rows}
    total, anchor = whole_year.total("visits_month"), whole_year.total("contacts_total")
    trips = whole_year.total(
        "hospital_race", race="white", hospital=["emergency_department", "involuntary_hold"]
    )
    people = whole_year.total("persons_race", race="white")
    lifted = trips.value * anchor.value / total.value
    assert rows["white"] == pytest.approx(100 * lifted / people.value, rel=1e-3)
    assert "unknown" not in rows


def test_overdose_without_police_looks_at_overdoses_alone(
    whole_year: Release, program: ProgramFacts
) -> None:
    found = result_of("overdose_no_police", whole_year, program)

    assert sum(row.found.value for row in found.breakdown.rows) == pytest.approx(100)
    none = next(row for row in found.breakdown.rows if row.key == "no")
    assert found.values[0].value == pytest.approx(none.found.value)


def test_of_two_groups_the_one_that_waits_longer_is_called_higher(
    whole_year: Release, program: ProgramFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has a smaller part of its visits before the common median waits longer."""
    monkeypatch.setattr("reports.quality.estimate.compare_groups", told_apart)

    group = next(g for g in result_of("response_time", whole_year, program).groups)

    waits = {row.found.value: row.differs for row in group.rows if row.differs}
    assert group.compared
    assert waits[max(waits)] == "higher"
    assert waits[min(waits)] == "lower"


def told_apart(release: Release, parts: Mapping[str, Part]) -> dict[str, Verdict]:
    """Call the group with the largest part higher and that with the smallest lower."""
    share = {
        key: release.sum(one.top).value / release.sum(some).value
        for key, one in parts.items()
        if (some := one.bottom) is not None
    }
    found: dict[str, Verdict] = dict.fromkeys(parts, "same")
    most, least = max(share, key=share.__getitem__), min(share, key=share.__getitem__)
    return {**found, most: "higher", least: "lower"}
