"""Deliveries and configurations that went wrong elsewhere, each as a user would meet it."""

import csv
import math
import shutil
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.pipelines.conftest import Command

CASES = SHARED / "findings" / "cases"
QUARTER, YEAR = "2025-Q1", "FY2025"
FIVE_SD = 5  # of a total; without late records a year's would lie 8 away
REFUSED = {
    "04-two-digit-year": "encounter_datetime.unreadable",
    "06-empty-month": "encounters.empty",
    "08-truncated-export": "encounters.ends_early",
    "09-ragged-rows": "encounters.mostly_refused_rows",
    "10-excel-numbers": "encounter_id.mangled",
    "12-two-agencies": "numbering: {participant: NAME}",
    "17-files-dot": "leaves the inbox",
    "18-age-999": "age_band_code.mostly_outside",
    "20-12h-no-ampm": "%p",
    "21-block-without-feed": "no source gives what these tables count",
    "22-yml-source": "outreach.yml",
    "24-duplicate-key": "said in line 18 already",
    "25-population-dot": "Write 50000",
    "26-new-category": "disposition_code.mostly_unmapped",
    "30-float-codes": "naloxone_code.mostly_unmapped",
    "31-last-before-first": "lies before the first month",
    "32-latin1-configuration": "UTF-8",
    "36-yaml-without-a-line": "line 11",
    "37-yes-no": "Put it in quotes",
    "38-absolute-path": "inside the inbox",
    "40-target-500": "a share of 100",
}
PUBLISHED = {
    "01-late-in-next-file": (QUARTER, 200),
    "02-late-year": (YEAR, 20),
    "13-placeholder-person": (QUARTER, 200),  # "Anonymous" is nobody, and each visit its own unit
}


@pytest.fixture
def copy(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the program of a case, by the name that the test was given."""
    if not CASES.is_dir():
        pytest.skip("the findings are not beside this checkout")
    case: str = request.param
    return Path(shutil.copytree(CASES / case / "program", tmp_path / "program"))


@pytest.mark.parametrize(("copy", "words"), REFUSED.items(), ids=list(REFUSED), indirect=["copy"])
def test_a_case_is_refused_or_blocked_by_check_and_by_run(
    copy: Path, words: str, care_dividend: Command
) -> None:
    checked = care_dividend("check", "--program", copy)
    result = care_dividend("run", "--program", copy, "--period", QUARTER)

    for said in (checked, result):
        assert said.exit_code == 1, said.output
        assert isinstance(said.exception, SystemExit)
        assert words in " ".join(said.output.split())
    assert not (copy / "public" / "releases").exists()


@pytest.mark.parametrize(
    ("copy", "period", "monthly"),
    [(case, *rest) for case, rest in PUBLISHED.items()],
    ids=list(PUBLISHED),
    indirect=["copy"],
)
def test_a_case_is_published_to_the_last_visit(
    copy: Path, period: str, monthly: int, care_dividend: Command
) -> None:
    result = care_dividend("run", "--program", copy, "--period", period)

    assert result.exit_code == 0, result.output
    file = copy / "public" / "releases" / period / "tables" / "contacts_month.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == (12 if period == YEAR else 3)
    total = sum(float(row["estimate"]) for row in rows)
    sd = math.hypot(*(float(row["sd"]) for row in rows))
    assert sd < 0.1 * monthly * len(rows)
    assert abs(total - monthly * len(rows)) <= FIVE_SD * sd


def test_every_case_is_tried() -> None:
    if not CASES.is_dir():
        pytest.skip("the findings are not beside this checkout")
    assert {one.name for one in CASES.iterdir()} == {*REFUSED, *PUBLISHED}
