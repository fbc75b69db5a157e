"""Mirrors reports/quality/estimate.py, on an invented release whose truth is known."""

import pytest

from reports.estimate import Mark
from reports.metrics import load_registry
from reports.program_facts import ProgramFacts
from reports.quality.estimate import Result, estimate_measure
from reports.released import Release


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
    expected = 100 * unserved.value / (eligible.value + met.value)
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
        release.total(table, area_kind="urban").value / 90_000 * 10_000
        for table in ("naloxone_area", "response_area")
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
