"""Programs that tests run, and how they call the command line."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner, Result

from pipelines.cli.main import app
from tests.conftest import ROOT

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def care_dividend() -> Iterator[Command]:
    """Call `care-dividend` in this process, as a user would; the environment is put back."""
    before = dict(os.environ)
    runner = CliRunner()
    yield lambda *words: runner.invoke(app, [str(word) for word in words])
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def demo(care_dividend: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's program directory: made once in a run of the tests, a copy for each module."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "riverton"
    with FileLock(f"{shared}.lock"):
        if not shared.is_dir():
            folder = shared.with_name("riverton-unfinished")
            result = care_dividend("demo", folder)
            assert result.exit_code == 0, result.output
            site = folder / "public" / "index.html"
            assert Path(result.stdout.strip().splitlines()[-1]) == site
            folder.rename(shared)
    return Path(shutil.copytree(shared, tmp_path_factory.mktemp("demo") / "demo"))


def copy_example(name: str, to: Path) -> Path:
    """Copy the configuration of an example program, and nothing that somebody made there."""
    made = shutil.ignore_patterns("inbox", "vault", "ledger", "public", ".dagster")
    return Path(shutil.copytree(ROOT / "examples" / name, to, ignore=made))


def hashes(folder: Path, *, leave_out: str = "") -> dict[str, str]:
    """Hash every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not (leave_out and path.is_relative_to(folder / leave_out))
    }
