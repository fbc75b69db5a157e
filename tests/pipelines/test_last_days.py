"""Calls of the last days of a period wait for the month after it, and a reader is told."""

from calendar import monthrange
from pathlib import Path

import pytest

from tests.pipelines.awkward import A_MONTH, MONTHS, PERIOD, Town, make_town, visits, write_csv
from tests.pipelines.conftest import Command

AFTER = "2025-04"
A_DAY, DAYS = 4, 3  # calls, and days that wait

CALLS = """
feed: calls
contract: calls
files: "calls_{month}.csv"
columns:
  No: {to: call_id}
  Received: {to: received_datetime, format: "%Y-%m-%d %H:%M"}
  End: {to: path_code, codes: {Nobody: not_found}}
"""
BLOCK = """
      no_contact:
        split: 0.5
        clip: 1
        expected: 360
        expected_source: made up
        expected_clip_loss: 0.01
        profile:
          path: {not_found: 1}
        tables:
          nc_month: {dims: [month], share: 1}
approvals: []
"""


def calls(month: str) -> list[dict[str, str]]:
    """Four calls a day at which nobody was met."""
    days = range(1, monthrange(int(month[:4]), int(month[5:]))[1] + 1)
    times = [f"{month}-{day:02d} {10 + hour}:05" for day in days for hour in range(A_DAY)]
    return [{"No": f"{at}#", "Received": at, "End": "Nobody"} for at in times]


@pytest.fixture
def town(tmp_path: Path, care_dividend: Command) -> Town:
    """A town that has calls, and goes on in April."""
    town = make_town(tmp_path / "town", care_dividend)
    town.change("program.yaml", lambda text: text.replace("last_month: 2025-03", ""))
    town.change("privacy.yaml", lambda text: text.replace("split: 1", "split: 0.5"))
    town.change("privacy.yaml", lambda text: text.replace("\napprovals: []\n", BLOCK))
    (town.folder / "sources" / "calls.yaml").write_text(CALLS, encoding="utf-8")
    for month in MONTHS:
        deliver_calls(town, month)
    return town


def deliver_calls(town: Town, month: str) -> None:
    (town.inbox / f"calls_{month}.csv").write_text(write_csv(calls(month)), encoding="utf-8")


def test_without_the_month_after_calls_of_the_last_days_wait_and_everybody_is_told(
    town: Town,
) -> None:
    said = town.run()

    assert said.exit_code == 0, said.output
    assert f"calls without a visit of its last {DAYS} days" in " ".join(said.output.split())
    found = town.published(table="nc_month")
    assert abs(found["2025-01"] - 31 * A_DAY) < 4
    assert abs(found["2025-03"] - (31 - DAYS) * A_DAY) < 4
    public = town.folder / "public" / "reports" / PERIOD / "quality" / "index.html"
    assert "last three days of March 2025" in public.read_text(encoding="utf-8")


def test_with_the_month_after_every_call_is_in_and_nothing_is_said(town: Town) -> None:
    deliver_calls(town, AFTER)
    town.deliver(AFTER, visits(AFTER))

    said = town.run()

    assert said.exit_code == 0, said.output
    assert "last 3 days" not in " ".join(said.output.split())
    assert abs(town.published(table="nc_month")["2025-03"] - 31 * A_DAY) < 4
    assert set(town.published()) == set(MONTHS)
    public = town.folder / "public" / "reports" / PERIOD / "quality" / "index.html"
    assert "last three days" not in public.read_text(encoding="utf-8")


def test_a_month_after_that_does_not_pass_stops_nothing(town: Town) -> None:
    deliver_calls(town, AFTER)
    rows = [{**row, "Contact ID": f"2.{n % 9}E+10"} for n, row in enumerate(visits(AFTER))]
    town.deliver(AFTER, rows)

    said = town.run()

    assert said.exit_code == 0, said.output
    assert "last 3 days" in " ".join(said.output.split())
    assert all(abs(n - A_MONTH) < 4 for n in town.published().values())
