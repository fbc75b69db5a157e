"""Mirrors transforms/delivered.py."""

from pathlib import Path

import pytest

from data_contracts.feed import Source
from tests.data_contracts.test_delivery import source
from transforms.delivered import find_files, find_unread, missing_days, unread_months
from transforms.vault import ALL


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An inbox with two months of calls."""
    for name in ("calls_2025-01.csv", "calls_2025-02.csv"):
        (tmp_path / name).write_text("No,When\n")
    return tmp_path


def deliver(inbox: Path, *names: str) -> None:
    """Deliver empty files."""
    for name in names:
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).touch()


def found(source: Source, inbox: Path) -> dict[str, list[str]]:
    """Files by month, as their paths in the inbox."""
    return {
        month: [path.relative_to(inbox).as_posix() for path in paths]
        for month, paths in find_files(source, inbox=inbox).items()
    }


def test_files_are_found_by_the_month_of_their_names(inbox: Path) -> None:
    assert found(source(), inbox) == {
        "2025-01": ["calls_2025-01.csv"],
        "2025-02": ["calls_2025-02.csv"],
    }
    assert found(source("calls_*.csv"), inbox) == {
        "": ["calls_2025-01.csv", "calls_2025-02.csv"],
    }


def test_a_month_may_be_a_folder_and_stand_twice(inbox: Path) -> None:
    deliver(inbox, "2025-03/calls_2025-03.csv", "2025-03/calls_2025-04.csv")

    assert found(source("{month}/calls_{month}.csv"), inbox) == {
        "2025-03": ["2025-03/calls_2025-03.csv"]
    }


def test_hidden_files_and_what_editors_leave_are_no_deliveries(inbox: Path) -> None:
    deliver(inbox, ".sync/calls_2025-03.csv", ".calls_2025-03.csv", "calls_2025-03.csv~")

    assert set(found(source("**/calls_{month}.csv*"), inbox)) == {"2025-01", "2025-02"}
    assert find_unread([source()], inbox=inbox) == (".calls_2025-03.csv", ".sync/calls_2025-03.csv")


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("calls_2025-02 (1).csv", "2025-02"),
        ("CALLS_202502.CSV", "2025-02"),
        ("calls 2025.02.txt", "2025-02"),
        ("old/calls_2025-02.csv", "2025-02"),
        ("calls_2025-02.csv.gz", "2025-02"),
        ("calls_2025-02-17.csv", "2025-02"),
    ],
)
def test_a_file_that_looks_like_the_feeds_is_of_its_month(
    inbox: Path, name: str, month: str
) -> None:
    deliver(inbox, name)

    assert unread_months(source(), sources=[source()], inbox=inbox) == {month: (name,)}


def test_a_file_of_another_feed_is_read_by_it(inbox: Path) -> None:
    deliver(inbox, "calls_late_2025-02.csv", "parking_2025-02.csv")
    other = source("calls_late_{month}.csv")

    assert unread_months(source(), sources=[source(), other], inbox=inbox) == {}
    assert find_unread([source(), other], inbox=inbox) == ("parking_2025-02.csv",)


def test_a_whole_table_has_no_months(inbox: Path) -> None:
    spending = Source.model_validate(
        {
            "feed": "spending",
            "contract": "spending",
            "files": "spending.csv",
            "columns": {"Amount": {"to": "amount_usd"}},
        }
    )
    deliver(inbox, "spending.csv", "Spending (1).csv")

    assert unread_months(spending, sources=[spending], inbox=inbox) == {ALL: ("Spending (1).csv",)}


def test_days_without_their_file_are_counted_where_names_show_days() -> None:
    days = [f"2025-02-{day:02d}" for day in range(1, 29)]

    assert missing_days([f"calls_{day}.csv" for day in days[:20]], days=days) == 8
    assert missing_days([f"calls_{day.replace('-', '')}.csv" for day in days], days=days) == 0
    assert missing_days(["calls_2025-02.csv", "calls_2025-02-28.csv"], days=days) == 0
