"""Mirrors transforms/engine.py."""

import traceback
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.errors import ContractError
from data_contracts.vault_mark import VAULT_MARK
from tests.transforms.town import Town
from transforms.engine import Engine, Stored, quoted
from transforms.vault import replacing


def test_the_engine_is_hardened(town: Town) -> None:
    rows = town.engine.run(
        "SELECT name, value FROM duckdb_settings()", step="test", about="settings"
    )

    settings = {str(name): str(value) for name, value in rows}
    assert {
        name: settings[name]
        for name in (
            "autoinstall_known_extensions",
            "autoload_known_extensions",
            "allow_community_extensions",
            "enable_external_access",
            "lock_configuration",
            "TimeZone",
        )
    } == {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "enable_external_access": "false",
        "lock_configuration": "true",
        "TimeZone": "UTC",
    }
    assert Path(settings["temp_directory"]).parent == town.vault.directory


def test_sql_reaches_nothing_outside_the_vault(town: Town) -> None:
    secret = town.deliver("secret.csv", b"a,b\n1,2\n")

    with pytest.raises(ContractError, match="PermissionException"):
        town.engine.run(
            "SELECT * FROM read_csv($file)",
            step="test",
            about="a file",
            values={"file": str(secret)},
        )


def test_what_is_spilled_lies_in_the_vault_and_goes_at_the_end(town: Town) -> None:
    with Engine(town.vault, threads=1, memory_mb=64) as engine:
        spills = [path.name for path in town.vault.directory.glob(".spill-*")]
        engine.run(
            "SELECT count(*) FROM (SELECT r, hash(r) FROM range(6000000) t(r) ORDER BY 2)",
            step="test",
            about="numbers",
        )

    left = [path.name for path in town.vault.directory.glob(".spill-*")]
    assert len(spills) == 2
    assert set(left) < set(spills)


def test_no_message_of_the_engine_gets_out(town: Town) -> None:
    records = pa.table({"name": ["Zebulon Canarysson"]})

    with pytest.raises(ContractError, match="Step 'test' could not work on feed 'x'") as caught:
        town.engine.run(
            "SELECT CAST(name AS INTEGER) FROM records",
            step="test",
            about="feed 'x'",
            relations={"records": records},
        )

    assert "Canarysson" not in "".join(traceback.format_exception(caught.value))


def test_a_value_that_the_text_does_not_name_is_left_out(town: Town) -> None:
    rows = town.engine.run(
        "SELECT $one + $two", step="test", about="numbers", values={"one": 1, "two": 2, "three": 3}
    )

    assert rows == [(3,)]


def test_no_file_reads_as_an_empty_table(town: Town) -> None:
    rows = town.engine.run(
        "SELECT count(*), max(typeof(a)) FROM nothing",
        step="test",
        about="nothing",
        relations={"nothing": Stored((), {"a": "BIGINT"})},
    )

    assert rows == [(0, None)]


def test_a_folder_named_like_a_column_adds_none(town: Town) -> None:
    with replacing(town.vault.path("raw", "raw_x", "month=2025-01", "a.parquet")) as part:
        town.engine.save("SELECT 1 AS n", to=part, step="test", about="x")
    file = town.vault.path("raw", "raw_x", "month=2025-01", "a.parquet")

    rows = town.engine.run(
        "SELECT * FROM x", step="test", about="x", relations={"x": Stored((file,), {})}
    )

    assert rows == [(1,)]


def test_every_file_carries_the_mark_of_the_vault(town: Town) -> None:
    file = town.vault.path("raw", "raw_x", "a.parquet")
    with replacing(file) as part:
        town.engine.save("SELECT $n AS n", to=part, step="test", about="x", values={"n": 1})

    metadata = pq.read_schema(file).metadata
    attributes = pd.read_parquet(file).attrs

    assert metadata[VAULT_MARK.encode()] == b"private"
    assert attributes == {VAULT_MARK: "private"}


def test_names_are_quoted() -> None:
    assert quoted('odd "name"') == '"odd ""name"""'
