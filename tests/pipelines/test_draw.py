"""Mirrors pipelines/draw.py: what the private side refuses reaches the person who can mend it."""

from datetime import date
from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from pipelines.directory import Directory
from pipelines.draw import draw_release
from privacy.errors import PrivacyError
from tests.pipelines.conftest import copy_example


def test_a_refusal_of_the_vault_passes_the_wall_and_nothing_is_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Directory(path=copy_example("riverton", tmp_path / "town"), day=date(2026, 1, 15))
    said = "Feed 'encounters' of 2025-02 was coded again and not linked. Run that month again."

    def refuse(*_: object, **__: object) -> None:
        raise ContractError(said)

    monkeypatch.setattr("pipelines.draw._require_months", lambda *_: None)
    monkeypatch.setattr("pipelines.draw.freeze_links", refuse)

    with pytest.raises(PrivacyError) as caught:
        draw_release(given, "2025-Q1")

    assert str(caught.value) == said
    assert caught.value.__cause__ is None
    assert given.ledger.rows() == []
