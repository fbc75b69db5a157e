"""Mirrors transforms/retention.py."""

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, Town, build
from transforms.retention import (
    RECENT,
    Destruction,
    due,
    months_in_need,
    note_clean_run,
    purge,
    tell_public,
)
from transforms.vault import ALL

RAW_DAYS, CODED_DAYS = 7, 90


def look(town: Town, today: date) -> tuple[Destruction, ...]:
    return but_the_engine(
        due(town.vault, program=town.program, today=today, raw_days=RAW_DAYS, coded_days=CODED_DAYS)
    )


def sweep(town: Town, today: date) -> tuple[Destruction, ...]:
    return but_the_engine(
        purge(
            town.vault, program=town.program, today=today, raw_days=RAW_DAYS, coded_days=CODED_DAYS
        )
    )


def but_the_engine(items: tuple[Destruction, ...]) -> tuple[Destruction, ...]:
    """Leave the folder of the town's open engine out: elsewhere none is open while we delete."""
    kept = (
        replace(item, paths=tuple(one for one in item.paths if not one.name.startswith(".spill-")))
        for item in items
    )
    return tuple(item for item in kept if item.paths)


def files(town: Town, *folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in town.vault.path(folder).rglob("*")
        if path.is_file() and path.suffix == ".parquet"
    ]


@pytest.fixture
def full(town: Town, hasty_judge: None) -> Town:  # noqa: ARG001
    """A town whose February went through, with refused records and an error's details."""
    town.run([{}, {"Received": "never"}], [{}], months=[MONTH])
    town.vault.path("errors", "detail.txt").write_text("details")
    return town


def test_nothing_is_due_before_its_day(full: Town) -> None:
    assert look(full, date(2026, 1, 6)) == ()


def test_raw_quarantine_and_errors_go_after_a_clean_run(full: Town) -> None:
    gone = sweep(full, date(2026, 1, 7))

    assert [item.kind.value for item in gone] == ["errors", "quarantine", "raw"]
    assert {item.fiscal_year for item in gone} == {"FY2025"}
    assert {path.parts[-3] for path in files(full, "raw", "quarantine", "errors")} == {RECENT}
    assert not full.vault.path("errors", "detail.txt").exists()
    assert {path.parts[-3] for path in files(full, "coded")} == {
        *("private_calls", "private_encounters", "private_incidents"),
        *("private_claimed_calls", "private_named_by_refused"),
    }
    assert look(full, date(2026, 1, 7)) == ()


@pytest.mark.parametrize("name", [".landing-a1", ".check-b2", ".spill-c3"])
def test_what_a_killed_run_left_goes_at_once_whether_or_not_anything_ever_passed(
    town: Town, name: str
) -> None:
    """It may hold a whole delivered file, and nobody else is in the vault meanwhile."""
    left = town.vault.path(name)
    left.mkdir()
    (left / "whole.parquet").touch()

    sweep(town, date(2026, 1, 6))

    assert not left.exists()


def test_runs_that_come_often_do_not_put_off_what_belongs_to_no_month(full: Town) -> None:
    """Records without a readable date hold names like all others."""
    made = datetime(2025, 12, 31, 20, tzinfo=UTC).timestamp()
    undated = full.vault.path("quarantine", "calls", "month=unknown")
    details = full.vault.path("errors", "detail.txt")
    for one in (*undated.iterdir(), details):
        os.utime(one, (made, made))
    for day in (5, 6, 7):
        note_clean_run(full.vault, month=f"2025-{day:02d}", today=date(2026, 1, day))

    kept = look(full, date(2026, 1, 6))
    sweep(full, date(2026, 1, 7))

    assert kept == ()
    assert list(undated.iterdir()) == []
    assert not details.exists()


def made_on(folder: Path, day: date) -> None:
    """Let every file of a folder look written at eight in the evening, UTC."""
    at = datetime(day.year, day.month, day.day, 20, tzinfo=UTC).timestamp()
    for one in folder.rglob("*"):
        os.utime(one, (at, at))


