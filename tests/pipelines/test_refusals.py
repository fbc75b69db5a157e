"""Bad input: one line that says what broke and where to mend it; nothing half-written or spent."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from data_contracts.period import read_period
from data_contracts.synthetic import write_inbox
from pipelines.directory import Directory
from privacy.policy import load_policy
from tests.pipelines.conftest import Command, copy_example, hashes

MONTHS = read_period("2025-Q1").months
PERIOD = "2025-Q1"
FIRST = "encounters_2025-01.csv"


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three months of a very small synthetic program."""
    inbox = tmp_path_factory.mktemp("deliveries")
    write_inbox(inbox, seed=1, months=MONTHS, calls_per_year=4000)
    return inbox


@pytest.fixture
def town(tmp_path: Path, deliveries: Path) -> Path:
    """A program with its own copy of the deliveries, which a test may spoil."""
    folder = copy_example("riverton", tmp_path / "town")
    inbox = folder / "inbox"
    inbox.mkdir()
    for file in deliveries.iterdir():
        (inbox / file.name).write_bytes(file.read_bytes())
    return folder


def spoil(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of a file."""
    file.write_bytes(change(file.read_bytes()))


def with_column(data: bytes) -> bytes:
    """Add a column that no source names."""
    first, _, rest = data.partition(b"\n")
    lines = [line + b",Zebulon Canarysson" for line in rest.splitlines()]
    return b"\n".join([first.rstrip(b"\r") + b",ssn", *lines]) + b"\n"


def without_column(data: bytes) -> bytes:
    """Take the first column away."""
    return b"\n".join(line.partition(b",")[2] for line in data.splitlines()) + b"\n"


def unclosed(data: bytes) -> bytes:
    """Open a quote that nobody closes."""
    lines = data.splitlines()
    lines[5] = lines[5].replace(b",", b',"', 1)
    return b"\n".join(lines) + b"\n"


SPOILED: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "missing": (lambda file: file.unlink(), ("encounters", "not delivered", "2025-01")),
    "zero bytes": (lambda file: spoil(file, lambda _: b""), (FIRST, "empty")),
    "unknown column": (lambda file: spoil(file, with_column), ("ssn", "sources/encounters.yaml")),
    "missing column": (lambda file: spoil(file, without_column), ("missing", "encounters")),
    "wrong encoding": (
        lambda file: spoil(file, lambda data: data + "Jos\u00e9,\n".encode("latin-1")),
        (FIRST, "utf-8"),
    ),
    "unclosed quote": (lambda file: spoil(file, unclosed), (FIRST, "quote")),
}


@pytest.mark.parametrize("defect", SPOILED)
def test_a_bad_file_stops_the_run_in_one_line(
    town: Path, care_dividend: Command, defect: str
) -> None:
    change, words = SPOILED[defect]
    change(town / "inbox" / FIRST)
    inbox = hashes(town / "inbox")

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    said = result.stderr.strip()
    assert result.exit_code == 1
    assert said.startswith("Refused.")
    assert len(said.splitlines()) == 1
    assert all(word.lower() in said.lower() for word in words), said
    assert "Canarysson" not in said
    assert not (town / "public").exists()
    assert Directory(path=town).ledger.rows() == []
    assert list((town / "vault" / "coded").rglob("*.parquet")) == []
    assert hashes(town / "inbox") == inbox


def test_a_mended_file_runs(town: Path, care_dividend: Command) -> None:
    """A refusal leaves nothing behind that the next run trips over."""
    file = town / "inbox" / FIRST
    good = file.read_bytes()
    file.write_bytes(b"")
    refused = care_dividend("run", "--program", town, "--period", PERIOD)
    file.write_bytes(good)

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert refused.exit_code == 1
    assert result.exit_code == 0, result.output
    assert [row.release for row in Directory(path=town).ledger.rows()] == [PERIOD]


def test_a_folder_that_is_no_program_is_refused(tmp_path: Path, care_dividend: Command) -> None:
    commands = [
        ("run", "--period", PERIOD),
        ("check",),
        ("plan", "--period", PERIOD),
        ("status",),
        ("purge",),
        ("ledger", "verify"),
        ("serve",),
    ]

    results = [care_dividend(*words, "--program", tmp_path) for words in commands]

    assert {result.exit_code for result in results} == {1}
    assert all("is not a program directory" in result.stderr for result in results)
    assert list(tmp_path.iterdir()) == []


def real(town: Path, approvals: list[dict[str, str]]) -> None:
    """Make the program a real one, approved as given, without what the demo invented."""
    shutil.rmtree(town / "costs", ignore_errors=True)
    for invented in ("metrics.yaml", "impact.yaml"):
        (town / invented).unlink(missing_ok=True)
    file = town / "privacy.yaml"
    terms = yaml.safe_load(file.read_text(encoding="utf-8"))
    terms.pop("synthetic", None)
    terms["approvals"] = approvals
    file.write_text(yaml.safe_dump(terms), encoding="utf-8")


def signed(town: Path) -> list[dict[str, str]]:
    """Approvals of the terms as they are."""
    sha = load_policy(town / "privacy.yaml").terms_sha256
    return [
        {"role": role, "name": f"A. {role}", "date": "2024-12-01", "terms_sha256": sha}
        for role in ("privacy_officer", "board")
    ]


def test_real_records_without_approvals_are_refused(town: Path, care_dividend: Command) -> None:
    real(town, [])

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert result.exit_code == 1
    assert "privacy_officer" in result.stderr
    assert "privacy.yaml" in result.stderr
    assert not (town / "public").exists()
    assert not (town / "vault" / "raw").exists() or not any((town / "vault").rglob("*.parquet"))


def test_terms_changed_since_approval_are_refused(town: Path, care_dividend: Command) -> None:
    real(town, [])
    real(town, signed(town))
    file = town / "privacy.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("raw_days: 7", "raw_days: 8"), encoding="utf-8"
    )

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert result.exit_code == 1
    assert "changed since" in result.stderr
    assert "privacy.yaml" in result.stderr
    assert not (town / "public").exists()


def test_approved_without_an_expert_runs_as_a_draft(town: Path, care_dividend: Command) -> None:
    real(town, [])
    real(town, signed(town))

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    page = (town / "public" / "index.html").read_text(encoding="utf-8")
    assert result.exit_code == 0, result.output
    assert "draft" in page.lower()


def test_a_real_program_may_not_use_invented_assumptions(
    town: Path, care_dividend: Command
) -> None:
    costs = shutil.copytree(town / "costs", town / "kept")
    real(town, [])
    real(town, signed(town))
    costs.rename(town / "costs")

    result = care_dividend("run", "--program", town, "--period", PERIOD)

    assert result.exit_code == 1
    assert "example: true" in result.stderr
    assert "costs/" in result.stderr
    assert Directory(path=town).ledger.rows() == []


@pytest.mark.parametrize(
    ("period", "word"),
    [("2025-Q9", "not a period"), ("2026-Q1", "2026-01"), ("2025-H1", "no half release")],
)
def test_a_period_that_cannot_be_published_is_refused(
    town: Path, care_dividend: Command, period: str, word: str
) -> None:
    result = care_dividend("run", "--program", town, "--period", period)

    assert result.exit_code == 1
    assert word in result.stderr
    assert not (town / "public").exists()


def test_check_names_what_does_not_fit_and_keeps_nothing(
    town: Path, care_dividend: Command
) -> None:
    left = town / "vault" / ".check-crashed"
    left.mkdir(parents=True)
    (left / "copy.parquet").touch()

    result = care_dividend("check", "--program", town)

    assert result.exit_code == 0, result.output
    assert list((town / "vault").glob(".check-*")) == []
    assert "encounters" in result.output
    assert list((town / "vault").rglob("*.parquet")) == []
    assert not (town / "public").exists()


def test_a_missing_option_is_wrong_use(care_dividend: Command) -> None:
    result = care_dividend("plan")

    assert result.exit_code == 2
