"""Mirrors transforms/vault.py."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import Town
from transforms.vault import open_vault, write_json


def test_a_key_is_made_once_and_is_the_owners_only(town: Town) -> None:
    first = town.vault.key("FY2025")

    assert len(first) == 32
    assert town.vault.key("FY2025") == first
    assert town.vault.key("FY2026") != first
    assert town.vault.path("keys", "FY2025.key").stat().st_mode & 0o777 == 0o600


def test_many_who_ask_first_get_one_key(town: Town) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(town.vault.key, ["FY2025"] * 40))

    assert len(keys) == 1
    assert [path.name for path in town.vault.path("keys").iterdir()] == ["FY2025.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(town: Town, mode: int) -> None:
    town.vault.key("FY2025")
    town.vault.path("keys", "FY2025.key").chmod(mode)

    with pytest.raises(ContractError, match=r"chmod 600 vault/keys/FY2025\.key"):
        town.vault.key("FY2025")


def test_a_key_of_another_size_is_refused(town: Town) -> None:
    file = town.vault.path("keys", "FY2025.key")
    file.write_bytes(b"short")
    file.chmod(0o600)

    with pytest.raises(ContractError, match="has 5 bytes; expected 32"):
        town.vault.key("FY2025")


def test_a_destroyed_key_is_never_made_again(town: Town) -> None:
    town.vault.key("FY2025")

    town.vault.destroy_key("FY2025")

    assert not town.vault.path("keys", "FY2025.key").exists()
    with pytest.raises(ContractError, match="FY2025 was destroyed"):
        town.vault.key("FY2025")


def test_what_a_crash_left_of_a_key_is_destroyed_with_it(town: Town) -> None:
    key = town.vault.key("FY2025")
    file = town.vault.path("keys", "FY2025.key")
    town.vault.path("keys", ".FY2025.key.ab12.part").hardlink_to(file)

    town.vault.destroy_key("FY2025")

    assert [one.name for one in file.parent.iterdir()] == ["FY2025.destroyed"]
    assert all(key not in one.read_bytes() for one in file.parent.iterdir())


def test_a_fingerprint_tells_keys_apart_and_is_no_digest(town: Town) -> None:
    for year in ("FY2025", "FY2026"):
        town.vault.key(year)

    prints = {town.vault.fingerprint(year) for year in ("FY2025", "FY2026")}

    assert {len(one) for one in prints} == {16}
    assert len(prints) == 2
    assert town.vault.fingerprint("FY1999") == ""


def test_a_file_is_written_whole_or_not_at_all(town: Town) -> None:
    file = town.vault.path("raw", "deep", "file.json")
    write_json({"a": 1}, to=file)

    with pytest.raises(TypeError, match="not JSON serializable"):
        write_json({"b": object()}, to=file)

    assert file.read_text() == '{\n "a": 1\n}\n'
    assert [path.name for path in file.parent.iterdir()] == ["file.json"]


def test_what_a_crash_left_behind_is_in_nobodys_way(town: Town) -> None:
    file = town.vault.path("raw", "file.json")
    file.with_name(".file.json.part").write_text("half")

    write_json({"a": 1}, to=file)

    assert [path.name for path in file.parent.iterdir()] == ["file.json"]


def test_files_and_folders_are_private_whatever_the_umask(town: Town) -> None:
    mask = os.umask(0)
    try:
        write_json({}, to=town.vault.path("raw", "a", "b.json"))
    finally:
        os.umask(mask)

    assert town.vault.path("raw", "a", "b.json").stat().st_mode & 0o777 == 0o600
    assert town.vault.path("raw", "a").stat().st_mode & 0o777 == 0o700


def test_an_open_folder_is_closed_when_the_vault_opens(town: Town) -> None:
    town.vault.directory.chmod(0o755)

    open_vault(town.program)

    assert town.vault.directory.stat().st_mode & 0o777 == 0o700


def test_a_table_without_a_stage_has_no_place(town: Town) -> None:
    assert town.vault.table("raw_x").parent.name == "raw"
    assert town.vault.table("private_x", month="2025-01").parent.parent.name == "coded"
    with pytest.raises(ContractError, match="'public_x' has no place in the vault"):
        town.vault.table("public_x")
