"""The exact road in a run: a feed that is late or does not add up is named, and stops nothing."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import Result

from data_contracts.period import read_period
from data_contracts.synthetic import write_inbox
from pipelines.directory import Directory
from pipelines.rehearse import late_feeds
from tests.pipelines.conftest import Command, copy_example

PERIOD = "2025-Q1"
REPORT = f"reports/{PERIOD}/savings/index.html"


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter of a very small synthetic program, and its whole tables."""
    inbox = tmp_path_factory.mktemp("deliveries")
    write_inbox(inbox, seed=1, months=read_period(PERIOD).months, calls_per_year=4000)
    return inbox


def make_town(deliveries: Path, to: Path) -> Path:
    """A program with its own copy of the deliveries, which a test may spoil."""
    folder = copy_example("riverton", to)
    inbox = folder / "inbox"
    inbox.mkdir()
    for file in deliveries.iterdir():
        (inbox / file.name).write_bytes(file.read_bytes())
    return folder


def change_rows(file: Path, change: Callable[[dict[str, str]], None]) -> None:
    """Change every row of a file."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        change(row)
    with file.open("w", encoding="utf-8", newline="") as stream:
        written = csv.DictWriter(stream, list(rows[0]))
        written.writeheader()
        written.writerows(rows)


def overspend(row: dict[str, str]) -> None:
    """Spend ten times what was appropriated."""
    if row["Kind"] == "Reinvestment" and row["Stage"] == "Spent":
        row["Amount USD"] = f"{10 * float(row['Amount USD']):.2f}"


@pytest.fixture(scope="module")
def spoiled(
    tmp_path_factory: pytest.TempPathFactory, deliveries: Path, care_dividend: Command
) -> tuple[Path, Result]:
    """A town whose spending does not add up and whose staffing is late, run."""
    town = make_town(deliveries, tmp_path_factory.mktemp("spoiled") / "town")
    change_rows(town / "inbox" / "spending.csv", overspend)
    (town / "inbox" / "staffing.csv").unlink()

    return town, care_dividend("run", "--program", town, "--period", PERIOD)


def test_the_release_is_published_all_the_same(spoiled: tuple[Path, Result]) -> None:
    town, result = spoiled

    assert result.exit_code == 0, result.output
    assert [row.release for row in Directory(path=town).ledger.rows()] == [PERIOD]
    assert (town / "public" / "exact" / "outcomes.csv").is_file()


def test_both_feeds_are_named_with_where_to_mend_them(spoiled: tuple[Path, Result]) -> None:
    said = spoiled[1].stderr

    assert "spending.chain" in said
    assert "vault/checks/all/spending.json" in said
    assert "staffing.csv" in said
    assert "not delivered yet" in said


def test_what_does_not_fit_is_not_public(spoiled: tuple[Path, Result]) -> None:
    exact = spoiled[0] / "public" / "exact"

    found = yaml.safe_load((exact / "datapackage.json").read_text(encoding="utf-8"))

    assert not (exact / "spending.csv").exists()
    assert not (exact / "staffing.csv").exists()
    assert found["care_dividend"]["missing"] == {
        "spending": "refused",
        "staffing": "not_delivered",
    }


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ("", "The accounts were delivered and refused"),
        ("es/", "Las cuentas se entregaron y se rechazaron"),
    ],
)
def test_the_savings_report_says_what_it_lacks(
    spoiled: tuple[Path, Result], tree: str, words: str
) -> None:
    page = (spoiled[0] / "public" / f"{tree}{REPORT}").read_text(encoding="utf-8")

    assert words in page


def test_status_keeps_saying_it(spoiled: tuple[Path, Result], care_dividend: Command) -> None:
    result = care_dividend("status", "--program", spoiled[0])

    assert "spending.chain" in result.output


def test_once_mended_the_tables_are_there(
    spoiled: tuple[Path, Result], deliveries: Path, care_dividend: Command
) -> None:
    town = spoiled[0]
    for name in ("spending.csv", "staffing.csv"):
        (town / "inbox" / name).write_bytes((deliveries / name).read_bytes())

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert result.exit_code == 0, result.output
    assert "Not published" not in result.stderr
    assert (town / "public" / "exact" / "spending.csv").is_file()
    assert (town / "public" / "exact" / "staffing.csv").is_file()
    assert len(Directory(path=town).ledger.rows()) == 1


def leave_out_surveys(policy: Path) -> None:
    """Release nothing of a table that no feed fills; the visits take its share."""
    text = policy.read_text(encoding="utf-8")
    kept, _, rest = text.partition("      surveys:")
    text = kept.replace("split: 0.64", "split: 0.70") + rest[rest.index("\napprovals:") :]
    policy.write_text(text, encoding="utf-8")


def test_check_names_late_feeds_and_measures_without_a_source(
    tmp_path: Path, deliveries: Path, care_dividend: Command
) -> None:
    town = make_town(deliveries, tmp_path / "town")
    (town / "inbox" / "spending.csv").unlink()
    (town / "sources" / "surveys.yaml").unlink()
    leave_out_surveys(town / "privacy.yaml")

    result = care_dividend("check", "--program", town, "--month", "2025-01")

    assert result.exit_code == 0, result.output
    assert "spending" in result.output
    assert "not delivered yet" in result.output
    assert "'satisfaction' is approved" in result.output
    assert "satisfaction_code" in result.output
    assert not (town / "public").exists()


@pytest.mark.parametrize("late", ["2025-02", "2025-03"])
def test_a_feed_that_is_late_is_named_in_the_last_delivered_month_too(
    tmp_path: Path, deliveries: Path, late: str
) -> None:
    town = make_town(deliveries, tmp_path / "town")
    (town / "inbox" / f"encounters_{late}.csv").unlink()
    months = read_period("2025-H1").months

    assert late_feeds(Directory(path=town), months) == {late: ("encounters",)}


def test_a_participant_column_in_a_spending_feed_is_refused(
    tmp_path: Path, deliveries: Path, care_dividend: Command
) -> None:
    town = make_town(deliveries, tmp_path / "town")
    source = town / "sources" / "spending.yaml"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("  Line: {", "  Client ID: {"), encoding="utf-8")

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert result.exit_code == 1
    assert "sources/spending.yaml" in result.stderr
    assert "Client ID" in result.stderr
    assert not (town / "public").exists()
