"""Programs that tests run, and how they call the command line."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
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