def test_a_month_that_never_went_through_is_kept_for_thirty_days(full: Town) -> None:
    """A late record may wait for the yearly run; its copy does not, for the file is still there."""
    full.write("calls_all.csv", [{"No": "C9"}], header=CALL)
    full.land("calls")
    landed = full.vault.path("raw", "raw_calls", f"month={MONTH}")
    made_on(landed, date(2025, 12, 20))

    kept = look(full, date(2026, 1, 18))
    gone = sweep(full, date(2026, 1, 19))
    full.land("calls")

    assert kept == ()
    assert [path for item in gone for path in item.paths] == [landed]
    assert list(landed.glob("*.parquet")) != []


@pytest.mark.parametrize(
    "name",
    [
        "quarantine/calls/month=unknown/calls_all.parquet",
        "quarantine/calls/strange.parquet",
        "raw/raw_calls/month=2025-13/calls_all.parquet",
        "raw/raw_calls/left.parquet",
        "errors/land-1.txt",
        "put_here_by_somebody/names.csv",
    ],
)
def test_what_has_no_month_goes_after_thirty_days_where_no_month_ever_passed(
    town: Town, name: str
) -> None:
    """A feed that does not fit is refused whole, names and all, and nothing of it passes."""
    file = town.vault.path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    made_on(file.parent, date(2025, 12, 20))

    kept = look(town, date(2026, 1, 18))
    sweep(town, date(2026, 1, 19))

    assert kept == ()
    assert not file.exists()


def test_coded_records_and_their_key_go_when_the_year_is_long_closed(full: Town) -> None:
    fingerprint = full.vault.fingerprint("FY2025")
    day_before = {item.kind.value for item in look(full, date(2026, 3, 31))}

    gone = sweep(full, date(2026, 4, 1))

    assert day_before == {"errors", "quarantine", "raw"}
    whole = {"checks", "coded", "errors", "key", "quarantine", "raw"}
    assert {item.kind.value for item in gone} == whole
    assert {item.key_fingerprint for item in gone} == {fingerprint}
    assert files(full, "raw", "quarantine", "coded") == []
    with pytest.raises(ContractError, match="was destroyed"):
        full.vault.key("FY2025")


def test_exact_counts_and_fingerprints_go_with_the_records(full: Town) -> None:
    """Counts by month and rule, and what identifies a delivered or a coded file."""
    sweep(full, date(2026, 1, 7))
    kept = {one.name for one in full.vault.path("checks", MONTH).iterdir()}
    remembered = full.vault.path("raw", "raw_calls", "manifest.json").read_text()

    sweep(full, date(2026, 4, 1))

    assert {"calls.json", "private_incidents.json"} <= kept
    assert "sha256" in remembered
    left = {
        path.relative_to(full.vault.directory).as_posix(): path.read_text()
        for path in full.vault.directory.rglob("*")
        if path.is_file()
    }
    assert set(left) == {
        "checks/clean_runs.json",
        "keys/FY2025.destroyed",
        "raw/raw_calls/manifest.json",
        "raw/raw_visits/manifest.json",
    }
    assert json.loads(left["checks/clean_runs.json"]) == {}
    manifests = [json.loads(left[f"raw/raw_{feed}/manifest.json"]) for feed in ("calls", "visits")]
    assert [one["landings"] for one in manifests] == [{}, {}]


def test_a_year_with_a_release_to_come_keeps_its_key_and_coded_records(full: Town) -> None:
    """Destroyed once, the rest of the year could never be released."""
    late, coded = date(2031, 1, 1), files(full, "coded")

    gone = purge(
        full.vault,
        program=full.program,
        today=late,
        raw_days=RAW_DAYS,
        coded_days=CODED_DAYS,
        waiting=("FY2025",),
    )

    assert {item.kind.value for item in gone} == {"errors", "quarantine", "raw"}
    assert files(full, "raw", "quarantine") == []
    assert tell_public(gone) == []
    assert files(full, "coded") == coded != []
    assert full.vault.fingerprint("FY2025")
    assert full.vault.check("calls", month=MONTH).exists()
    assert "key" in {item.kind.value for item in sweep(full, late)}


def test_what_hangs_on_a_record_is_not_told_in_public(
    town: Town,
    tmp_path: Path,
    hasty_judge: None,  # noqa: ARG001
) -> None:
    """One record with an odd day fills the quarantine; one unforeseen error, vault/errors."""
    town.run([{}], [{}], months=[MONTH])
    plain = [{**one, "key_fingerprint": ""} for one in tell_public(sweep(town, date(2026, 4, 1)))]
    with build(tmp_path / "other") as other:
        other.run([{}, {"Received": "never"}], [{}], months=[MONTH])
        other.vault.path("errors", "detail.txt").write_text("details")
        gone = sweep(other, date(2026, 4, 1))

    told = [{**one, "key_fingerprint": ""} for one in tell_public(gone)]
    assert {"errors", "quarantine"} <= {item.kind.value for item in gone}
    assert told == plain
    assert [one["kind"] for one in told] == ["raw", "coded", "key"]


