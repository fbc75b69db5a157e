"""Mirrors reports/released.py and reports/datapackage.py."""

import json
from math import sqrt
from pathlib import Path

import pandas as pd
import pytest

from reports.errors import ReportError
from reports.estimate import Mark
from reports.released import Release, Statistic, open_release
from tests.reports.sample_release import write_release


def test_a_cell_reads_back_as_it_was_published(release: Release) -> None:
    frame = release.table("housing").set_index("housing")

    found = release.total("housing", housing="unhoused")

    assert found.value == pytest.approx(frame.loc["unhoused", "estimate"])
    assert found.sd == pytest.approx(frame.loc["unhoused", "sd"], abs=1e-3)
    assert found.low == pytest.approx(frame.loc["unhoused", "low"], abs=2e-3)
    assert found.mark is Mark.USE


def test_a_sum_of_cells_uses_their_covariance(release: Release) -> None:
    frame, matrix = (
        release.table("naloxone"),
        pd.read_parquet(release.folder / "covariance.parquet"),
    )
    cells = frame.loc[frame["naloxone"].isin(["given", "not_given"]), "cell"].tolist()
    block = matrix[matrix["block"] == "contacts"].set_index(["row", "column"])["value"]
    variance = sum(block[min(a, b), max(a, b)] for a in cells for b in cells)

    found = release.total("naloxone", naloxone=["given", "not_given"])

    assert found.sd == pytest.approx(sqrt(variance))
    assert found.sd != pytest.approx(sqrt(sum(block[c, c] for c in cells)), rel=0.01)


def test_all_tables_of_a_block_have_one_total(release: Release) -> None:
    totals = [release.total(name) for name in ("naloxone", "age_band", "response_area")]

    assert [one.value for one in totals] == pytest.approx([totals[0].value] * 3, abs=0.1)
    assert [one.sd for one in totals] == pytest.approx([totals[0].sd] * 3, rel=0.01)


def test_a_part_and_the_rest_of_a_share_add_to_one(release: Release) -> None:
    whole, given = release.select("naloxone"), release.select("naloxone", naloxone="given")
    rest = release.select("naloxone", naloxone=["not_given", "unknown"])

    part, other = release.ratio(given, whole), release.ratio(rest, whole)

    assert part.value + other.value == pytest.approx(1)
    assert part.sd == pytest.approx(other.sd)
    assert part.low == pytest.approx(1 - other.high)


def test_sums_of_different_blocks_are_independent(release: Release) -> None:
    contacts, calls = release.select("naloxone"), release.select("path_area")

    both = release.sum(contacts + calls)

    apart = [release.sum(release.scaled(contacts)), release.sum(calls)]
    assert both.value == pytest.approx(sum(one.value for one in apart))
    assert both.sd == pytest.approx(sqrt(sum(one.sd**2 for one in apart)))


def test_a_quantile_marks_by_what_was_planned_not_by_what_was_drawn(release: Release) -> None:
    starts = {"under_10": 0, "10_to_14": 10, "15_to_19": 15, "20_to_29": 20, "30_to_44": 30}
    bands = [(float(start), key) for key, start in starts.items()]
    cells = [(start, release.select("response_area", response_band=key)) for start, key in bands]

    unplanned = release.quantile(cells, 0.99)
    planned = release.quantile(cells, 0.99, planned=1e6)

    assert unplanned.mark is Mark.WITHHELD
    assert planned.mark is Mark.USE
    assert planned.value == unplanned.value


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda r: r.table("nothing"), "has no table 'nothing'"),
        (lambda r: r.total("naloxone", naloxone="never"), "no cell with naloxone in \\['never'\\]"),
        (lambda r: r.total("naloxone", mood="calm"), "no cell with mood"),
        (lambda r: r.total("naloxone", Statistic.SUM), "has no sum"),
    ],
)
def test_what_is_not_there_is_refused_by_name(release: Release, ask: object, said: str) -> None:
    assert callable(ask)

    with pytest.raises(ReportError, match=said):
        ask(release)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_release(tmp_path)
    (folder / "covariance.parquet").unlink()

    with pytest.raises(ReportError, match=r"no covariance\.parquet"):
        open_release(folder).total("naloxone")


def test_a_table_without_a_column_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_release(tmp_path)
    file = folder / "tables" / "naloxone.csv"
    pd.read_csv(file).drop(columns=["sd"]).to_csv(file, index=False)

    with pytest.raises(ReportError, match=r"lacks columns \['sd'\]"):
        open_release(folder).table("naloxone")


@pytest.mark.parametrize("content", ["{", "{}", json.dumps({"care_dividend": {"release": "x"}})])
def test_a_broken_data_package_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "datapackage.json").write_text(content, encoding="utf-8")

    with pytest.raises(ReportError) as caught:
        open_release(tmp_path)

    assert "datapackage.json" in str(caught.value)
    assert "\n" not in str(caught.value)
