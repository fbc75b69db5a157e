"""Mirrors privacy/store.py on a real PostgreSQL server, where the machine has one."""

import traceback
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from privacy.errors import PrivacyError
from tests.privacy.entries import fill, open_at


def test_rows_and_bytes_come_back_whole(tmp_path: Path, url: str) -> None:
    ledger = fill(open_at(tmp_path, url=url))

    again = open_at(tmp_path, url=url)

    assert again.rows() == ledger.rows()
    assert again.load("R1").files["measurements.parquet"] == b"noisy 1"
    assert again.verify().ok
    assert not (tmp_path / "ledger" / "ledger.sqlite").exists()


@pytest.mark.parametrize("what", ["UPDATE releases SET nano_rho = 1", "TRUNCATE releases"])
def test_rows_cannot_be_changed(tmp_path: Path, url: str, what: str) -> None:
    ledger = fill(open_at(tmp_path, url=url))

    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection, pytest.raises(SQLAlchemyError, match="append-only"):
        connection.execute(text(what))

    assert ledger.verify().ok


def test_a_server_that_is_gone_is_one_clear_sentence(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")

    with pytest.raises(
        PrivacyError, match=r"ledger cannot be read or written.*Mend its disk"
    ) as one:
        open_at(tmp_path, url=f"postgresql+psycopg://care@/nothing?host={tmp_path}&port=1")

    assert str(tmp_path) not in str(one.value)


def test_an_emptied_database_is_not_a_new_ledger(tmp_path: Path, url: str) -> None:
    fill(open_at(tmp_path, url=url))
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE releases"))

    with pytest.raises(PrivacyError, match="chain ends at row 0; the anchor names row 3"):
        open_at(tmp_path, url=url)


@pytest.mark.parametrize("table", ["runs", "event_logs"])
def test_the_database_of_dagster_is_refused(tmp_path: Path, url: str, table: str) -> None:
    """Its record may be emptied at any time, and the ledger with it."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {table} (id integer)"))

    with pytest.raises(PrivacyError, match=f"record of Dagster .tables {table}.*of its own"):
        open_at(tmp_path, url=url)

    with engine.begin() as connection:
        assert connection.execute(text("SELECT to_regclass('releases')")).scalar_one() is None


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://care:hunter2@localhost:port/ledger",  # the port is no number
        "postgresql://care:hunter2@nowhere.invalid:1/ledger",
        "postgresql+psycopg://care:hunter2@/ledger?host=nowhere&no_such_option=hunter2",
        "hunter2",
        "mysql://care:hunter2@host/ledger",
    ],
)
def test_no_part_of_an_address_is_ever_said(tmp_path: Path, address: str) -> None:
    """It may hold a password."""
    with pytest.raises(PrivacyError) as refused:
        open_at(tmp_path, url=address)

    said = "".join(traceback.format_exception(refused.value))
    assert not any(word in said for word in ("hunter2", "nowhere", "localhost"))
