"""The ledger from the program's side: in PostgreSQL by its address, and never overdrawn."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.postgres import find_programs, serve_postgres
from data_contracts.period import read_period
from data_contracts.synthetic import write_inbox
from pipelines.directory import LEDGER_URL, Directory
from pipelines.draw import draw_release, publish_release
from privacy.errors import PrivacyError
from privacy.ledger import Debit, Ledger
from tests.pipelines.conftest import Command, copy_example, hashes

PERIOD = "2025-Q1"
PASSWORD = "hunter2canary"  # noqa: S105  # the server trusts anybody on its socket; nobody may say it
RERUNS = 2


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A PostgreSQL database, with a password in its address."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    with serve_postgres(programs) as server:
        url = server.make_database("ledger")
        yield url.replace("care@", f"care:{PASSWORD}@").replace("+psycopg", "")


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, address: str, care_dividend: Command
) -> Iterator[tuple[Path, str]]:
    """A small program whose first quarter is released, and all that the commands said."""
    folder = copy_example("riverton", tmp_path_factory.mktemp("program") / "town")
    (folder / "inbox").mkdir()
    write_inbox(folder / "inbox", seed=1, months=read_period(PERIOD).months, calls_per_year=4000)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(LEDGER_URL, address)
        words = [("run", "--period", PERIOD), ("ledger", "verify"), ("status", "--json")]
        results = [care_dividend(*one, "--program", folder) for one in words]
        assert [result.exit_code for result in results] == [0, 0, 0], results[0].output
        yield folder, "".join(result.output for result in results)


def test_every_command_works_on_a_ledger_in_postgresql(town: tuple[Path, str]) -> None:
    folder, said = town

    rows = Directory(path=folder).ledger.rows()

    assert [row.release for row in rows] == [PERIOD]
    assert "1 releases, consistent, not anchored" in said
    assert json.loads(said[said.index("{") :])["releases"][0][1] == PERIOD
    assert json.loads((folder / "public" / "ledger.json").read_text())["chain"][0]["link"] == (
        rows[0].link
    )
    assert not (folder / "ledger" / "ledger.sqlite").exists()


def test_the_password_of_the_address_is_nowhere(town: tuple[Path, str]) -> None:
    """Not in what was said, nor in any file of the program: vault, Dagster's record, site."""
    folder, said = town

    files = [file for file in folder.rglob("*") if file.is_file()]

    assert len(files) > 100
    assert PASSWORD not in said
    assert [file for file in files if PASSWORD.encode() in file.read_bytes()] == []


def test_without_its_address_the_ledger_is_missing_and_not_begun_again(
    town: tuple[Path, str], care_dividend: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = town
    monkeypatch.delenv(LEDGER_URL)

    result = care_dividend("run", "--program", folder, "--period", PERIOD)

    assert result.exit_code == 1
    assert "The ledger is missing" in result.stderr
    assert "name the ledger's own database again" in result.stderr
    assert not (folder / "ledger" / "ledger.sqlite").exists()


def test_without_its_address_anchor_and_chain_the_vault_remembers_the_ledger(
    town: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """privacy.md, C4, last row: the variable is forgotten, and two files are gone."""
    ignored = shutil.ignore_patterns(".dagster", "inbox")
    folder = Path(shutil.copytree(town[0], tmp_path / "town", ignore=ignored))
    (folder / "ledger" / "anchor.txt").unlink()
    (folder / "public" / "ledger.json").unlink()
    monkeypatch.delenv(LEDGER_URL)

    with pytest.raises(PrivacyError, match=r"ledger is missing.*as vault/anchor.txt remembers"):
        draw_release(Directory(path=folder), PERIOD)


def test_runs_of_a_drawn_release_read_no_record_and_are_one_content(
    town: tuple[Path, str], tmp_path: Path
) -> None:
    """The vault is gone: whatever is published again comes from the ledger."""
    ignored = shutil.ignore_patterns("vault", ".dagster")
    folder = Path(shutil.copytree(town[0], tmp_path / "town", ignore=ignored))
    (folder / "vault").write_text("opening this folder fails")
    (folder / "public" / "releases" / PERIOD / "card.html").unlink()  # a page, of another room
    given, found = Directory(path=folder), {json.dumps(hashes(folder / "public" / "releases"))}
    shutil.rmtree(folder / "public" / "releases")

    for _ in range(RERUNS):
        assert draw_release(given, PERIOD).replayed
        publish_release(given, PERIOD)
        found.add(json.dumps(hashes(folder / "public" / "releases")))

    assert len(given.ledger.rows()) == 1
    assert len(found) == 1


def overdrawn(folder: Path) -> Path:
    """A program whose year has paid for another release, and whose vault cannot be opened."""
    program = copy_example("riverton", folder / "overdrawn")
    (program / "vault").write_text("opening this folder fails")
    (program / "inbox").write_text("and so does opening this one")
    spent = Debit("2025-Q4", "FY2025", 355_000_000, "a" * 64, '{"months":[]}', "2026-01-15")
    ledger = Ledger(program / "ledger", public=program / "public")
    ledger.charge(spent, nano_cap=360_000_000, files=lambda _: {"f": b"noisy"})
    return program


def test_over_budget_is_refused_before_any_record_is_opened(
    tmp_path: Path, care_dividend: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run, for which there is room, stops where the vault would be opened."""
    monkeypatch.delenv(LEDGER_URL, raising=False)
    program = overdrawn(tmp_path)
    before = hashes(program, leave_out=".dagster")

    refused = care_dividend("run", "--program", program, "--period", PERIOD)
    another = care_dividend("run", "--program", program, "--period", "2026-Q1")

    assert refused.exit_code == 1
    assert "needs rho=0.06; 0.005 of 0.36 is left in FY2025" in refused.stderr
    assert "Lower rho in privacy.yaml, or wait for the next fiscal year" in refused.stderr
    assert hashes(program, leave_out=".dagster") == before
    assert another.exit_code == 1
    assert "is left in" not in another.stderr


def test_two_releases_that_only_one_year_can_pay_for_are_both_refused(
    tmp_path: Path, care_dividend: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first will cost is set aside before the second is asked about."""
    monkeypatch.delenv(LEDGER_URL, raising=False)
    program = overdrawn(tmp_path)
    shutil.rmtree(program / "ledger")
    spent = Debit("2025-Q4", "FY2025", 250_000_000, "a" * 64, '{"months":[]}', "2026-01-15")
    Ledger(program / "ledger", public=program / "public").charge(
        spent, nano_cap=360_000_000, files=lambda _: {"f": b"noisy"}
    )

    result = care_dividend("run", "--program", program, "--period", PERIOD, "--period", "2025-Q2")

    assert "'2025-Q2' needs rho=0.06; 0.05 of 0.36 is left in FY2025" in result.stderr


def test_dagsters_own_database_is_refused(
    town: tuple[Path, str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster keeps its runs in SQLite here; an address that names them is taken for what it is."""
    runs = next((town[0] / ".dagster").rglob("runs.db"))
    monkeypatch.setenv(LEDGER_URL, f"sqlite:///{runs}")

    with pytest.raises(PrivacyError, match="holds the record of Dagster"):
        Directory(path=town[0]).ledger.rows()

    assert address
