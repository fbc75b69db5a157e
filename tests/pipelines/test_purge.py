"""Mirrors pipelines/purge.py: by itself at every run, and never what a release still needs."""

import json
import os
import re
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from data_contracts.errors import ContractError
from pipelines.definitions import defs
from pipelines.directory import Directory
from pipelines.purge import find_due, purge_vault, waiting_releases
from pipelines.resources import NamedProgram
from tests.pipelines.conftest import Command, copy_example
from transforms.retention import Kind, note_clean_run

LONG_AFTER = date(2031, 1, 1)
PLANNED = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "FY2025")


@pytest.fixture
def given(tmp_path: Path) -> Directory:
    """Riverton with one fiscal year, its key, and a coded month; nothing is drawn."""
    folder = copy_example("riverton", tmp_path / "town")
    file = folder / "program.yaml"
    text = re.sub(r"(?m)^(first|last)_month:.*\n", "", file.read_text(encoding="utf-8"))
    file.write_text(f"first_month: 2025-01\nlast_month: 2025-12\n{text}", encoding="utf-8")
    opened = Directory(path=folder, day=LONG_AFTER)
    vault = opened.vault
    vault.key("FY2025")
    coded = vault.table("private_incidents", month="2025-01")
    coded.mkdir(parents=True)
    (coded / "incidents.parquet").touch()
    return opened


def waive(given: Directory, *names: str) -> None:
    """Let the city say that releases will not be drawn."""
    file = given.path / "program.yaml"
    lines = "".join(f'  "{name}": no staff to check it\n' for name in names)
    file.write_text(f"{file.read_text(encoding='utf-8')}waived:\n{lines}", encoding="utf-8")


def test_a_year_caught_up_late_keeps_what_its_releases_need(given: Directory) -> None:
    """Quarters, then a purge, then the next quarter: the rest of the year was lost for ever."""
    purge_vault(given)

    assert waiting_releases(given) == {"FY2025": PLANNED}
    assert given.vault.fingerprint("FY2025")
    assert list(given.vault.path("coded").rglob("*.parquet")) != []


def test_a_release_that_is_waived_by_name_is_not_waited_for(given: Directory) -> None:
    waive(given, *PLANNED[:4])
    one_left = waiting_releases(given)
    purge_vault(given)
    kept = given.vault.fingerprint("FY2025")

    file = given.path / "program.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f'{text}  "FY2025": the board decided so\n', encoding="utf-8")
    gone = purge_vault(given)

    assert one_left == {"FY2025": ("FY2025",)}
    assert kept
    assert {item.kind for item in gone} == {Kind.CODED, Kind.KEY}
    assert given.vault.tombstone("FY2025").exists()
    assert list(given.vault.path("coded").rglob("*.parquet")) == []


def test_what_is_waived_must_be_a_period(given: Directory) -> None:
    waive(given, "2025-Q5")

    with pytest.raises(ContractError, match="waived"):
        _ = given.program


def test_the_public_record_says_the_same_of_every_year(given: Directory) -> None:
    """Whether there were refused records or details of errors may hang on a single record."""
    waive(given, *PLANNED)
    details = given.vault.path("errors", "land-1.txt")
    details.touch()
    os.utime(details, (0, 0))
    fingerprint = given.vault.fingerprint("FY2025")

    purge_vault(given)
    purge_vault(given)

    told = json.loads((given.public / "retention.json").read_text(encoding="utf-8"))
    assert not details.exists()
    assert {one["key_fingerprint"] for one in told} == {fingerprint}
    assert [(one["kind"], one["fiscal_year"]) for one in told] == [
        ("raw", "FY2025"),
        ("coded", "FY2025"),
        ("key", "FY2025"),
    ]


def test_a_year_caught_up_late_rests_before_it_goes_by_itself(given: Directory) -> None:
    """Whoever ran it can look at what was refused; whoever types `purge` means now."""
    waive(given, *PLANNED)
    note_clean_run(given.vault, month="2025-01", today=LONG_AFTER - timedelta(days=6))

    early = purge_vault(given)
    late = purge_vault(replace(given, day=LONG_AFTER + timedelta(days=1)))

    assert early == ()
    assert {item.kind for item in late} == {Kind.CODED, Kind.KEY}


def test_whoever_types_purge_means_now(given: Directory, care_dividend: Command) -> None:
    waive(given, *PLANNED)
    note_clean_run(given.vault, month="2025-01", today=given.today)

    said = care_dividend("purge", "--program", given.path)

    assert "key of the pseudonyms" in said.output
    assert given.vault.tombstone("FY2025").exists()


@pytest.fixture
def refused(given: Directory) -> Path:
    """A refused record of a feed of which no month ever passed, forty days old."""
    file = given.vault.path("quarantine", "calls", "month=unknown", "calls_all.parquet")
    file.parent.mkdir(parents=True)
    file.touch()
    long_ago = time.time() - 40 * 24 * 3600
    os.utime(file, (long_ago, long_ago))
    return file


def test_a_run_deletes_what_is_due_even_if_it_is_refused(
    given: Directory, refused: Path, care_dividend: Command
) -> None:
    """Nothing was delivered, so the run stops; who never has a clean run deletes all the same."""
    ran = care_dividend("run", "--program", given.path, "--period", "2025-Q1")

    assert ran.exit_code == 1
    assert not refused.exists()


def test_dagster_deletes_every_day(given: Directory, refused: Path) -> None:
    with dg.instance_for_test() as instance:
        job = defs.resolve_job_def("daily_purge")
        resources = {"program_directory": NamedProgram(given)}
        done = job.execute_in_process(instance=instance, resources=resources)

    assert done.success
    assert not refused.exists()


def test_status_says_what_is_waited_for(given: Directory, care_dividend: Command) -> None:
    said = care_dividend("status", "--program", given.path, "--json")

    assert json.loads(said.output)["waiting"] == [["FY2025", ", ".join(PLANNED)]]


def test_looking_deletes_nothing(given: Directory, refused: Path, care_dividend: Command) -> None:
    said = care_dividend("purge", "--program", given.path, "--dry-run")

    assert "refused records" in said.output
    assert refused.exists()
    assert [item.kind for item in find_due(given)] == [Kind.QUARANTINE]


def test_a_waived_release_is_neither_due_nor_drawn_by_name(
    given: Directory, care_dividend: Command
) -> None:
    waive(given, "2025-Q1")

    said = care_dividend("run", "--program", given.path, "--period", "2025-Q1")

    assert said.exit_code == 1
    assert "'2025-Q1' is waived" in said.output
