"""Mistakes that a run could take for an answer: each is named before anything is spent."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from data_contracts.period import read_period
from data_contracts.synthetic import write_inbox
from pipelines.directory import Directory
from pipelines.draw import draw_release
from tests.pipelines.conftest import Command, copy_example

PERIOD = "2025-Q1"
CANARY = "Zebulon Canarysson"
Row = dict[str, str]


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter of a very small synthetic program."""
    inbox = tmp_path_factory.mktemp("deliveries")
    write_inbox(inbox, seed=1, months=read_period(PERIOD).months, calls_per_year=4000)
    return inbox


@pytest.fixture
def town(tmp_path: Path, deliveries: Path) -> Path:
    """A program with its own copy of the deliveries, which a test may spoil."""
    folder = copy_example("riverton", tmp_path / "town")
    (folder / "inbox").mkdir()
    for file in deliveries.iterdir():
        (folder / "inbox" / file.name).write_bytes(file.read_bytes())
    return folder


def change_rows(file: Path, change: Callable[[int, Row], None]) -> None:
    """Change the rows of a file, each by its number and what it holds."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for number, row in enumerate(rows):
        change(number, row)
    with file.open("w", encoding="utf-8", newline="") as stream:
        written = csv.DictWriter(stream, list(rows[0]))
        written.writeheader()
        written.writerows(rows)


def spoil_clock(_: int, row: Row) -> None:
    """Write the time as nobody said it would be written."""
    row["Contact Start"] = CANARY


def spoil_amount(number: int, row: Row) -> None:
    """Write one amount in words."""
    if number == 1:
        row["Amount USD"] = CANARY


def test_a_file_whose_times_cannot_be_read_is_no_empty_month(
    town: Path, care_dividend: Command
) -> None:
    change_rows(town / "inbox" / "encounters_2025-01.csv", spoil_clock)

    checked = care_dividend("check", "--program", town)
    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert (checked.exit_code, result.exit_code) == (1, 1)
    for said in (checked.stderr, result.stderr):
        assert said.startswith("Refused.")
        assert len(said.strip().splitlines()) == 1
        assert "encounters_2025-01.csv" in said
        assert "encounter_datetime.unreadable" in said
        assert "sources/encounters.yaml" in said
        assert CANARY not in said
    assert Directory(path=town).ledger.rows() == []
    assert not (town / "public").exists()


def test_it_runs_once_the_file_is_mended(
    town: Path, deliveries: Path, care_dividend: Command
) -> None:
    name = "encounters_2025-01.csv"
    change_rows(town / "inbox" / name, spoil_clock)
    refused = care_dividend("run", "--program", town, "--period", PERIOD)
    (town / "inbox" / name).write_bytes((deliveries / name).read_bytes())

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert refused.exit_code == 1
    assert result.exit_code == 0, result.output
    assert [row.release for row in Directory(path=town).ledger.rows()] == [PERIOD]


def test_an_exact_table_that_lacks_rows_is_called_so(town: Path, care_dividend: Command) -> None:
    change_rows(town / "inbox" / "spending.csv", spoil_amount)

    result = care_dividend("run", "--program", town, "--period", PERIOD)
    status = care_dividend("status", "--program", town, "--json")

    assert result.exit_code == 0, result.output
    assert "Not whole: spending" in result.stderr
    assert "amount_usd.unreadable" in result.stderr
    assert "amount_usd.unreadable" in status.stdout
    for start, said in (("", "Not whole: rows of"), ("es/", "Incompleto: se rechazaron filas de")):
        page = town / "public" / start / "reports" / PERIOD / "savings" / "index.html"
        assert said in page.read_text(encoding="utf-8")
    assert CANARY not in result.output + status.output


def test_a_comparison_of_areas_that_are_not_there_stops_before_anything_is_spent(
    town: Path, care_dividend: Command
) -> None:
    file = town / "impact.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("start: 2023-01\n", "start: 2023-01\n    treated: [atlantis]\n", 1),
        encoding="utf-8",
    )

    results = [
        care_dividend("check", "--program", town),
        care_dividend("run", "--program", town, "--period", PERIOD),
    ]

    for result in results:
        assert result.exit_code == 1
        assert "impact.yaml" in result.stderr
        assert "'atlantis': there is no such area under areas of program.yaml" in result.stderr
    assert Directory(path=town).ledger.rows() == []
    assert not (town / "vault" / "coded").exists()


def test_check_names_a_month_that_one_feed_has_not_delivered(
    town: Path, care_dividend: Command
) -> None:
    (town / "inbox" / "encounters_2025-02.csv").unlink()

    result = care_dividend("check", "--program", town)

    assert result.exit_code == 0, result.output
    assert "encounters: 2025-02 is not delivered yet" in result.stdout
    assert "Nothing stands in the way" not in result.stdout


def test_a_release_without_its_intake_names_feeds_and_months(town: Path) -> None:
    """The wall tells no reason of the private side, so this one is asked before it."""
    given = Directory(path=town)

    with pytest.raises(ContractError) as caught:
        draw_release(given, PERIOD)

    assert "encounters 2025-02" in str(caught.value)
    assert given.ledger.rows() == []


def test_a_cost_without_a_source_is_named_in_the_words_of_its_file(
    town: Path, care_dividend: Command
) -> None:
    file = town / "costs" / "officer_hour.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.partition("    source:")[0], encoding="utf-8")

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert result.exit_code == 1
    assert "costs/officer_hour.yaml" in result.stderr
    assert "'source' is missing" in result.stderr
    assert "function-after" not in result.stderr


def test_a_new_program_fits_its_own_sources(tmp_path: Path, care_dividend: Command) -> None:
    folder = tmp_path / "mycity"

    made = care_dividend(
        "init", folder, "--name", "Crisis Team", "--city", "Mycity: North", "--custodian", "Care",
        "--contact", "board@mycity.example", "--population", "90000", "--first-month", "2025-01",
        "--contacts", "9000", "--calls", "34000",
    )  # fmt: skip
    status = care_dividend("status", "--program", folder)
    check = care_dividend("check", "--program", folder)

    assert made.exit_code == 0, made.output
    assert status.exit_code == 0, status.output
    assert check.exit_code == 1
    assert "is not delivered yet" in check.stderr
