"""A power cut: the ledger's row is on the disk before any file of the release has its name."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PUBLISH = """
import sys
from pathlib import Path

import privacy.store
from tests.privacy.published import publish

if sys.argv[2:] == ["careless"]:
    settle = privacy.store._prepare_sqlite

    def careless(engine):
        from sqlalchemy import event

        settle(engine)
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))

    privacy.store._prepare_sqlite = careless
publish(Path(sys.argv[1]))
"""
LEDGER = re.compile(r"(\w+)\(\d+<[^>]*/ledger\.sqlite(?:-wal)?>")
NAMED = re.compile(r'rename(?:at2?)?\(.*"[^"]*/public/releases/[^"]*"')


@pytest.fixture(scope="module")
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed, so the order of writes cannot be watched")
    probe = subprocess.run([found, "-o", "/dev/null", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.xfail("this machine lets no process be watched; test_ledger.py holds the settings")
    return found


def watch(folder: Path, strace: str, root: Path, *words: str) -> list[str]:
    """Publish a release, and list what the disk was asked for, in order."""
    log = folder / "calls.txt"
    calls = "trace=write,pwrite64,fsync,fdatasync,rename,renameat,renameat2"
    subprocess.run(
        [strace, "-f", "-y", "-s", "8", "-e", calls, "-o", str(log),
         sys.executable, "-W", "ignore", "-c", PUBLISH, str(folder), *words],
        cwd=root, env={"PYTHONPATH": str(root)}, check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    return log.read_text(encoding="utf-8").splitlines()


def is_kept_first(calls: list[str]) -> bool:
    """Whether the last thing asked for the ledger, before a file is named, is to keep it."""
    named = next(place for place, call in enumerate(calls) if NAMED.search(call))
    asked = [found[1] for call in calls[:named] if (found := LEDGER.search(call))]
    assert "pwrite64" in asked
    return asked[-1] in {"fsync", "fdatasync"}


def test_the_ledger_is_on_the_disk_before_a_file_is_public(
    tmp_path: Path, strace: str, root: Path
) -> None:
    calls = watch(tmp_path, strace, root)

    assert is_kept_first(calls)


def test_the_same_check_fails_for_a_ledger_that_does_not_wait_for_the_disk(
    tmp_path: Path, strace: str, root: Path
) -> None:
    calls = watch(tmp_path, strace, root, "careless")

    assert not is_kept_first(calls)
