"""What the tests of this room share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.privacy.published import Published, publish


@pytest.fixture(scope="session")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One engine in memory for all tests: opening one takes longer than most of them."""
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """A published release that no test changes."""
    return publish(tmp_path_factory.mktemp("program"))


@pytest.fixture
def copied(published: Published, tmp_path: Path) -> Published:
    """A board member's own copy of the public folder, to damage."""
    shutil.copytree(published.public, tmp_path / "public")
    return published._replace(folder=tmp_path)
