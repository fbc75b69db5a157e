"""Mirrors reports/exact.py."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from reports.errors import ReportError
from reports.exact import open_exact, people

STAFFING = {"month": "yearmonth", "post_code": "string", "n_people": "string", "pay": "number"}
ROWS = "month,post_code,n_people,pay\n2025-01,medic,fewer than 10,24.5\n2025-02,medic,12,\n"


def write(public: Path, *, rows: str = ROWS, fields: Mapping[str, str] = STAFFING) -> Path:
    """Lay out the folder as the exact road writes it."""
    folder = public / "exact"
    folder.mkdir(parents=True)
    package = {
        "name": "exact",
        "resources": [
            {
                "name": "staffing",
                "path": "staffing.csv",
                "schema": {
                    "fields": [{"name": name, "type": kind} for name, kind in fields.items()]
                },
            }
        ],
        "care_dividend": {
            "tables": {"staffing": {"subject": "staff", "title": {"en": "Posts", "es": "Puestos"}}},
            "missing": {"spending": "refused"},
        },
    }
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    (folder / "staffing.csv").write_text(rows, encoding="utf-8")
    return folder


def test_a_table_is_read_as_its_package_says(tmp_path: Path) -> None:
    write(tmp_path)

    frame = open_exact(tmp_path).table("staffing")

    assert frame is not None
    assert list(frame["month"]) == ["2025-01", "2025-02"]
    assert list(frame["n_people"]) == ["fewer than 10", "12"]
    assert frame["pay"][0] == 24.5
    assert math.isnan(frame["pay"][1])


def test_what_is_missing_is_told_and_gives_no_table(tmp_path: Path) -> None:
    write(tmp_path)

    found = open_exact(tmp_path)

    assert found.missing == {"spending": "refused"}
    assert found.table("spending") is None
    assert found.about["staffing"].title["es"] == "Puestos"


def test_a_program_without_exact_tables_has_none(tmp_path: Path) -> None:
    found = open_exact(tmp_path)

    assert (found.table("staffing"), found.missing, found.about) == (None, {}, {})


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    write(tmp_path, rows="month,post_code,n_people,pay\n")

    frame = open_exact(tmp_path).table("staffing")

    assert frame is not None
    assert (len(frame), str(frame["pay"].dtype)) == (0, "float64")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("month,post_code\n", r"staffing.csv has columns \['month', 'post_code'\]"),
        (f"{ROWS}2025-03,medic,12,a lot\n", "column 'pay' is not all numbers"),
    ],
)
def test_a_file_that_does_not_fit_its_package_is_refused(
    tmp_path: Path, rows: str, said: str
) -> None:
    write(tmp_path, rows=rows)

    with pytest.raises(ReportError, match=said):
        open_exact(tmp_path).table("staffing")


def test_a_file_that_is_listed_and_missing_is_refused(tmp_path: Path) -> None:
    write(tmp_path).joinpath("staffing.csv").unlink()

    with pytest.raises(ReportError, match=r"lists staffing\.csv; the file is missing"):
        open_exact(tmp_path).table("staffing")


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "not a mapping"),
        ('{"resources": []}', "care_dividend"),
        (
            '{"resources": [], "care_dividend": {"tables": {}, "missing": {"spending": "late"}}}',
            "missing.spending",
        ),
    ],
)
def test_a_package_of_another_shape_is_refused(tmp_path: Path, package: str, said: str) -> None:
    (write(tmp_path) / "datapackage.json").write_text(package, encoding="utf-8")

    with pytest.raises(ReportError, match=said):
        open_exact(tmp_path)


def test_tables_without_a_package_are_refused(tmp_path: Path) -> None:
    (write(tmp_path) / "datapackage.json").unlink()

    with pytest.raises(ReportError, match=r"no datapackage\.json"):
        open_exact(tmp_path)


@pytest.mark.parametrize(
    ("value", "count"),
    [("10", 10), ("250", 250), ("fewer than 10", None), ("", None), ("12.5", None)],
)
def test_a_count_of_people_is_a_number_or_not_told(value: str, count: int | None) -> None:
    assert people(value) == count
