"""The sites that the reader reads: the demo, and examples whose open records are at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipelines.conftest import care_dividend, copy_example, demo
from tests.reader.site import Published

__all__ = ["care_dividend", "demo"]
Command = Callable[..., object]


def _run(command: Callable[..., object], *words: object) -> None:
    result = command(*words)
    assert getattr(result, "exit_code", 1) == 0, getattr(result, "output", "")


@pytest.fixture(scope="module")
def riverton(demo: Path) -> Published:
    """Four quarters and their year, three reports, two languages."""
    return Published(demo / "public")


@pytest.fixture(scope="module")
def tempe(
    care_dividend: Command,
    tempe_inbox: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Published:
    """One year of public open records."""
    program = copy_example("tempe", tmp_path_factory.mktemp("tempe") / "program")
    _run(care_dividend, "run", "--program", program, "--inbox", tempe_inbox, "--period", "FY2019")
    return Published(program / "public")


@pytest.fixture(scope="module")
def milwaukee(
    care_dividend: Command,
    milwaukee_inbox: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Published:
    """A call log without visits."""
    program = copy_example("milwaukee", tmp_path_factory.mktemp("milwaukee") / "program")
    inbox = milwaukee_inbox
    _run(care_dividend, "run", "--program", program, "--inbox", inbox, "--period", "FY2018")
    return Published(program / "public")


@pytest.fixture(scope="module", params=["riverton", "tempe", "milwaukee"])
def site(request: pytest.FixtureRequest) -> Published:
    """Each site in turn."""
    found: Published = request.getfixturevalue(request.param)
    return found
