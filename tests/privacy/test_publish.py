"""Mirrors privacy/publish.py."""

from pathlib import Path

import pytest

from privacy.publish import write_release
from privacy.verify import verify_card
from tests.privacy.published import Published


def test_writing_a_release_again_mends_it_and_leaves_other_files(copied: Published) -> None:
    (copied.card.parent / "card.html").write_text("drawn by another room")
    (copied.card.parent / "tables" / "kind.csv").write_text("damaged")

    write_release(copied.card.parent, copied.release)

    assert verify_card(copied.card, anchor=copied.anchor).problems == (
        "card.html is not part of the release",
    )
    assert (copied.card.parent / "card.html").read_text() == "drawn by another room"


def test_a_release_appears_whole(
    tmp_path: Path, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails at the fifth file: no folder of that name is there."""
    written: list[Path] = []

    def fail(file: Path, data: bytes) -> None:
        written.append(file)
        if len(written) == 5:
            raise OSError("disk full")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    monkeypatch.setattr("privacy.publish.write_whole", fail)

    with pytest.raises(OSError, match="disk full"):
        write_release(tmp_path / "releases" / "FY2025", published.release)

    assert list((tmp_path / "releases").iterdir()) == []
