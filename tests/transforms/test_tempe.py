"""The private side on real, public records."""

from pathlib import Path
from shutil import copytree

import pytest

from data_contracts.program import load_program
from tests.transforms.town import Town, rows_of
from transforms.engine import Engine
from transforms.manifest import read_manifest
from transforms.vault import open_vault


@pytest.mark.usefixtures("hasty_judge")
def test_tempes_records_all_arrive_and_its_file_is_untouched(
    tmp_path: Path, root: Path, tempe_inbox: Path
) -> None:
    copy = copytree(root / "examples" / "tempe", tmp_path / "tempe")
    (copy / "inbox").symlink_to(tempe_inbox)
    program = load_program(copy)
    before = {file: file.read_bytes() for file in tempe_inbox.iterdir()}
    vault = open_vault(program)
    months = [f"2019-{month:02d}" for month in range(1, 4)]

    with Engine(vault, threads=1, memory_mb=256) as engine:
        tempe = Town(program=program, vault=vault, engine=engine)
        (source,) = tempe.sources()
        for month in months:
            tempe.prepare(source.feed, month=month)
            tempe.link(month=month)

    (found,) = read_manifest(source, vault=vault).landings.values()
    raw = vault.path("raw", "raw_encounters_ems")
    assert found.physical == found.accepted + found.refused == 2743
    assert len(rows_of(raw)) == found.accepted
    assert len(tempe.incidents()) == sum(len(rows_of(raw / f"month={one}")) for one in months) > 0
    assert {file: file.read_bytes() for file in tempe_inbox.iterdir()} == before
