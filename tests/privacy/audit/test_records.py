"""Mirrors privacy/audit/records.py."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.vault_mark import PARQUET_METADATA, VAULT_MARK
from privacy.audit.records import months_of, require_made_up, take_incidents
from privacy.errors import PrivacyError
from tests.privacy.small import one_block, plan_year

SPEC = plan_year(one_block({"kind": {"dims": ["area"], "share": 1}})).spec
TABLE = pa.table(
    {"participant": ["a"], "block_code": ["contacts"], "month": ["2025-05"], "area": ["north"]}
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file as the vault writes it."""
    path = tmp_path / "incidents.parquet"
    pq.write_table(TABLE.replace_schema_metadata(PARQUET_METADATA), path)
    return path


def test_records_of_a_vault_are_refused_however_they_are_read(file: Path, tmp_path: Path) -> None:
    pandas = pd.read_parquet(file)
    pandas.rename(columns={"area": "area_code"}).to_parquet(tmp_path / "copy.parquet")
    read = [
        pq.read_table(file),
        pq.read_table(file).select(["participant"]),
        pandas,
        pandas[pandas["month"] == "2025-05"],
        pa.Table.from_pandas(pandas),
        pd.read_parquet(tmp_path / "copy.parquet"),
        pq.read_table(tmp_path / "copy.parquet"),
    ]

    for incidents in read:
        with pytest.raises(PrivacyError, match="come from a vault"):
            require_made_up(incidents)


def test_the_mark_alone_is_enough() -> None:
    frame = TABLE.to_pandas()
    frame.attrs[VAULT_MARK] = "private"

    with pytest.raises(PrivacyError, match="come from a vault"):
        take_incidents(frame, SPEC)


@pytest.mark.parametrize("name", ["unit_key", "participant_key", "CALL_KEY"])
def test_pseudonyms_are_refused_by_name(name: str) -> None:
    key = pa.array([123456789])

    with pytest.raises(PrivacyError, match=f"pseudonyms.*{name}") as caught:
        take_incidents(TABLE.append_column(name, key), SPEC)
    with pytest.raises(PrivacyError, match="pseudonyms"):
        require_made_up(TABLE.append_column(name, key).to_pandas().set_index(name))

    assert "123456789" not in str(caught.value)


def test_what_another_engine_read_from_a_vault_is_refused_by_its_pseudonyms(tmp_path: Path) -> None:
    path = tmp_path / "incidents.parquet"
    keyed = TABLE.append_column("unit_key", pa.array([1]))
    pq.write_table(keyed.replace_schema_metadata(PARQUET_METADATA), path)
    frame = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)]).df()

    with pytest.raises(PrivacyError, match="pseudonyms"):
        require_made_up(frame)


def test_a_made_up_frame_becomes_a_frame_of_the_audit() -> None:
    found = take_incidents(TABLE, SPEC)

    assert found.to_pylist() == [
        {
            "participant": "a",
            "block_code": "contacts",
            "month": "2025-05",
            "area_code": "north",
            "area_kind_code": "urban",
        }
    ]


def test_months_are_listed_once_and_in_order() -> None:
    frame = pd.DataFrame({"month": ["2025-05", "2025-03", "2025-05", None]})

    assert months_of(frame) == ("2025-03", "2025-05")


def test_a_coarser_code_follows_from_the_finer_one_even_if_no_table_counts_by_it() -> None:
    spec = plan_year(one_block({"groups": {"dims": ["call_group"], "share": 1}})).spec
    frame = TABLE.append_column("call_type", pa.array(["overdose"]))

    found = take_incidents(frame, spec)

    assert found["call_group_code"].to_pylist() == ["substance_use"]
