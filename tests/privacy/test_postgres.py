"""Mirrors privacy/store.py on a real PostgreSQL server, where the machine has one."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from privacy.errors import BudgetError, PrivacyError
from tests.privacy.entries import CAP, debit, files, fill, open_at

PORT = 54329


def binaries() -> Path | None:
    """Programs of the newest server that is installed."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(versions, key=lambda file: float(file.parent.parent.name))
    return found[-1].parent if found else None


def run_as_postgres(folder: Path, *command: str) -> None:
    """The server refuses to run as root."""
    demoted = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    subprocess.run(
        [*(demoted if os.getuid() == 0 else []), *command],
        cwd=folder, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}, check=True, timeout=60,
        capture_output=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of our own on a socket, thrown away afterwards."""
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    data = folder / "run" / "data"
    data.parent.mkdir()
    if os.getuid() == 0:
        shutil.chown(data.parent, "postgres", "postgres")
    initial = ["-U", "care", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    run_as_postgres(folder, str(programs / "initdb"), "-D", str(data), *initial)
    options = f"-p {PORT} -k {data.parent} -c listen_addresses='' -c fsync=off"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    run_as_postgres(folder, *control, "-l", str(data.parent / "log"), "-o", options, "start")
    try:
        yield f"host={data.parent}&port={PORT}"
    finally:
        run_as_postgres(folder, *control, "-m", "fast", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """A database of its own for each test."""
    name = re.sub(r"\W+", "_", request.node.name)[-40:].lower()
    admin = create_engine(
        f"postgresql+psycopg://care@/postgres?{server}",
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
    )
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    return f"postgresql+psycopg://care@/{name}?{server}"


def test_rows_and_bytes_come_back_whole(tmp_path: Path, url: str) -> None:
    ledger = fill(open_at(tmp_path, url=url))

    again = open_at(tmp_path, url=url)

    assert again.rows() == ledger.rows()
    assert again.load("R1").files["measurements.parquet"] == b"noisy 1"
    assert again.verify().ok
    assert not (tmp_path / "ledger" / "ledger.sqlite").exists()


def test_eight_threads_never_exceed_the_cap(tmp_path: Path, url: str) -> None:
    """They also begin the ledger together: one makes the table, the others wait."""

    def race(thread: int) -> int:
        ledger, granted = open_at(tmp_path, url=url), 0
        for number in range(6):
            try:
                ledger.charge(
                    debit(f"t{thread}n{number}", nano_rho=70), nano_cap=CAP, files=files()
                )
                granted += 1
            except BudgetError:
                pass
        return granted

    with ThreadPoolExecutor(8) as pool:
        granted = sum(pool.map(race, range(8)))

    ledger = open_at(tmp_path, url=url)
    assert granted == len(ledger.rows()) == CAP // 70
    assert ledger.verify().ok


def test_one_release_is_drawn_once(tmp_path: Path, url: str) -> None:
    def race(thread: int) -> bytes:
        stored = open_at(tmp_path, url=url).charge(
            debit("R"), nano_cap=CAP, files=files(f"noise {thread}".encode())
        )
        return stored.files["measurements.parquet"]

    with ThreadPoolExecutor(8) as pool:
        outputs = set(pool.map(race, range(8)))

    assert len(outputs) == 1
    assert len(open_at(tmp_path, url=url).rows()) == 1


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
