"""Mirrors pipelines/process.py: no core dump, at either entry."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.process import open_to_readers

ENTRIES = {
    "command line": "import pipelines.cli.main as m; m.app = lambda: None; m.main()",
    "code location": "import pipelines.definitions",
}
LOOK = (
    "import ctypes, os, resource, subprocess, sys\n"
    "core = 'import resource; print(resource.getrlimit(resource.RLIMIT_CORE))'\n"
    "print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))\n"
    "print(ctypes.CDLL(None).prctl(3) if sys.platform == 'linux' else 0, flush=True)\n"
    "subprocess.run([sys.executable, '-c', core], check=True)\n"
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_forbids_core_dumps_also_to_its_children(entry: str, root: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", f"{ENTRIES[entry]}\n{LOOK}"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ran.stdout.splitlines() == ["(0, 0) 0o77", "0", "(0, 0)"]


def test_a_process_that_breaks_leaves_no_memory_behind(tmp_path: Path, root: Path) -> None:
    """Names that were in memory lay in the working folder before; tried with no limit at all."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    code = (
        f"import sys, resource; sys.path.insert(0, {str(root)!r})\n"
        f"resource.setrlimit(resource.RLIMIT_CORE, ({hard}, {hard}))\n"
        "from pipelines.process import close_process; close_process()\n"
        "import os; os.abort()"
    )

    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)

    assert ran.returncode < 0
    assert list(tmp_path.iterdir()) == []


def test_what_is_published_is_for_everybody(tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    folder.mkdir(mode=0o700)
    (folder / "card.json").touch(mode=0o600)

    open_to_readers(tmp_path)

    modes = [path.stat().st_mode & 0o777 for path in (tmp_path, folder, folder / "card.json")]
    assert modes == [0o755, 0o755, 0o644]
