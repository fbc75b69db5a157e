"""Awkward deliveries: each is refused, blocks its month, or has its share stated."""

from pathlib import Path

import pytest

from tests.pipelines.awkward import A_MONTH, MONTHS, Town, make_town
from tests.pipelines.conftest import Command


@pytest.fixture
def town(tmp_path: Path, care_dividend: Command) -> Town:
    """Three months of 200 visits, delivered whole."""
    return make_town(tmp_path / "town", care_dividend)


def test_a_whole_delivery_is_published_to_the_last_visit(town: Town) -> None:
    """Without this, every refusal below would prove nothing."""
    checked = town.check()
    result = town.run()

    assert checked.exit_code == 0, checked.output
    assert result.exit_code == 0, result.output
    assert set(town.published()) == set(MONTHS)
    assert all(abs(n - A_MONTH) < 4 for n in town.published().values())
