"""Somebody pulls the plug, again and again: what was given out was always charged before."""

import subprocess
import sys
from pathlib import Path

from privacy.digest import digest
from tests.privacy.entries import open_at

KILLS = 30
CAP = 10**9

# One process that forks a worker, kills it in the middle of its work, and forks the next one.
NURSERY = """
import os, signal, sys, time
from pathlib import Path

from privacy.ledger import Debit, Ledger

folder, kills = Path(sys.argv[1]), int(sys.argv[2])
Ledger(folder / "ledger", public=folder / "public")


def work(number):
    ledger = Ledger(folder / "ledger", public=folder / "public")
    for place in range(10**6):
        name = f"r{number // 3}n{place}"
        debit = Debit(name, "FY2025", 7, "a" * 64, "{}", "2026-01-15")
        noise = {"measurements.parquet": os.urandom(64)}
        stored = ledger.charge(debit, nano_cap=10**9, files=lambda _: noise)
        (folder / "given" / f"{name}.{number}").write_bytes(stored.files["measurements.parquet"])


(folder / "given").mkdir()
for number in range(kills):
    child = os.fork()
    if child == 0:
        work(number)
    seen = len(os.listdir(folder / "given"))
    while len(os.listdir(folder / "given")) < seen + 2:
        time.sleep(0.0005)
    time.sleep(0.0013 * (number % 11))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


def test_thirty_kills_leave_nothing_given_out_that_was_not_charged(
    tmp_path: Path, root: Path
) -> None:
    """Workers repeat each other's names, so every release is also asked for again after a kill."""
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", NURSERY, str(tmp_path), str(KILLS)],
        cwd=root, env={"PYTHONPATH": str(root)}, check=True, timeout=50,
    )  # fmt: skip

    ledger = open_at(tmp_path)
    charged = {row.release: row.outputs["measurements.parquet"] for row in ledger.rows()}
    given = sorted((tmp_path / "given").iterdir())
    assert len(given) > KILLS
    for file in given:
        data = file.read_bytes()
        if data:  # a file may be cut off; the ledger's row is whole
            assert charged[file.name.split(".")[0]] == digest(data)
    assert sum(row.nano_rho for row in ledger.rows()) == 7 * len(charged)
    assert ledger.verify().ok
