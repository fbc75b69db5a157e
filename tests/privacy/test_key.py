"""Mirrors privacy/key.py: made once, for its owner only, never made anew."""

import stat
from pathlib import Path

import pytest

from privacy.errors import PrivacyError
from tests.privacy.entries import fill, open_at


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    fill(open_at(tmp_path), 1)
    file = tmp_path / "ledger" / "keys" / "ledger.key"
    key = file.read_text()

    fill(open_at(tmp_path), 2)

    assert file.read_text() == key
    assert len(bytes.fromhex(key)) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["ledger.key"]


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    open_at(tmp_path)
    (tmp_path / "ledger" / "keys" / "ledger.key").chmod(0o640)

    with pytest.raises(PrivacyError, match=r"ledger.key is open to others. Set its rights to 0600"):
        open_at(tmp_path)


@pytest.mark.parametrize("content", ["", "zz", "abcd"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    open_at(tmp_path)
    (tmp_path / "ledger" / "keys" / "ledger.key").write_text(content)

    with pytest.raises(PrivacyError, match="is not a key"):
        open_at(tmp_path)


def test_a_missing_key_is_not_made_anew(tmp_path: Path) -> None:
    fill(open_at(tmp_path), 1)
    (tmp_path / "ledger" / "keys" / "ledger.key").unlink()

    with pytest.raises(PrivacyError, match=r"key is missing. Restore"):
        open_at(tmp_path)
