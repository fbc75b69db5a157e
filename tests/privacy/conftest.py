"""What the tests of this room share."""

from collections.abc import Iterator

import duckdb
import pytest


@pytest.fixture(scope="session")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One engine in memory for all tests: opening one takes longer than most of them."""
    with duckdb.connect() as connection:
        yield connection
