"""Mirrors reports/quality/find.py."""

from pathlib import Path

import pytest

from reports.metrics import load_registry
from reports.quality.find import find_table, lacking, select, whole
from reports.released import Release, open_release
from tests.reports.sample_release import Plan, write_release


def test_a_table_is_found_by_what_it_counts_not_by_its_name(release: Release) -> None:
    assert find_table(release, ["month"], block="contacts") == "visits_month"
    assert find_table(release, ["area_kind", "naloxone"], block="contacts") == "naloxone_area"
    assert find_table(release, ["path"], block="no_contact") == "path_area"


def test_the_smallest_fitting_table_is_taken(release: Release) -> None:
    assert find_table(release, ["naloxone"], block="contacts") == "naloxone"


def test_nothing_is_found_in_another_block_or_for_another_measure(release: Release) -> None:
    assert find_table(release, ["naloxone"], block="no_contact") is None
    assert find_table(release, ["area_kind"], block="contacts", measure="onscene_min") is None


def test_a_coarser_dimension_is_read_from_a_finer_table(tmp_path: Path) -> None:
    plan = Plan(tables={"contacts": {"by_area": ("area",), "by_type": ("call_type",)}})
    fine = open_release(write_release(tmp_path, plan=plan))

    table = find_table(fine, ["area_kind"], block="contacts") or ""
    urban = fine.sum(select(fine, table, {"area_kind": ("urban",)}))

    assert table == "by_area"
    assert urban.value == pytest.approx(fine.total("by_area", area="downtown").value)


def test_the_whole_of_a_block_skips_a_table_with_a_level_left_out(tmp_path: Path) -> None:
    folder = write_release(tmp_path)
    file = folder / "tables" / "naloxone.csv"
    kept = [line for line in file.read_text().splitlines() if not line.startswith("not_given")]
    file.write_text("\n".join(kept) + "\n")
    dropped = open_release(folder)

    cells = whole(dropped, "contacts")

    assert cells is not None
    assert dropped.sum(cells).value == pytest.approx(dropped.total("housing").value, abs=0.1)


def test_a_measure_names_the_table_it_lacks(release: Release) -> None:
    registry = load_registry()

    assert lacking(registry["naloxone"], release) == ()
    assert lacking(registry["veteran"], release) == (("contacts", ("veteran",)),)
    assert lacking(registry["onscene"], release) == (("contacts", ("onscene_band",)),)
    assert ("contacts", ("area_kind",)) in lacking(registry["onscene_mean"], release)
    assert lacking(registry["people_race"], release) == (("persons", ("race",)),)


def test_a_measure_over_two_blocks_needs_both(tmp_path: Path) -> None:
    plan = Plan(tables={"no_contact": {"path": ("path",)}})
    alone = open_release(write_release(tmp_path, plan=plan))

    assert lacking(load_registry()["path"], alone) != ()
