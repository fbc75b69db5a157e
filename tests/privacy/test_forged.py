"""Somebody who owns the database, and not the key, adds a row to the chain."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Connection

from privacy.chain import Row
from privacy.errors import PrivacyError
from privacy.ledger import Ledger
from tests.privacy.entries import fill, open_at
from tests.privacy.test_tampering import put, records, tamper


@pytest.fixture
def ledger(tmp_path: Path, store: str | None) -> Ledger:
    return fill(open_at(tmp_path, url=store))


def added(database: Connection, _: Ledger) -> None:
    """Add a row with right hashes and no key."""
    last = records(database)[-1]
    row = Row.model_validate(
        {
            **{name: last[name] for name in Row.model_fields},
            "seq": 4,
            "release": "forged",
            "previous": last["link"],
            "outputs": json.loads(str(last["outputs"])),
        }
    ).linked()
    put(database, [*records(database), {**last, **row.model_dump(exclude={"outputs"})}])


def test_a_row_of_somebody_else_is_refused_before_its_head_is_kept(
    tmp_path: Path, store: str | None, ledger: Ledger
) -> None:
    anchor = tmp_path / "ledger" / "anchor.txt"
    before = anchor.read_text(encoding="utf-8")
    tamper(tmp_path, store, added, ledger)

    with pytest.raises(PrivacyError, match=r"row 4 \(forged\) was not written by this ledger"):
        open_at(tmp_path, url=store)

    assert anchor.read_text(encoding="utf-8") == before
