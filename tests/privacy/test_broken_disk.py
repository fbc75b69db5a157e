"""A disk that is full, or that may only be read: nothing is given out that is not recorded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from benchmarks.postgres import Server
from privacy.digest import digest
from privacy.errors import PrivacyError
from privacy.ledger import Ledger
from tests.privacy.entries import CAP, debit, files, fill, never, open_at

MEGABYTE = 2**20
TRIES = 40

# A process whose files may not grow: it says which releases it got, and how it was refused.
WRITER = """
import json, os, resource, sys
from pathlib import Path
from tests.privacy.entries import debit, files, open_at
from privacy.digest import digest
from privacy.errors import PrivacyError

ledger, got, refused = open_at(Path(sys.argv[1])), {}, []
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
for number in range(int(sys.argv[2])):
    try:
        noise = os.urandom(2**16)
        stored = ledger.charge(debit(f"R{number}", nano_rho=1), nano_cap=1000, files=files(noise))
        got[stored.row.release] = digest(stored.files["measurements.parquet"])
    except PrivacyError as error:
        refused.append(str(error))
print(json.dumps([got, refused]))
"""


def recorded(ledger: Ledger) -> dict[str, str]:
    return {row.release: row.outputs["measurements.parquet"] for row in ledger.rows()}


def test_on_a_full_disk_outputs_returned_are_outputs_recorded(tmp_path: Path, root: Path) -> None:
    written = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WRITER, str(tmp_path), str(TRIES)],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=True, capture_output=True,
    ).stdout  # fmt: skip

    got, refused = json.loads(written)
    ledger = open_at(tmp_path)
    assert recorded(ledger) == got
    assert len(got) + len(refused) == TRIES
    assert got
    assert refused
    assert all("Mend its disk, rights or server, then run again" in one for one in refused)
    assert ledger.verify().ok
    assert ledger.charge(debit("after"), nano_cap=CAP, files=files()).row.seq == len(got) + 1


def test_on_a_full_server_outputs_returned_are_outputs_recorded(
    tmp_path: Path, server: Server, url: str
) -> None:
    ledger, got, refused = open_at(tmp_path, url=url), dict[str, str](), list[str]()

    with server.full_disk():
        for number in range(6):
            one = debit(f"R{number}", nano_rho=1)
            try:
                stored = ledger.charge(one, nano_cap=CAP, files=files(os.urandom(5 * MEGABYTE)))
                got[one.release] = digest(stored.files["measurements.parquet"])
            except PrivacyError as error:
                refused.append(str(error))

    assert recorded(ledger) == got
    assert got
    assert refused
    assert all("Mend its disk, rights or server, then run again" in one for one in refused)
    assert ledger.verify().ok
    assert ledger.charge(debit("after"), nano_cap=CAP, files=files()).row.seq == len(got) + 1


def test_a_full_disk_beside_the_database_spends_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is committed, its anchor is not: nothing is returned, and the next start mends it."""
    ledger = fill(open_at(tmp_path), 1)
    anchor = tmp_path / "ledger" / "anchor.txt"

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("privacy.ledger.write_whole", fail)
    with pytest.raises(PrivacyError, match=r"Row 2 of the ledger \(R1\) is committed"):
        ledger.charge(debit("R1"), nano_cap=CAP, files=files(b"noisy 1"))
    monkeypatch.undo()
    behind = anchor.read_text()
    again = open_at(tmp_path).charge(debit("R1"), nano_cap=CAP, files=never)

    assert behind.startswith("1 ")
    assert anchor.read_text() == f"2 {again.row.link}\n"
    assert again.files["measurements.parquet"] == b"noisy 1"
    assert [row.release for row in ledger.rows()] == ["R0", "R1"]


def test_a_ledger_that_may_only_be_read_is_refused_before_anything_is_counted(
    tmp_path: Path,
) -> None:
    file = tmp_path / "ledger" / "ledger.sqlite"
    rows = fill(open_at(tmp_path), 2).rows()

    with pytest.raises(PrivacyError, match=r"cannot be read or written.*Mend its disk, rights"):
        open_at(tmp_path, url=f"sqlite:///file:{file}?mode=ro&uri=true")

    assert open_at(tmp_path).rows() == rows


def test_a_server_that_may_only_be_read_is_refused_before_anything_is_counted(
    tmp_path: Path, url: str
) -> None:
    ledger = fill(open_at(tmp_path, url=url), 2)
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as database:
        name = database.execute(text("SELECT current_database()")).scalar_one()
        database.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))

    for ask in (
        lambda: ledger.require_room(debit("R2"), nano_cap=CAP),
        lambda: ledger.charge(debit("R2"), nano_cap=CAP, files=never),
        lambda: open_at(tmp_path, url=url),
    ):
        with pytest.raises(PrivacyError, match=r"cannot be read or written.*Mend its disk, rights"):
            ask()

    assert [row.release for row in ledger.rows()] == ["R0", "R1"]