def test_what_is_published_says_what_and_when_and_never_how_many(full: Town) -> None:
    gone = sweep(full, date(2026, 4, 1))

    (_, coded, _) = tell_public(gone)
    assert coded == {
        "kind": "coded",
        "fiscal_year": "FY2025",
        "date": "2026-04-01",
        "key_fingerprint": gone[0].key_fingerprint,
    }


def test_the_inbox_is_never_touched(full: Town) -> None:
    before = {file: file.read_bytes() for file in full.inbox.iterdir()}

    sweep(full, date(2030, 1, 1))

    assert {file: file.read_bytes() for file in full.inbox.iterdir()} == before


def test_going_through_again_does_not_put_off_the_day(full: Town) -> None:
    note_clean_run(full.vault, month=MONTH, today=date(2026, 1, 5))

    assert look(full, date(2026, 1, 7)) != ()


def test_the_days_begin_anew_when_records_are_landed_again(full: Town) -> None:
    full.write("calls_all.csv", [{"No": "C9"}], header=CALL)
    full.land("calls")
    waiting = look(full, date(2026, 1, 7))

    note_clean_run(full.vault, month=MONTH, today=date(2026, 1, 5))

    assert waiting == ()
    assert look(full, date(2026, 1, 11)) == ()
    assert look(full, date(2026, 1, 12)) != ()


def test_the_last_days_of_contact_go_when_no_month_needs_them_any_more(full: Town) -> None:
    """February counts until the end of May, which is 90 days after its last day."""
    for month in ("2025-03", "2025-05"):
        note_clean_run(full.vault, month=month, today=date(2026, 1, 2))
    sweep(full, date(2026, 1, 20))
    kept = files(full, "raw")

    note_clean_run(full.vault, month="2025-04", today=date(2026, 1, 20))
    sweep(full, date(2026, 1, 26))
    still_kept = files(full, "raw")
    sweep(full, date(2026, 1, 27))

    assert [path.parts[-3] for path in kept] == [RECENT]
    assert still_kept == kept
    assert files(full, "raw") == []


def test_the_last_days_of_contact_go_with_the_key_at_the_latest(full: Town) -> None:
    gone = sweep(full, date(2026, 4, 1))

    assert "key" in {item.kind.value for item in gone}
    assert not full.vault.path("raw", RECENT, f"month={MONTH}").exists()


def test_a_table_without_a_clock_goes_with_the_latest_clean_run(full: Town) -> None:
    whole = full.vault.path("raw", "raw_spending", f"month={ALL}")
    whole.mkdir(parents=True)

    sweep(full, date(2026, 1, 6))
    kept = whole.exists()
    sweep(full, date(2026, 1, 7))

    assert kept
    assert not whole.exists()


@pytest.mark.parametrize(
    ("month", "last"),
    [
        ("2025-01", "2025-05"),
        ("2024-01", "2024-04"),
        ("2025-02", "2025-05"),
        ("2025-03", "2025-06"),
        ("2025-11", "2025-12"),
        ("2025-12", "2025-12"),
    ],
)
def test_a_month_is_needed_for_ninety_days_and_never_in_the_next_year(
    town: Town, month: str, last: str
) -> None:
    needed = months_in_need(month, program=town.program)

    assert (needed[0], needed[-1]) == (month, last)


def test_no_day_is_kept_for_a_month_after_the_last_one(full: Town) -> None:
    """Its clean run would never come, and the days would stay until the year is long closed."""
    ended = full.program.model_copy(update={"last_month": MONTH})

    gone = purge(
        full.vault,
        program=ended,
        today=date(2026, 1, 7),
        raw_days=RAW_DAYS,
        coded_days=CODED_DAYS,
    )

    assert months_in_need(MONTH, program=ended) == (MONTH,)
    assert "raw" in {item.kind.value for item in gone}
    assert files(full, "raw") == []
