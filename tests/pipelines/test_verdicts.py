"""Mirrors pipelines/verdicts.py."""

from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from pipelines.verdicts import Entry, Verdicts
from transforms.vault import ALL

PASSED: Entry = {"passed": True, "warned": [], "judged": "2026-01-05T06:00:00+00:00"}
STOPPED: Entry = {**PASSED, "passed": False, "said": "Feed 'spending' breaks spending.chain."}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "verdicts.json"


def test_the_record_is_the_owners_only(file: Path) -> None:
    """Also where an older one was open, or a crash left an open one half-written."""
    file.parent.mkdir()
    for left in (file, file.with_suffix(".new")):
        left.write_text("{}")
        left.chmod(0o644)

    Verdicts(file).keep("2025-01", "calls", PASSED)

    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["verdicts.json"]


def test_a_release_needs_every_month_of_every_feed(file: Path) -> None:
    record = Verdicts(file)
    record.keep("2025-01", "calls", PASSED)
    record.keep("2025-02", "calls", {**PASSED, "passed": False})

    record.require(["2025-01"], ["calls"])
    with pytest.raises(ContractError, match="lacking calls 2025-02, surveys 2025-02"):
        record.require(["2025-02"], ["calls", "surveys"])


def test_a_whole_table_that_was_refused_is_named_until_it_passes(file: Path) -> None:
    record = Verdicts(file)
    record.keep(ALL, "spending", STOPPED)
    refused = record.refusals()

    record.keep(ALL, "spending", PASSED)

    assert refused == {"spending": STOPPED["said"]}
    assert record.refusals() == {}
