"""Riverton's plan of a quarter and of a year, each made once."""

from pathlib import Path

import pytest

from pipelines.directory import open_directory
from pipelines.draw import plan_release
from pipelines.foresee import foresee, look_ahead
from reports.plan.outlook import Outlook
from tests.pipelines.conftest import copy_example


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Riverton's directory, without a vault or a delivered file."""
    return copy_example("riverton", tmp_path_factory.mktemp("riverton") / "town")


@pytest.fixture(scope="session")
def quarter(town: Path) -> Outlook:
    """A quarter beside the other presets."""
    return foresee(open_directory(town), "2025-Q3")


@pytest.fixture(scope="session")
def year(town: Path) -> Outlook:
    """A year, alone and with its quarters, without other presets."""
    given = open_directory(town)
    return look_ahead(given, plan_release(given, "FY2025"), others=False)
