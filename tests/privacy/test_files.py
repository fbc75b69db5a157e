"""Mirrors privacy/files.py and privacy/digest.py."""

import math
from pathlib import Path

import pytest

from privacy.digest import canonical
from privacy.files import pack, unpack, write_whole


def test_packed_files_come_back_whole_and_the_same_files_give_the_same_bytes() -> None:
    files = {"b.csv": b"1\n", "a/b.parquet": bytes(range(256)), "empty": b""}

    packed = pack(files)

    assert unpack(packed) == files
    assert packed == pack(dict(reversed(files.items())))


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file.json"
    write_whole(file, b"old")

    write_whole(file, b"new")

    assert file.read_bytes() == b"new"
    assert [one.name for one in file.parent.iterdir()] == ["file.json"]


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": {"d": 1, "c": 2}, "a": 0.1}) == canonical(
        {"a": 0.1, "b": {"c": 2, "d": 1}}
    )
    with pytest.raises(ValueError, match="Out of range"):
        canonical(math.nan)
