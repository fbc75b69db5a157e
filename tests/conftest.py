"""What every test shares: the Hypothesis profile, the places of real data, the rule on skips."""

import os
from collections.abc import Generator
from pathlib import Path

import pluggy
import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
EVERYTHING = os.environ.get("CARE_DIVIDEND_ALL") == "1"

settings.register_profile(
    "care-dividend",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("care-dividend")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
    """Under CARE_DIVIDEND_ALL=1 a skipped test is a failed one."""
    outcome = yield
    report = outcome.get_result()
    if EVERYTHING and report.skipped and not hasattr(report, "wasxfail"):
        reason = call.excinfo.value if call.excinfo else "skipped"
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skipped under CARE_DIVIDEND_ALL=1 ({reason})"


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def tempe_inbox() -> Path:
    """Public open records of Tempe, where this machine has them."""
    folder = SHARED / "data" / "tempe-opioid-ems"
    if not folder.is_dir():
        pytest.skip("the open records of Tempe are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def milwaukee_inbox() -> Path:
    """The public call log of Milwaukee, where this machine has it."""
    folder = SHARED / "data" / "milwaukee-cad"
    if not folder.is_dir():
        pytest.skip("the public call log of Milwaukee is not beside this checkout")
    return folder
