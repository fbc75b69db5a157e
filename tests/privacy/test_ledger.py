"""Mirrors privacy/ledger.py and privacy/store.py, on SQLite."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.chain import GENESIS, Anchor, read_anchor
from privacy.errors import BudgetError, PrivacyError
from privacy.ledger import Debit, Seat
from privacy.publish import export_chain
from privacy.store import Store
from tests.privacy.entries import CAP, debit, files, fill, never, open_at


def test_rows_form_a_chain_from_the_first_to_the_head(tmp_path: Path) -> None:
    ledger = fill(open_at(tmp_path))

    rows = ledger.rows()

    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [GENESIS, rows[0].link, rows[1].link]
    assert all(row.link == row.computed_link() for row in rows)
    assert ledger.verify().verdict == "consistent, not anchored"
    assert read_anchor(str(tmp_path / "ledger" / "anchor.txt")) == Anchor(3, rows[2].link)


def test_a_row_keeps_the_bytes_and_their_hashes(tmp_path: Path) -> None:
    stored = open_at(tmp_path).charge(debit("R"), nano_cap=CAP, files=files(b"\x00noise"))

    again = open_at(tmp_path).load("R")

    assert again == stored
    assert again.files["measurements.parquet"] == b"\x00noise"
    assert set(again.row.outputs) == set(again.files)


def test_the_maker_of_files_learns_its_place_and_what_was_spent(tmp_path: Path) -> None:
    ledger = fill(open_at(tmp_path), 2)
    seats = []

    def seen(seat: Seat) -> Mapping[str, bytes]:
        seats.append(seat)
        return files()(seat)

    ledger.charge(debit("R2"), nano_cap=CAP, files=seen)
    ledger.charge(debit("other", year="FY2026"), nano_cap=CAP, files=seen)

    assert [(seat.row.seq, seat.nano_spent) for seat in seats] == [(3, 200), (4, 0)]
    assert [seat.row.previous for seat in seats] == [row.link for row in ledger.rows()[1:3]]


def test_the_same_release_again_spends_nothing(tmp_path: Path) -> None:
    ledger = fill(open_at(tmp_path), 1)

    again = ledger.charge(debit("R0"), nano_cap=CAP, files=never)

    assert again.files["measurements.parquet"] == b"noisy 0"
    assert len(ledger.rows()) == 1


@pytest.mark.parametrize(
    "changed", [debit("R0", terms="b"), replace(debit("R0"), spec='{"release":"other"}')]
)
def test_the_same_name_with_other_terms_or_spec_is_refused(tmp_path: Path, changed: Debit) -> None:
    ledger = fill(open_at(tmp_path), 1)

    with pytest.raises(
        PrivacyError, match=r"Release 'R0', row 1 of the ledger, was drawn under terms aaaaaaaaaaaa"
    ):
        ledger.charge(changed, nano_cap=CAP, files=never)

    assert len(ledger.rows()) == 1


def test_over_the_cap_is_refused_and_leaves_everything_as_it_was(tmp_path: Path) -> None:
    ledger = fill(open_at(tmp_path))
    before = {file.name: file.read_bytes() for file in (tmp_path / "ledger").glob("*.txt")}
    rows = ledger.rows()

    with pytest.raises(BudgetError, match=r"needs rho=0.000000701; 0.0000007 of 0.000001 is left"):
        ledger.charge(debit("big", nano_rho=701), nano_cap=CAP, files=never)

    assert ledger.rows() == rows
    assert {file.name: file.read_bytes() for file in (tmp_path / "ledger").glob("*.txt")} == before


@pytest.mark.parametrize("nano_rho", [0, -5])
def test_a_release_that_costs_nothing_is_refused(tmp_path: Path, nano_rho: int) -> None:
    with pytest.raises(PrivacyError, match="costs nothing"):
        open_at(tmp_path).charge(debit("free", nano_rho=nano_rho), nano_cap=CAP, files=never)


@settings(max_examples=15)
@given(
    asked=st.lists(
        st.tuples(st.sampled_from("abcdef"), st.integers(1, 600), st.sampled_from(["FY1", "FY2"])),
        max_size=10,
    )
)
def test_no_order_of_requests_goes_above_the_cap_of_a_year(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[str, int, str]]
) -> None:
    """Each year stays within its cap, refused requests change nothing, the chain stays whole."""
    ledger = open_at(tmp_path_factory.mktemp("order"))
    for number, (name, nano_rho, year) in enumerate(asked):
        rows = ledger.rows()
        try:
            ledger.charge(
                debit(f"{name}{number}", nano_rho=nano_rho, year=year), nano_cap=CAP, files=files()
            )
        except BudgetError:
            assert ledger.rows() == rows
            assert sum(row.nano_rho for row in rows if row.fiscal_year == year) + nano_rho > CAP

    for year in ("FY1", "FY2"):
        assert sum(row.nano_rho for row in ledger.rows() if row.fiscal_year == year) <= CAP
    assert ledger.verify().ok


def test_rows_cannot_be_changed_through_the_database(tmp_path: Path) -> None:
    fill(open_at(tmp_path))

    with sqlite3.connect(tmp_path / "ledger" / "ledger.sqlite") as database:
        for statement in ("UPDATE releases SET nano_rho = 1", "DELETE FROM releases"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(statement)


def test_a_commit_is_on_disk_before_it_is_reported(tmp_path: Path) -> None:
    ledger = open_at(tmp_path)

    with ledger._store.writing() as connection:
        settings_found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous")
        ]

    assert settings_found == ["wal", 2]


def test_the_first_to_open_it_waits_for_whoever_holds_it(tmp_path: Path) -> None:
    """SQLite itself does not wait where it begins to write ahead."""
    file = tmp_path / "ledger.sqlite"
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("CREATE TABLE held (n)")
    holder.execute("BEGIN IMMEDIATE")
    Timer(0.3, holder.execute, ["ROLLBACK"]).start()

    with Store(f"sqlite:///{file}").reading() as connection:
        rows = connection.exec_driver_sql("SELECT COUNT(*) FROM releases").scalar_one()

    assert rows == 0


@pytest.mark.parametrize("left", ["anchor", "chain"])
def test_a_missing_ledger_is_never_begun_again(tmp_path: Path, left: str) -> None:
    export_chain(tmp_path / "public", fill(open_at(tmp_path)))
    for file in (tmp_path / "ledger").glob("ledger.sqlite*"):
        file.unlink()
    (tmp_path / ("public/ledger.json" if left == "anchor" else "ledger/anchor.txt")).unlink()

    with pytest.raises(PrivacyError, match="The ledger is missing, but releases were published"):
        open_at(tmp_path)

    assert not (tmp_path / "ledger" / "ledger.sqlite").exists()


def test_an_older_copy_of_the_ledger_is_refused(tmp_path: Path) -> None:
    """A backup of one row is put back after three rows were published."""
    ledger = fill(open_at(tmp_path), 1)
    file = tmp_path / "ledger" / "ledger.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = file.read_bytes()
    fill(ledger, 3)
    for part in (tmp_path / "ledger").glob("ledger.sqlite*"):
        part.unlink()
    file.write_bytes(backup)

    with pytest.raises(PrivacyError, match="chain ends at row 1; the anchor names row 3"):
        open_at(tmp_path)
    with pytest.raises(PrivacyError, match="older than what was published"):
        ledger.charge(debit("R1"), nano_cap=CAP, files=never)


def test_a_failure_while_files_are_made_spends_nothing(tmp_path: Path) -> None:
    ledger = fill(open_at(tmp_path), 1)

    def fail(_: Seat) -> Mapping[str, bytes]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ledger.charge(debit("new"), nano_cap=CAP, files=fail)

    assert [row.release for row in ledger.rows()] == ["R0"]


@pytest.mark.parametrize("url", ["mysql+pymysql://x@/y", "oracle://", "no url"])
def test_another_kind_of_database_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(PrivacyError, match="SQLite or PostgreSQL"):
        open_at(tmp_path, url=url)


def test_an_unknown_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrivacyError, match=r"The ledger has no release 'R9'. Draw it with"):
        fill(open_at(tmp_path), 1).load("R9")


def test_the_name_of_a_year_with_two_ledgers_is_not_shared(tmp_path: Path) -> None:
    """Two program directories have their own keys, so one cannot vouch for the other."""
    one, two = fill(open_at(tmp_path / "one")), open_at(tmp_path / "two")
    fill(two)
    foreign = tmp_path / "two" / "ledger" / "keys" / "ledger.key"
    foreign.write_bytes((tmp_path / "one" / "ledger" / "keys" / "ledger.key").read_bytes())

    with pytest.raises(PrivacyError, match=r"row 1 \(R0\) was not written by this ledger"):
        open_at(tmp_path / "two")

    assert one.verify().ok
