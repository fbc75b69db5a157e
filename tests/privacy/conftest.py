"""What the tests of this room share."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchmarks.postgres import Server, find_programs, serve_postgres
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


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of our own, where the machine has its programs."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    with serve_postgres(programs) as running:
        yield running


@pytest.fixture
def url(server: Server, request: pytest.FixtureRequest) -> str:
    """A database of its own for each test."""
    return server.make_database(re.sub(r"\W+", "_", request.node.nodeid)[-60:].lower())


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str | None:
    """Address of an empty ledger database: None is SQLite in the program directory."""
    return str(request.getfixturevalue("url")) if request.param == "postgresql" else None
