"""What tests of the private side share."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from data_contracts.judge import Verdict
from data_contracts.rules import Rule
from tests.transforms.office import Office, open_office
from tests.transforms.town import VISITS, Town, build


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A tiny program with an empty inbox."""
    with build(tmp_path / "town") as built:
        yield built


@pytest.fixture
def outreach(town: Town) -> Town:
    """A program that knows no calls, only visits."""
    town.program.path("sources", "calls.yaml").unlink()
    return town


@pytest.fixture
def ordered(town: Town) -> Town:
    """A program that says which person of a visit a row is."""
    town.program.path("sources", "visits.yaml").write_text(
        VISITS.replace("  Notes:", "  Order: {to: person_order}\n  Notes:")
    )
    return town


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A tiny program whose feeds are tables about nobody, and about staff."""
    with open_office(tmp_path / "office") as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files the moment they are written: these tests write them whole."""
    monkeypatch.setattr("transforms.land.REST_SECONDS", 0)


@pytest.fixture
def hasty_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip Great Expectations, where a test is not about its verdict: no row depends on it.

    The counts that it would have judged are kept as the suite.
    """

    def pass_all(
        counts: Mapping[str, int],
        rules: Collection[Rule],
        *,
        name: str,
        accepted: Collection[str],
    ) -> Verdict:
        assert not accepted
        assert set(counts) >= {"records", *(rule.name for rule in rules)}
        return Verdict(name=name, records=counts["records"], findings=(), suite={**counts})

    monkeypatch.setattr("transforms.judge.judge_counts", pass_all)
    monkeypatch.setattr("transforms.crosscheck.judge_counts", pass_all)
